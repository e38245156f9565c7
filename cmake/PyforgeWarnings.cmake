# pyforge::warnings: what every target of ours is compiled with, and nobody else's.
add_library(pyforge_warnings INTERFACE)
add_library(pyforge::warnings ALIAS pyforge_warnings)
# Fields left out of a designated initializer have their defaults, which is what they are left out for.
target_compile_options(pyforge_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers
  $<$<BOOL:${PYFORGE_WERROR}>:-Werror>)
