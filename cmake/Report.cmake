# SPDX-License-Identifier: GPL-3.0-or-later
# The template of report.html, made from report/ by Node.js; without it the program is built all the same, and says that
# it writes no report.

# Installs what SOURCE/package-lock.json names into FOLDER/node_modules; sets OUT to the reason when it cannot.
function(ps_node_packages source folder out)
  find_program(PS_NODE NAMES node nodejs)
  find_program(PS_NPM npm)
  mark_as_advanced(PS_NODE PS_NPM)
  if(NOT PS_NODE OR NOT PS_NPM)
    set(${out} "Node.js (packages nodejs and npm) is missing / 缺少 Node.js（软件包 nodejs、npm）" PARENT_SCOPE)
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/${source}/package.json ${CMAKE_CURRENT_SOURCE_DIR}/${source}/package-lock.json)
  file(SHA256 ${CMAKE_CURRENT_SOURCE_DIR}/${source}/package-lock.json lock)
  set(stamp ${folder}/node_modules/${lock})
  if(NOT EXISTS ${stamp})
    file(COPY ${source}/package.json ${source}/package-lock.json DESTINATION ${folder})
    execute_process(
      COMMAND ${PS_NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
              --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 # without network it is said within seconds
      WORKING_DIRECTORY ${folder} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE complaint)
    if(NOT failed EQUAL 0)
      string(REGEX MATCH "[^\n]*" complaint "${complaint}")
      set(${out} "npm ci failed / npm ci 失败: ${complaint}" PARENT_SCOPE)
      return()
    endif()
    file(TOUCH ${stamp})
  endif()
  set(${out} "" PARENT_SCOPE)
endfunction()

# Sets OUT to the C file that carries the template, or an empty table.
function(ps_report_template out)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/report)
  set(c ${CMAKE_CURRENT_BINARY_DIR}/ps_embedded_report.c)
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed-script.cmake)
  file(MAKE_DIRECTORY ${folder}/page)
  ps_node_packages(report ${folder} missing)
  if(missing)
    message(WARNING "report.html is left out of the program / 程序将不含 report.html: ${missing}")
    file(REMOVE ${folder}/page/template.html)
    add_custom_command(
      OUTPUT ${c}
      COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder}/page -D TABLE=ps_embedded_report -D OUTPUT=${c} -P ${script}
      DEPENDS ${script}
      VERBATIM)
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS report/src/*)
    add_custom_command(
      OUTPUT ${c}
      COMMAND ${PS_NODE} ${CMAKE_CURRENT_SOURCE_DIR}/report/build.mjs ${folder}/node_modules ${folder}/page/template.html ${PS_REPORT_KERNEL}
      COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder}/page -D TABLE=ps_embedded_report -D OUTPUT=${c} -P ${script}
      DEPENDS ${sources} ${CMAKE_CURRENT_SOURCE_DIR}/report/build.mjs ${CMAKE_CURRENT_SOURCE_DIR}/report/package-lock.json ${script}
              ${PS_REPORT_KERNEL}
      COMMENT "Building the page of report.html"
      VERBATIM)
  endif()
  set(${out} ${c} PARENT_SCOPE)
endfunction()
