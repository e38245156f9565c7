// Where the tables of a conversion go: the rules of design: interface, section 1, "OUTPUT".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"

namespace pyforge::core {

struct OutputNaming {
  std::string output = {};           ///< as asked; empty: beside the input; "-": standard output
  std::string format_name = {};      ///< "parquet"
  std::string extension = {};        ///< ".parquet"
  bool output_is_directory = false;  ///< it ends in '/' or is one
};

struct NamedTable {
  size_t input_index = 0;
  std::string input_path = {};
  std::string input_stem = {};  ///< the input's file name without its suffixes
  std::string table = {};
};

struct OutputNames {
  std::vector<std::string> paths = {};     ///< one a table, in order
  std::vector<std::string> warnings = {};  ///< which of them had to be numbered, in words
};

/// Where the tables go, each to a path of its own.
///
/// One table in one input: the output itself, `<output dir>/<stem><ext>`, or beside the input.
/// Several tables of one input: the directory `<stem>_<format>/<table><ext>`, or the asked
/// directory. Stems stay as they are, being names of files already; names of tables are cleaned.
/// Of those that meet, the first keeps the name and the others get numbers.
/// Errors: usage.bad_request where several tables would go to one file.
Result<OutputNames> NameOutputs(const OutputNaming& naming, const std::vector<NamedTable>& tables);

/// "orders" for "orders.csv".
std::string_view StemOf(std::string_view file_name);

}  // namespace pyforge::core
