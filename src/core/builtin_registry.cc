// Apart from registry.cc, so that programs and tests with a registry of their own do not need the
// built-in formats.
#include "pyforge/registry.h"

namespace pyforge {

Registry Registry::WithBuiltins() {
  Registry registry;
  for (const FormatDescriptor* format : BuiltinFormats()) {
    // A test proves that no two of them want the same name; a second one would stay out.
    ARROW_UNUSED(registry.Add(*format));
  }
  return registry;
}

}  // namespace pyforge
