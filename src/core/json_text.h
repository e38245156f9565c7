// What the writers of JSON in this folder share. Included by .cc files alone: nlohmann-json takes
// long to compile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "pyforge/input.h"
#include "pyforge/options.h"

namespace pyforge::core {

using Json = nlohmann::ordered_json;

/// Two blanks a level; bytes that are not UTF-8 become U+FFFD.
std::string PrintJson(const Json& json);
/// On one line.
std::string PrintJsonLine(const Json& json);

/// {"csv.delimiter": {"value": ";", "from": "detected"}}
Json OptionValuesJson(const OptionValues& values);
/// {"encoding": "utf-8", ..., "confidence": {...}, "alternatives": {...}, "reasons": {...}}
Json FindingsJson(const std::vector<Finding>& findings);
/// What --explain prints of one input.
Json ExplanationJson(const Explanation& explanation);
Json ErrorJson(const Status& error, OptionSpelling spelling);

}  // namespace pyforge::core
