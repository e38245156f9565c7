#include "core/output_names.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "io/path.h"

namespace pyforge::core {
namespace {

namespace fs = std::filesystem;

// A number is put before the suffix until the path is new.
std::string Distinct(const std::string& path, const std::string& extension,
                     std::set<std::string>* taken) {
  std::string candidate = path + extension;
  for (int number = 2; !taken->insert(candidate).second; ++number) {
    candidate = path + "_" + std::to_string(number) + extension;
  }
  return candidate;
}

}  // namespace

std::string_view StemOf(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot);
}

Result<std::vector<std::string>> NameOutputs(const OutputNaming& naming,
                                             const std::vector<NamedTable>& tables) {
  std::set<std::string> taken;
  std::vector<std::string> paths;
  std::set<std::string> inputs;
  for (const NamedTable& table : tables) inputs.insert(table.input_path);

  if (tables.size() == 1 && !naming.output.empty() && !naming.output_is_directory) {
    return std::vector{naming.output};
  }
  if (naming.output == "-") {
    return Fail(kBadRequest, {}, "{} tables cannot go to standard output together", tables.size());
  }
  if (!naming.output.empty() && !naming.output_is_directory && inputs.size() > 1) {
    return Fail(kBadRequest, {.path = naming.output},
                "{} inputs cannot become the one file {}; give a directory (ending in /), or unite "
                "them with --union",
                inputs.size(), naming.output);
  }
  for (const NamedTable& table : tables) {
    const size_t tables_of_input = static_cast<size_t>(std::count_if(
        tables.begin(), tables.end(),
        [&](const NamedTable& other) { return other.input_path == table.input_path; }));
    fs::path directory =
        naming.output.empty() ? fs::path(table.input_path).parent_path() : fs::path(naming.output);
    const std::string stem = io::CleanFileName(table.input_stem);
    if (tables_of_input == 1) {
      paths.push_back(Distinct((directory / stem).string(), naming.extension, &taken));
      continue;
    }
    if (naming.output.empty() || inputs.size() > 1) directory /= stem + "_" + naming.format_name;
    paths.push_back(
        Distinct((directory / io::CleanFileName(table.table)).string(), naming.extension, &taken));
  }
  return paths;
}

}  // namespace pyforge::core
