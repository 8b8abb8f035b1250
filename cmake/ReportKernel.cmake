# SPDX-License-Identifier: GPL-3.0-or-later
# report_kernel: the kernel of the report's live panel, the program's own C compiled to WebAssembly. It imports nothing.
# PS_REPORT_KERNEL is the module; empty where clang, wasm-ld, wasi-libc or clang's builtins for wasm32 are missing.

set(PS_REPORT_KERNEL "")
set(ps_wasm_target --target=wasm32-wasi)
find_program(PS_WASM_CLANG NAMES clang-14 clang)
find_program(PS_WASM_LD NAMES wasm-ld-14 wasm-ld)
find_path(PS_WASI_INCLUDE stdlib.h PATHS /usr/include/wasm32-wasi NO_DEFAULT_PATH)
mark_as_advanced(PS_WASM_CLANG PS_WASM_LD PS_WASI_INCLUDE)
set(ps_wasm_missing "")
if(NOT PS_WASM_CLANG)
  list(APPEND ps_wasm_missing clang-14)
else()
  execute_process(COMMAND ${PS_WASM_CLANG} ${ps_wasm_target} --print-libgcc-file-name
                  OUTPUT_VARIABLE ps_wasm_builtins OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT EXISTS "${ps_wasm_builtins}")
    list(APPEND ps_wasm_missing libclang-rt-14-dev-wasm32)
  endif()
endif()
if(NOT PS_WASM_LD)
  list(APPEND ps_wasm_missing lld-14)
endif()
if(NOT PS_WASI_INCLUDE)
  list(APPEND ps_wasm_missing wasi-libc)
endif()
if(ps_wasm_missing)
  list(JOIN ps_wasm_missing " " ps_wasm_missing)
  message(STATUS "The report's live panel is left out / 报告不含实时测算: ${ps_wasm_missing}")
  return()
endif()

# What of the program runs in the page. A function that is never called is left out by the linker.
set(ps_wasm_sources
    report/kernel/exports.c
    sim/panel/carrier.c sim/panel/contents.c sim/panel/panel.c
    sim/kernel/ledger_lone_isa.c sim/kernel/world_isa.c sim/kernel/world_work.c sim/kernel/ledger_work.c sim/kernel/schedule_isa.c sim/kernel/schedule_work.c sim/kernel/standing.c
    sim/engine/policy_set.c sim/engine/row.c sim/engine/errors.c
    sim/core/accum.c sim/core/hist.c sim/core/math.c sim/core/math_gamma.c sim/core/pairs.c sim/core/stats.c
    sim/core/status.c sim/book/arena.c
    models/models.c models/topup_none.c models/topup_fixed.c models/topup_target.c models/pay_mode_prepay.c
    models/pay_mode_net_loss.c models/breaker_metric_npl.c models/breaker_metric_compensation.c)

# The arithmetic of Flags.cmake and Kernel.cmake: nothing fused, nothing reordered. Every browser has SIMD since 2023, and
# a lane of it is a plain double. -O3 makes a larger module that is no faster.
set(ps_wasm_flags ${ps_wasm_target} -std=gnu17 -O2 -DNDEBUG -msimd128 -mbulk-memory
    -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp-simd -ffunction-sections -fdata-sections -Wall -Wextra $<$<BOOL:${PS_WERROR}>:-Werror>
    -I${CMAKE_CURRENT_SOURCE_DIR}/include -I${CMAKE_CURRENT_BINARY_DIR}/include -I${CMAKE_CURRENT_SOURCE_DIR})

set(ps_wasm_objects "")
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/report/kernel)
foreach(source IN LISTS ps_wasm_sources)
  string(REPLACE "/" "_" object ${source})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/report/kernel/${object}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${PS_WASM_CLANG} ${ps_wasm_flags} -MD -MF ${object}.d
            -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Compiling ${source} to WebAssembly"
    VERBATIM)
  list(APPEND ps_wasm_objects ${object})
endforeach()
set(PS_REPORT_KERNEL ${CMAKE_CURRENT_BINARY_DIR}/report/kernel.wasm)
add_custom_command(
  OUTPUT ${PS_REPORT_KERNEL}
  COMMAND ${PS_WASM_CLANG} ${ps_wasm_target} -nostartfiles
          -Wl,--no-entry,--gc-sections,--strip-all,-z,stack-size=262144 ${ps_wasm_objects} -o ${PS_REPORT_KERNEL}
  DEPENDS ${ps_wasm_objects}
  COMMENT "Linking report/kernel.wasm"
  VERBATIM)
add_custom_target(report_kernel ALL DEPENDS ${PS_REPORT_KERNEL})
