#include "core/output_names.h"

#include <filesystem>
#include <map>
#include <utility>

#include "io/path.h"

namespace pyforge::core {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNameBytesMax = 255;  // NAME_MAX of the file systems of Linux

/// As much of a UTF-8 text as fits.
std::string_view FirstBytes(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end);
}

/// A path before it is known whether it must be numbered.
struct Wish {
  fs::path directory;
  std::string stem;

  std::string PathWith(const std::string& number, const std::string& extension) const {
    const size_t room = kNameBytesMax - number.size() - extension.size();
    return (directory / (std::string(FirstBytes(stem, room)) + number + extension)).string();
  }
};

/// The first to wish a path gets it; numbers are chosen so that nobody else's wish is taken.
OutputNames Distribute(const std::vector<Wish>& wishes, const std::vector<NamedTable>& tables,
                       const std::string& extension) {
  OutputNames names;
  std::map<std::string, size_t> owners;
  for (size_t i = 0; i < wishes.size(); ++i) {
    names.paths.push_back(wishes[i].PathWith("", extension));
    owners.emplace(names.paths.back(), i);
  }
  for (size_t i = 0; i < wishes.size(); ++i) {
    const std::string wished = names.paths[i];
    const size_t owner = owners.at(wished);
    if (owner == i) continue;
    int number = 2;
    do {
      names.paths[i] = wishes[i].PathWith("_" + std::to_string(number++), extension);
    } while (!owners.emplace(names.paths[i], i).second);
    names.warnings.push_back(fmt::format("{} is the output of {}, so that of {} is {}", wished,
                                         tables[owner].input_path, tables[i].input_path,
                                         names.paths[i]));
  }
  return names;
}

}  // namespace

std::string_view StemOf(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot);
}

Result<OutputNames> NameOutputs(const OutputNaming& naming, const std::vector<NamedTable>& tables) {
  std::map<size_t, size_t> table_counts;  // by input
  for (const NamedTable& table : tables) ++table_counts[table.input_index];
  if (tables.size() == 1 && !naming.output.empty() && !naming.output_is_directory) {
    return OutputNames{.paths = {naming.output}};
  }
  if (naming.output == "-") {
    return Fail(kBadRequest, {}, "{} tables cannot go to standard output together", tables.size());
  }
  if (!naming.output.empty() && !naming.output_is_directory && table_counts.size() > 1) {
    return Fail(kBadRequest, {.path = naming.output},
                "{} inputs cannot become the one file {}; give a directory (ending in /), or unite "
                "them with --union",
                table_counts.size(), naming.output);
  }
  std::vector<Wish> wishes;
  for (const NamedTable& table : tables) {
    fs::path directory =
        naming.output.empty() ? fs::path(table.input_path).parent_path() : fs::path(naming.output);
    if (table_counts.at(table.input_index) == 1) {
      wishes.push_back({std::move(directory), table.input_stem});
      continue;
    }
    if (naming.output.empty() || table_counts.size() > 1) {
      directory /= table.input_stem + "_" + naming.format_name;
    }
    wishes.push_back({std::move(directory), io::CleanFileName(table.table)});
  }
  return Distribute(wishes, tables, naming.extension);
}

}  // namespace pyforge::core
