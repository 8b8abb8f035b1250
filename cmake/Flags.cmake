# SPDX-License-Identifier: GPL-3.0-or-later
# ps_warnings: what the code must be free of. ps_flags: what its arithmetic relies on.

add_library(ps_warnings INTERFACE)
target_compile_options(ps_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wundef
  $<$<BOOL:${PS_WERROR}>:-Werror>)

# Equal bytes from every compiler and every processor need the plain meaning of each floating-point operation:
# nothing fused, nothing reordered. errno and trapping are not looked at, and giving them up lets loops vectorise.
foreach(flags IN ITEMS "${CMAKE_C_FLAGS}" "${CMAKE_C_FLAGS_DEBUG}" "${CMAKE_C_FLAGS_RELEASE}"
                       "${CMAKE_C_FLAGS_RELWITHDEBINFO}" "${CMAKE_C_FLAGS_MINSIZEREL}")
  if(flags MATCHES "-ffast-math|-Ofast|-funsafe-math|-fassociative-math|-freciprocal-math|-ffinite-math|-ffp-contract=(on|fast)")
    message(FATAL_ERROR "The C flags hold '${CMAKE_MATCH_0}', which changes results from machine to machine. Remove it.")
  endif()
endforeach()
add_library(ps_flags INTERFACE)
target_compile_options(ps_flags INTERFACE
  -ffp-contract=off -fno-math-errno -fno-trapping-math
  -fmacro-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}/=)
