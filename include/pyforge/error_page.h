// What is written about an error code: the fix in an error's four lines, the page of
// `pyforge explain` and docs/reference/errors.
#pragma once

#include <string>
#include <string_view>

#include "pyforge/error.h"
#include "pyforge/options.h"

namespace pyforge {

/// The code's fix with each `{option}` spelt the front end's way.
std::string FixText(const ErrorCode& code, OptionSpelling spelling);

/// The place in one line, "orders.csv, row 18442, byte 1048576"; empty when nothing is known.
std::string WhereText(const Where& where);

/// The page in Markdown: what it means, exit code, what to do, details.
std::string ErrorPage(const ErrorCode& code, OptionSpelling spelling);

}  // namespace pyforge
