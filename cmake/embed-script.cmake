# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -D FOLDER=... -D TABLE=... -D OUTPUT=... -P embed-script.cmake: writes the C file that Embed.cmake asks for.
# Each array ends in a zero byte that its size does not count; the table ends in a row of nulls.

file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(arrays "")
set(rows "")
set(n 0)
foreach(path IN LISTS files)
  file(SIZE ${FOLDER}/${path} size)
  file(READ ${FOLDER}/${path} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char file_${n}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${path}\", file_${n}, ${size}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: GPL-3.0-or-later
// Generated; do not edit.
#include \"pledgesim/embedded.h\"

${arrays}
const struct ps_embedded_file ${TABLE}[] = {
${rows}    {NULL, NULL, 0},
};
const size_t ${TABLE}_n = ${n};
")
