// The Parquet file format: https://parquet.apache.org/docs/file-format/
#pragma once

#include "pyforge/format_descriptor.h"

namespace pyforge::parquet {

const FormatDescriptor& Descriptor();

}  // namespace pyforge::parquet
