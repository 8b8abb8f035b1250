# SPDX-License-Identifier: GPL-3.0-or-later
# The scenario that a figure shows: label and pool_wan of id in the results folder dir; an empty id is the first one.
# The first column of a file is asked for by number: its name carries the file's byte order mark.
if (id eq "") {
    stats dir."/summary.csv" every ::0::0 using (id = strcol(1), 1) nooutput
}
label = ""
stats dir."/summary.csv" using (strcol(1) eq id ? (label = strlen(strcol("label")) > 0 ? strcol("label") : id, \
    pool_wan = column("pool_initial_wan"), 1) : NaN) nooutput
if (label eq "") { exit error L("结果中没有情景 ", "no scenario ").id }
