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
  std::string input_path = {};
  std::string input_stem = {};  ///< the input's file name without its suffixes
  std::string table = {};
};

/// One path a table, in order.
///
/// One table in one input: the output itself, `<output dir>/<stem><ext>`, or beside the input.
/// Several tables of one input: the directory `<stem>_<format>/<table><ext>`, or the asked
/// directory. Names are cleaned; collisions get a number. Errors: usage.bad_request where several
/// tables would go to one file.
Result<std::vector<std::string>> NameOutputs(const OutputNaming& naming,
                                             const std::vector<NamedTable>& tables);

/// "orders" for "orders.csv".
std::string_view StemOf(std::string_view file_name);

}  // namespace pyforge::core
