// The CSV format: the only symbol the rest of the program sees.
#pragma once

#include "pyforge/format_descriptor.h"

namespace pyforge::csv {

const FormatDescriptor& Descriptor();

}  // namespace pyforge::csv
