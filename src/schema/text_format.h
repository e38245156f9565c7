// How a column spells its values, as a short pattern for people and for schema files:
// `dd/mm/yyyy hh:mm:ss`, `1.234,5`.
#pragma once

#include <string>
#include <string_view>

#include "pyforge/error.h"
#include "schema/text_type.h"

namespace pyforge::schema {

/// The pattern of a type; empty where nothing is special about the spelling.
///
/// Dates: `yyyy` or `yy`, `mm`, `mon` (a month's English name), `dd`; `m` and `d` where one digit
/// is enough. Times: `hh` or `h`, `mm`, `ss`, `.ffffff` (up to six digits, may be missing), `AM`
/// (twelve hours), `Z` (any zone). Numbers: an example, `1234,5`, `1.234,5`; `0.00` where every
/// number has two decimals.
std::string PrintFormat(const TextType& type);

/// Sets on `type`, whose kind is set, the rules that the pattern states. Dates and times may be
/// spelt as strptime(3) does too: %Y %y %m %b %B %d %H %I %p %M %S %f %z %F %T %R, and %-m %-d %-H
/// %-I where one digit is enough. Errors: schema.bad_format.
Status ParseFormat(std::string_view pattern, TextType* type);

}  // namespace pyforge::schema
