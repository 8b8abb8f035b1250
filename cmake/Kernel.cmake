# SPDX-License-Identifier: GPL-3.0-or-later
# Every *_isa.c is compiled once for each instruction set, its symbols told apart by PS_ISA_SUFFIX; the program picks a copy
# at run time. -O3 always, else a debug build would spend its day in the kernel. -fopenmp-simd: "omp simd" marks loops over
# lanes; no threads come with it.

# Both compilers write fused multiply-add only where contraction is on, and it is off. gcc is told twice by -mno-fma;
# clang takes -mno-fma on x86-64-v4 for "no AVX-512 at all", so there it must not be said.
set(ps_isas base)
set(ps_isa_base "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND ps_isas v3 v4)
  set(ps_isa_base -march=x86-64)
  set(ps_isa_v3 -march=x86-64-v3 -mno-fma)
  set(ps_isa_v4 -march=x86-64-v4 -mprefer-vector-width=512)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND ps_isa_v4 -mno-fma)
  endif()
  target_compile_definitions(ps_flags INTERFACE PS_HAVE_X86_ISAS=1)
endif()
# A row is a few vectors: clearing it by a call of memset costs more than it does, and a loop over it laid out in full only
# makes the code larger than the near cache.
set(ps_kernel_flags -O3 -fopenmp-simd)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND ps_kernel_flags -fno-tree-loop-distribute-patterns --param=max-completely-peel-times=1)
endif()

# gcc writes a check for every element where it has no vector instruction, and compiles the plainest copy for minutes; the
# others are checked.
if(CMAKE_C_FLAGS MATCHES "-fsanitize=[a-z,]*undefined")
  list(APPEND ps_isa_base -fno-sanitize=undefined)
endif()

# Sets OUT to the objects of all kernel copies.
function(ps_kernel_objects out)
  file(GLOB sources CONFIGURE_DEPENDS sim/kernel/*_isa.c models/*_isa.c)
  set(objects "")
  if(sources)
    foreach(isa IN LISTS ps_isas)
      add_library(kernel_${isa} OBJECT ${sources})
      target_compile_definitions(kernel_${isa} PRIVATE PS_ISA_SUFFIX=${isa})
      target_compile_options(kernel_${isa} PRIVATE ${ps_kernel_flags} ${ps_isa_${isa}})
      target_link_libraries(kernel_${isa} PRIVATE ps_includes ps_warnings ps_flags)
      list(APPEND objects $<TARGET_OBJECTS:kernel_${isa}>)
    endforeach()
  endif()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()
