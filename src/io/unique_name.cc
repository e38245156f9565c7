#include "io/unique_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <random>

namespace pyforge::io {

std::string UniqueName() {
  std::random_device random;
  std::string name(kUnfinishedPrefix);
  for (int i = 0; i < 4; ++i) name += fmt::format("{:08x}", random());
  return name;
}

bool IsUniqueName(std::string_view name) {
  if (!name.starts_with(kUnfinishedPrefix) || name.size() != kUnfinishedPrefix.size() + 32) {
    return false;
  }
  name.remove_prefix(kUnfinishedPrefix.size());
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool LacksNamelessFiles(int error) {
  // EISDIR and ENOENT come from kernels that do not know the flag, EOPNOTSUPP from file systems.
  return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL;
}

}  // namespace pyforge::io
