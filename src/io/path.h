// Paths as users write them: URLs, patterns, directories; and names for what is written.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"
#include "pyforge/file_system.h"

namespace pyforge::io {

/// "a/b.csv" and "file:///a/b%20c.csv" become local paths; "-" stays.
/// Errors: unsupported.scheme, usage.bad_request for a file URL that names another host or is badly
/// encoded.
Result<std::string> LocalPath(std::string_view path_or_url);

/// Does the path hold a wildcard: `*`, `?`, `[...]`?
bool HasWildcard(std::string_view path);

/// The inputs that a path stands for, sorted by name.
///
/// A pattern: the files that fit it; `**` stands for any number of directories; hidden names fit
/// only where the pattern writes the dot. A path that exists as it is written is no pattern. A
/// directory: the files in it and below, without those whose name begins with '.' or '_'. Links to
/// directories are followed where they are named, not where they are found. Any other path stands
/// for itself, existing or not. Errors: io.not_found when nothing fits or the directory is empty;
/// those of LocalPath.
Result<std::vector<std::string>> ExpandPath(const std::string& path);
Result<std::vector<std::string>> ExpandPath(const std::string& path, FileSystem& file_system);

/// A name for a file made from any text: a run of `<>:"/\|?*`, blanks and control characters
/// becomes one `_`, at the ends nothing. Never empty, hidden, or longer than 200 bytes; UTF-8 stays
/// whole. Different texts may get the same name.
std::string CleanFileName(std::string_view text);

/// "orders.csv" for "orders.csv.gz".
std::string WithoutContainerSuffix(std::string_view file_name);

/// "orders.csv" for "a/orders.csv".
std::string FileName(std::string_view path);

/// What a table is called that is alone in a file of this name: "orders" for "orders.csv"; "table"
/// for standard input.
std::string TableName(std::string_view file_name);

/// Numbers names that were given before: "a", "a_2", "a_3". Names that differ only in the case of
/// ASCII letters count as the same: some disks cannot tell them apart.
class DistinctNames {
 public:
  /// `name` with the first number that makes it new.
  std::string Take(const std::string& name);

 private:
  std::set<std::string> taken_;
};

}  // namespace pyforge::io
