// What may go wrong before a format is known, and when plans and configurations are read.
#pragma once

#include <string_view>
#include <utility>

#include "pyforge/error.h"

namespace pyforge::core {

inline constexpr ErrorCode kUnsupportedFormat{
    .id = "unsupported.format",
    .category = ErrorCategory::kUnsupported,
    .summary = "The input's content is of no format that this program reads.",
    .fix = "See `pyforge formats` for what is read, or name the input's format with {from}.",
    .details =
        "An input's format is found by its content first and by its name second: a Parquet "
        "file named `.csv` is read as Parquet, while an image named `.csv` is refused, "
        "because reading it as text would give rubbish without a word. The message says "
        "what the content looks like."};
inline constexpr ErrorCode kNotBuilt{
    .id = "unsupported.not_built",
    .category = ErrorCategory::kUnsupported,
    .summary = "The format is known but is not part of this program.",
    .fix =
        "Convert the input with a program that reads the format, or use a build of pyforge that "
        "has it; `pyforge formats` lists what this one has."};
inline constexpr ErrorCode kBadPlan{
    .id = "usage.bad_plan",
    .category = ErrorCategory::kUsage,
    .summary = "A plan cannot be read, or its parts contradict each other.",
    .fix = "Make the plan again with `pyforge convert ... --dry-run --json`."};
inline constexpr ErrorCode kBadConfiguration{
    .id = "usage.bad_config",
    .category = ErrorCategory::kUsage,
    .summary = "A configuration file has an unknown key, a wrong value, or is not YAML.",
    .fix = "`pyforge config show` lists every key, `pyforge config path` the files that are read."};
inline constexpr ErrorCode kNoConfiguration{
    .id = "not_found.config",
    .category = ErrorCategory::kNotFound,
    .summary = "The configuration file that was named does not exist.",
    .fix = "Check the path given with {config}, or leave it out."};

/// The failure of whoever needs a format that Registry::LeftOut names.
inline Status NotBuilt(std::string_view format, Where where) {
  return Fail(kNotBuilt, std::move(where), "this program was built without the format {}", format);
}

inline constexpr const ErrorCode* kRegistryErrors[] = {&kUnsupportedFormat, &kNotBuilt, &kBadPlan,
                                                       &kBadConfiguration, &kNoConfiguration};

}  // namespace pyforge::core
