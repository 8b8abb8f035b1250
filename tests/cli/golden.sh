#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The result files of a small run, byte by byte, on any machine and with any number of threads. When a difference is meant,
# tools/update-golden takes the new files over; look at them with git diff.
set -euo pipefail
golden=tests/golden/run
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$PLEDGESIM" run tests/golden/book --only baseline,short -n 1024 -s 7 -q -o "$folder/run"
rm -f "$folder/run/manifest.json" "$folder/run/.lock" "$folder/run/report.xlsx" "$folder/run/report.html"
if ! diff -r "$golden" "$folder/run" >"$folder/differences"; then
    head -n 40 "$folder/differences"
    exit 1
fi
