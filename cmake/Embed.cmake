# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a folder into a C file with its bytes (pledgesim/embedded.h), so that the program needs no data folder.

# Sets OUT to the generated C file with the table TABLE; it is made anew when a file of FOLDER changes, comes or goes.
function(ps_embed_folder folder table out)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
  set(c ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed-script.cmake)
  # The list of names is a dependency too: a file that went away changes no other file's time.
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${table}.list CONTENT "${files}\n" @ONLY)
  add_custom_command(
    OUTPUT ${c}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${CMAKE_CURRENT_SOURCE_DIR}/${folder} -D TABLE=${table} -D OUTPUT=${c} -P ${script}
    DEPENDS ${files} ${CMAKE_CURRENT_BINARY_DIR}/${table}.list ${script}
    COMMENT "Embedding ${folder}/"
    VERBATIM)
  set(${out} ${c} PARENT_SCOPE)
endfunction()
