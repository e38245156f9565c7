// Why an input is read as it is, in lines for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pyforge/input.h"

namespace pyforge::cli {

/// What the names of findings are padded to.
inline constexpr size_t kFindingNameWidth = 12;

/// About the input as a whole, under the heading `title`.
std::string InputExplanationText(const Explanation& explanation, std::string_view title);
/// About one of its tables: where it begins and ends, and the types of its columns. Empty where
/// there is nothing to say.
std::string TableExplanationText(const TableExplanation& table);
/// All of it, where nothing else tells what the input is. Ends without a line feed.
std::string ExplanationText(const Explanation& explanation, std::string_view path);

}  // namespace pyforge::cli
