#include "formats/parquet/options.h"

#include <array>

namespace pyforge::parquet {
namespace {

struct CodecName {
  std::string_view name;
  Codec codec;
  int level_min;  // none where both are 0
  int level_max;
};
constexpr std::array kCodecs = {
    CodecName{"snappy", Codec::kSnappy, 0, 0},
    CodecName{"zstd", Codec::kZstd, -7, 22},
    CodecName{"gzip", Codec::kGzip, 1, 12},
    CodecName{"lz4", Codec::kLz4Raw, 0, 0},
    CodecName{"brotli", Codec::kBrotli, 1, 11},
    CodecName{"none", Codec::kUncompressed, 0, 0},
    CodecName{"lz4_raw", Codec::kLz4Raw, 0, 0},
    CodecName{"uncompressed", Codec::kUncompressed, 0, 0},
};

}  // namespace

Result<CompressionChoice> ParseCompression(std::string_view text) {
  constexpr std::string_view kName = "compression";
  const size_t colon = text.find(':');
  for (const CodecName& each : kCodecs) {
    if (text.substr(0, colon) != each.name) continue;
    CompressionChoice choice{.codec = each.codec};
    if (colon == std::string_view::npos) return choice;
    int64_t level = 0;
    const bool takes_level = each.level_max != 0;
    if (!takes_level ||
        !options_internal::ParseInteger(kName, text.substr(colon + 1), &level).ok() ||
        level < each.level_min || level > each.level_max) {
      return Fail(kBadOption, {}, "the option '{}' cannot be '{}': {}", kName, text,
                  takes_level ? fmt::format("{} takes a level from {} to {}", each.name,
                                            each.level_min, each.level_max)
                              : fmt::format("{} takes no level", each.name));
    }
    choice.level = static_cast<int>(level);
    return choice;
  }
  return options_internal::BadValue(kName, text,
                                    "snappy, zstd, zstd:LEVEL, gzip, lz4, brotli or none");
}

Status WriteOptions::Validate() const {
  ARROW_RETURN_NOT_OK(ParseCompression(compression).status());
  if (row_group_rows < 1) {
    return options_internal::BadValue("row_group_rows", std::to_string(row_group_rows),
                                      "a number of rows from 1");
  }
  if (row_group_bytes < 1) {
    return options_internal::BadValue("row_group_bytes", PrintByteSize(row_group_bytes),
                                      "a size of 1 byte or more");
  }
  if (!(bloom_filter_fpp > 0 && bloom_filter_fpp < 1)) {
    return options_internal::BadValue("bloom_filter_fpp",
                                      options_internal::PrintNumber(bloom_filter_fpp),
                                      "a number between 0 and 1");
  }
  return Status::OK();
}

}  // namespace pyforge::parquet
