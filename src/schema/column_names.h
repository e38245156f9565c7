// Names of columns: unique, never empty, in snake case on request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyforge::schema {

/// Makes names usable: an empty one becomes `column_<n>` by its place from 1, the second of a name
/// `<name>_2`, the third `<name>_3` and so on, past every name that is already there. A name that
/// is unique stays as it is.
std::vector<std::string> UniqueNames(const std::vector<std::string>& names);

/// `Order ID`, `orderId` and `ORDER-ID` as `order_id`: letters in lower case (Latin, Greek and
/// Cyrillic), words parted by one underscore, everything else but digits dropped. A name that would
/// begin with a digit gets an underscore before it. Not made unique; may be empty.
std::string SnakeCase(std::string_view name);

/// SnakeCase of all, made unique.
std::vector<std::string> SnakeCaseNames(const std::vector<std::string>& names);

}  // namespace pyforge::schema
