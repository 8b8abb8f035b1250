# SPDX-License-Identifier: GPL-3.0-or-later
# tests/unit/test_*.c: one program and one test each. tests/cli/*.sh, *.py: one test each, run with PLEDGESIM set to the
# program. Names that start with an underscore are parts of them. Tests run in the source folder and must leave nothing there.

# Scenarios made by hand (tests/unit/fixture.h).
file(GLOB ps_fixture_sources CONFIGURE_DEPENDS tests/fixture/*.c)
add_library(ps_test_fixture STATIC ${ps_fixture_sources})
target_link_libraries(ps_test_fixture PRIVATE pledgesim_lib ps_test_dependencies ps_warnings ps_flags)

set(ps_test_logs ${CMAKE_CURRENT_BINARY_DIR}/test-logs)
file(MAKE_DIRECTORY ${ps_test_logs})
file(GLOB ps_unit_tests CONFIGURE_DEPENDS tests/unit/test_*.c)
foreach(source IN LISTS ps_unit_tests)
  cmake_path(GET source STEM name)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ps_test_fixture pledgesim_lib ps_test_dependencies ps_warnings ps_flags)
  target_compile_options(${name} PRIVATE -UNDEBUG)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/tests)
  # What a test says is kept: its numbers stand in docs/verification.md.
  add_test(NAME ${name} COMMAND bash -o pipefail -c "\"$0\" | tee \"$1\"" $<TARGET_FILE:${name}> ${ps_test_logs}/${name}.log
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(label unit)
  if(name MATCHES "^test_stat_")
    set(label statistical)
  elseif(name MATCHES "^test_prop_")
    set(label property)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600 FIXTURES_SETUP ps_test_logs)
endforeach()

# Simulated figures beside exact ones: few worlds here, many in tests/exactness/run.
file(GLOB ps_exactness_sources CONFIGURE_DEPENDS tests/exactness/*.c)
add_executable(exactness ${ps_exactness_sources})
target_link_libraries(exactness PRIVATE ps_test_fixture pledgesim_lib ps_warnings ps_flags)
set_target_properties(exactness PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/tests)
add_test(NAME exactness COMMAND exactness 50000 100000)
set_tests_properties(exactness PROPERTIES LABELS statistical TIMEOUT 600)

add_test(NAME verification COMMAND ${Python3_EXECUTABLE} tools/generate-verification --check ${CMAKE_CURRENT_BINARY_DIR}
  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(verification PROPERTIES LABELS documents FIXTURES_REQUIRED ps_test_logs)
add_test(NAME faults COMMAND ${Python3_EXECUTABLE} tests/faults/run --check WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(faults PROPERTIES LABELS documents)

if(TARGET pledgesim)
  file(GLOB ps_cli_tests CONFIGURE_DEPENDS tests/cli/[!_]*.sh tests/cli/[!_]*.py)
  foreach(script IN LISTS ps_cli_tests)
    cmake_path(GET script FILENAME file)
    cmake_path(GET script EXTENSION LAST_ONLY extension)
    if(extension STREQUAL ".py")
      set(runner ${Python3_EXECUTABLE})
    else()
      set(runner bash)
    endif()
    add_test(NAME cli/${file} COMMAND ${runner} ${script} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_tests_properties(cli/${file} PROPERTIES LABELS cli TIMEOUT 600
      ENVIRONMENT "PLEDGESIM=$<TARGET_FILE:pledgesim>;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()

# The slow twin (tests/twin) is fed by a program that writes out worlds and what the policies make of them.
add_executable(twin_dump tests/twin/dump.c)
target_link_libraries(twin_dump PRIVATE ps_test_fixture pledgesim_lib ps_warnings ps_flags)
set_target_properties(twin_dump PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/tests)
file(GLOB ps_twin_tests CONFIGURE_DEPENDS tests/twin/test_*.py)
foreach(script IN LISTS ps_twin_tests)
  cmake_path(GET script FILENAME file)
  add_test(NAME twin/${file} COMMAND ${Python3_EXECUTABLE} ${script} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(twin/${file} PROPERTIES LABELS twin TIMEOUT 600
    ENVIRONMENT "TWIN_DUMP=$<TARGET_FILE:twin_dump>;PLEDGESIM=$<TARGET_FILE:pledgesim>;PYTHONDONTWRITEBYTECODE=1")
endforeach()

# The kernel of the report's panel beside the program's (tests/panel).
add_executable(panel_native tests/panel/native.c)
target_link_libraries(panel_native PRIVATE ps_test_fixture pledgesim_lib ps_warnings ps_flags)
set_target_properties(panel_native PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/tests)
find_program(PS_NODE node)
mark_as_advanced(PS_NODE)
if(PS_REPORT_KERNEL AND PS_NODE)
  add_test(NAME panel/test_kernel.mjs COMMAND ${PS_NODE} tests/panel/test_kernel.mjs ${PS_REPORT_KERNEL} $<TARGET_FILE:panel_native>
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(panel/test_kernel.mjs PROPERTIES LABELS panel TIMEOUT 600)
endif()

# bench/run builds the programs of bench/; here is only seen that they compile.
file(GLOB ps_bench_sources CONFIGURE_DEPENDS bench/*.c)
add_library(bench_compiles OBJECT ${ps_bench_sources})
target_link_libraries(bench_compiles PRIVATE pledgesim_lib ps_warnings ps_flags)

# report.html in a real browser (tests/browser), where there is one.
find_program(PS_CHROMIUM NAMES chromium chromium-browser google-chrome)
mark_as_advanced(PS_CHROMIUM)
if(PS_CHROMIUM AND PS_NODE AND TARGET pledgesim)
  ps_node_packages(tests/browser ${CMAKE_CURRENT_BINARY_DIR}/browser ps_browser_missing)
  if(ps_browser_missing)
    message(STATUS "The browser tests are left out / 不含浏览器测试: ${ps_browser_missing}")
  else()
    add_test(NAME browser COMMAND ${PS_NODE} tests/browser/test_report.mjs ${CMAKE_CURRENT_BINARY_DIR}/browser/node_modules
      ${PS_CHROMIUM} $<TARGET_FILE:pledgesim> WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_tests_properties(browser PROPERTIES LABELS browser TIMEOUT 600)
  endif()
endif()

# The longest first: else the last of them runs alone on one processor.
foreach(name cli/report.py cli/run.py cli/tune.py cli/rare.py cli/invariance.py twin/test_fed.py twin/test_worlds.py browser)
  if(TEST ${name})
    set_tests_properties(${name} PROPERTIES COST 1000)
  endif()
endforeach()
