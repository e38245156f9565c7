// Staging as the rest of the program uses it: the file system is chosen by the path.
#pragma once

#include "pyforge/file_system.h"

namespace pyforge::io {

using pyforge::Staging;
using pyforge::StagingOptions;

}  // namespace pyforge::io
