// The registry: which formats this program has. A value, built by explicit calls and passed on.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "pyforge/format_descriptor.h"

namespace pyforge {

/// The formats linked in, by name; the list is generated from src/formats/CMakeLists.txt.
std::span<const FormatDescriptor* const> BuiltinFormats();
/// The names of those in the list that the build was told to leave out.
std::span<const std::string_view> FormatsLeftOut();

/// Threads: build it in one, then share freely.
class Registry {
 public:
  /// A registry with the built-in formats; knows those that were left out.
  static Registry WithBuiltins();

  /// Descriptors are constants of static storage.
  /// Errors: internal.bug on a name, alias or extension taken, or a format without any direction.
  Status Add(const FormatDescriptor& format);
  std::span<const FormatDescriptor* const> formats() const { return formats_; }
  /// By name or alias; null if there is none.
  const FormatDescriptor* Find(std::string_view name) const;
  /// By the name's suffix, any case; null if none fits.
  const FormatDescriptor* FindByExtension(std::string_view file_name) const;
  /// By content first, then by name. `why`, if given, tells how sure that is and, where the name
  /// says otherwise, that it does.
  /// Errors: unsupported.format naming what was found, unsupported.not_built for a format that was
  /// left out, and those of Source::Head.
  Result<const FormatDescriptor*> Identify(Source& source, SniffResult* why = nullptr) const;
  /// Formats that are not there but have names; `names` are of static storage.
  void SetLeftOut(std::span<const std::string_view> names) { left_out_ = names; }
  /// The format left out that `name` asks for, a format's name or a file's; empty if none is.
  std::string_view LeftOut(std::string_view name) const;
  /// All error codes: of the base, the core and every format, by id.
  std::vector<const ErrorCode*> errors() const;

 private:
  std::vector<const FormatDescriptor*> formats_;
  std::span<const std::string_view> left_out_;
};

}  // namespace pyforge
