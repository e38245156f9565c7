// The registry: which formats this program has. A value, built by explicit calls and passed on.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "pyforge/format_descriptor.h"

namespace pyforge {

/// The formats linked in, by name; the list is generated from src/formats/CMakeLists.txt.
std::span<const FormatDescriptor* const> BuiltinFormats();

/// Threads: build it in one, then share freely.
class Registry {
 public:
  /// A registry with the built-in formats.
  static Registry WithBuiltins();

  /// Descriptors are constants of static storage. Errors: internal.bug on a name taken.
  Status Add(const FormatDescriptor& format);
  std::span<const FormatDescriptor* const> formats() const { return formats_; }
  /// By name or alias; null if there is none.
  const FormatDescriptor* Find(std::string_view name) const;
  /// By the name's suffix, any case; null if none fits.
  const FormatDescriptor* FindByExtension(std::string_view file_name) const;
  /// By content first, then by name. Errors: unsupported.format naming what was found.
  Result<const FormatDescriptor*> Identify(Source& source) const;
  /// All error codes: of the base, the core and every format, by id.
  std::vector<const ErrorCode*> errors() const;

 private:
  std::vector<const FormatDescriptor*> formats_;
};

}  // namespace pyforge
