// Random tables of every Arrow type, for properties that must hold for all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>

namespace pyforge::testing {

/// Every type a column may have, nested ones at the end.
std::vector<std::shared_ptr<arrow::DataType>> AllTypes();

/// `rows` random values, about `null_share` of them null; the same for the same seed. Texts hold
/// what breaks writers: separators, quotes, line breaks, blanks, non-ASCII, the empty text.
std::shared_ptr<arrow::Array> RandomArray(const std::shared_ptr<arrow::DataType>& type,
                                          int64_t rows, double null_share, std::mt19937_64* random);

}  // namespace pyforge::testing
