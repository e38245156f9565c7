# pyforge::warnings: what every target of ours is compiled with, and nobody else's.
add_library(pyforge_warnings INTERFACE)
add_library(pyforge::warnings ALIAS pyforge_warnings)
# g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
# Fields left out of a designated initializer have their defaults, which is what they are left out for.
target_compile_options(pyforge_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${PYFORGE_WERROR}>:-Werror>)
