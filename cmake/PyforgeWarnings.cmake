# pyforge::warnings: what every target of ours is compiled with, and nobody else's.
add_library(pyforge_warnings INTERFACE)
add_library(pyforge::warnings ALIAS pyforge_warnings)
target_compile_options(pyforge_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${PYFORGE_WERROR}>:-Werror>)
