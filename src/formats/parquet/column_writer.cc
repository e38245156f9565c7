#include "formats/parquet/column_writer.h"

#include <arrow/array.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>
#include <libdeflate.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "formats/parquet/bit_packing.h"
#include "formats/parquet/delta_encoding.h"
#include "formats/parquet/errors.h"
#include "formats/parquet/level_encoding.h"
#include "formats/parquet/prefix_encoding.h"

namespace pyforge::parquet {
namespace {

// Pages stay in the second-level cache between being filled, encoded and compressed; larger ones
// compress no better, because Snappy looks back 64 KiB.
constexpr int64_t kPageBytes = int64_t{128} << 10;
constexpr int64_t kPageRowsMax = int64_t{16} << 10;

// Beyond these a dictionary costs more than it saves.
constexpr size_t kDictionaryEntriesMax = size_t{1} << 16;
constexpr size_t kDictionaryBytesMax = size_t{1} << 20;
constexpr size_t kDictionarySample = 4096;
// A larger one is no longer in cache when the next rows come, so that it is visited once a page.
constexpr size_t kCachedEntries = 2048;
constexpr double kChunkValuesExpected = 1 << 16;

// What a probe must save for a chunk to be compressed, in hundredths.
constexpr size_t kCompressionWorthPercent = 3;
// Snappy stands for speed, so that its time is weighed against the bytes saved, in nanoseconds: a
// byte written and read again at 165 MB/s, a byte of text or of numbers searched for matches, a
// text whose two ends are looked up, a number whose low half is (docs/performance.md). The search
// pays from 42 or 29 % on, the look at numbers from 13 %.
constexpr double kStoredByteCost = 6;
constexpr double kSearchedTextByteCost = 2.5;
constexpr double kSearchedByteCost = 1.75;
constexpr double kTextEndsCost = 20;
constexpr double kNumberCost = 6;
// A probe is an eighth of the page within these bounds: the short chunks of wide tables would
// spend a third of their time on it otherwise.
constexpr size_t kProbeBytesMin = size_t{4} << 10;
constexpr size_t kProbeBytesMax = size_t{32} << 10;

constexpr size_t kChunkBoundsBytesMax = 256;
constexpr size_t kPageBoundsBytesMax = 64;

double Ratio(size_t part, size_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max(whole, size_t{1}));
}

size_t ProbeBytes(size_t page_bytes) {
  return std::min(page_bytes, std::clamp(page_bytes / 8, kProbeBytesMin, kProbeBytesMax));
}

int64_t PageRows(const LeafPlan& leaf) {
  const int64_t width = std::max(leaf.value_bytes, 1);
  return std::clamp(kPageBytes / width, int64_t{1}, kPageRowsMax);
}

}  // namespace

ColumnWriter::ColumnWriter(const LeafPlan& leaf, PageWorkshop* workshop)
    : leaf_(leaf),
      workshop_(workshop),
      page_rows_max_(PageRows(leaf)),
      fixed_dictionary_(static_cast<size_t>(leaf.value_bytes)) {
  if (leaf.has_bloom_filter) {
    const WriteOptions& options = *workshop->options;
    const bool may_repeat = leaf.repetition_level_max != 0;
    bloom_filter_.emplace(leaf, options.bloom_filter_fpp,
                          may_repeat ? std::numeric_limits<size_t>::max()
                                     : static_cast<size_t>(options.row_group_rows));
  }
  Clear();
}

void ColumnWriter::Clear() {
  rows_ = slots_ = value_count_ = 0;
  values_.clear();
  codes_.clear();
  validity_.clear();
  definition_levels_.clear();
  repetition_levels_.clear();
  nested_rows_ = kNestedRowsFirst;
  strategy_ = Strategy::kUndecided;
  direct_encoding_.reset();
  codec_is_decided_ = false;
  fixed_dictionary_.Clear();
  byte_array_dictionary_.Clear();
  if (bloom_filter_) bloom_filter_->Clear();
  seen_in_page_.clear();
  chunk_rows_ = chunk_value_count_ = 0;
  chunk_.metadata = ColumnChunk{};
  chunk_.dictionary.clear();
  chunk_.pages.clear();
  chunk_.bloom_filter.clear();
}

int64_t ColumnWriter::bytes() const {
  return static_cast<int64_t>(chunk_.pages.size() + dictionary_bytes() + codes_.size()) +
         values_.size_bytes();
}

int64_t ColumnWriter::capacity_bytes() const {
  return static_cast<int64_t>(chunk_.pages.capacity() + chunk_.dictionary.capacity() +
                              fixed_dictionary_.capacity_bytes() +
                              byte_array_dictionary_.capacity_bytes() + codes_.capacity() +
                              validity_.capacity() + definition_levels_.capacity() +
                              repetition_levels_.capacity() +
                              (bloom_filter_ ? bloom_filter_->capacity_bytes() : 0)) +
         values_.capacity_bytes();
}

Status ColumnWriter::Add(const arrow::Array& column, int64_t begin, int64_t length) {
  return leaf_.is_flat() ? AddFlat(column, begin, length) : AddNested(column, begin, length);
}

int64_t ColumnWriter::RowsThatFit(const arrow::Array& column, int64_t begin, int64_t length) const {
  int64_t rows = std::min(length, page_rows_max_ - rows_);
  if (!is_byte_array()) return rows;
  const bool has_dictionary = strategy_ == Strategy::kDictionary;
  const auto room = static_cast<int64_t>(has_dictionary ? kDictionaryBytesMax : kPageBytes) -
                    static_cast<int64_t>(values_.bytes.size());
  // Views are measured one by one.
  constexpr int64_t kViewsMax = 1024;
  if (arrow::is_binary_view_like(column.type_id())) rows = std::min(rows, kViewsMax);
  const auto fits = [&](int64_t count) {
    return ByteArrayBytes(column, {.begin = begin, .length = count}) <= room;
  };
  if (fits(rows)) return rows;
  int64_t good = 0;
  int64_t bad = rows;
  while (bad - good > 1) {
    const int64_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  // A value larger than a page gets a page of its own.
  return good == 0 && rows_ == 0 ? 1 : good;
}

Status ColumnWriter::AddFlat(const arrow::Array& column, int64_t begin, int64_t length) {
  while (length > 0) {
    const int64_t rows = RowsThatFit(column, begin, length);
    if (rows == 0) {
      ARROW_RETURN_NOT_OK(EndPage());
      continue;
    }
    const int64_t count_before = value_count_;
    ARROW_RETURN_NOT_OK(TakeValues(column, {.begin = begin, .length = rows}));
    const int64_t nulls = rows - (value_count_ - count_before);
    if (nulls != 0 && !leaf_.nullable()) {
      return Fail(kMissingValue, {.column = leaf_.path.front(), .row = begin},
                  "column '{}' is declared never null but holds {} nulls", leaf_.path.front(),
                  nulls);
    }
    AddValidity(column, begin, rows, nulls);
    rows_ += rows;
    slots_ += rows;
    begin += rows;
    length -= rows;
    if (rows_ >= page_rows_max_ || IsPageFull()) ARROW_RETURN_NOT_OK(EndPage());
  }
  return Status::OK();
}

bool ColumnWriter::IsPageFull() const {
  if (!is_byte_array()) return false;
  if (strategy_ == Strategy::kDictionary) return dictionary_bytes() > kDictionaryBytesMax;
  return values_.bytes.size() >= kPageBytes;
}

// The bitmap exists from the page's first null on.
void ColumnWriter::AddValidity(const arrow::Array& column, int64_t begin, int64_t rows,
                               int64_t nulls) {
  if (nulls == 0 && validity_.empty()) return;
  const auto size = static_cast<size_t>(arrow::bit_util::BytesForBits(rows_ + rows));
  if (validity_.empty()) {
    validity_.Resize(size);
    std::memset(validity_.data(), 0, size);
    arrow::bit_util::SetBitsTo(validity_.data(), 0, rows_, true);
  } else {
    const size_t old_size = validity_.size();
    validity_.Resize(size);
    std::memset(validity_.data() + old_size, 0, size - old_size);
  }
  if (nulls == 0) {
    arrow::bit_util::SetBitsTo(validity_.data(), rows_, rows, true);
  } else if (column.null_bitmap_data() == nullptr) {
    arrow::bit_util::SetBitsTo(validity_.data(), rows_, rows, false);  // the null type
  } else {
    arrow::internal::CopyBitmap(column.null_bitmap_data(), column.offset() + begin, rows,
                                validity_.data(), rows_);
  }
}

Status ColumnWriter::AddNested(const arrow::Array& column, int64_t begin, int64_t length) {
  LevelWalker walker(leaf_, column);
  while (length > 0) {
    int64_t rows = std::min(length, nested_rows_);
    ARROW_RETURN_NOT_OK(walker.Walk(begin, rows));
    const auto slots = static_cast<int64_t>(walker.definition_levels().size());
    const Selection selection{.length = static_cast<int64_t>(walker.indices().size()),
                              .indices = walker.indices().data()};
    const int64_t bytes = is_byte_array() ? ByteArrayBytes(walker.leaf_array(), selection) : 0;
    // The next step shall fill about a page; a step that is far too long is cut.
    nested_rows_ =
        std::clamp(rows * page_rows_max_ / std::max(slots, int64_t{1}), int64_t{1}, page_rows_max_);
    if (bytes > kPageBytes) {
      nested_rows_ = std::clamp(rows * kPageBytes / bytes, int64_t{1}, nested_rows_);
    }
    if (rows > 2 * nested_rows_) continue;
    if (rows_ != 0 && (slots_ + slots > 2 * page_rows_max_ ||
                       static_cast<int64_t>(values_.bytes.size()) + bytes > 2 * kPageBytes)) {
      ARROW_RETURN_NOT_OK(EndPage());
    }
    ARROW_RETURN_NOT_OK(TakeValues(walker.leaf_array(), selection));
    definition_levels_.Append(walker.definition_levels().data(), static_cast<size_t>(slots));
    if (leaf_.repetition_level_max != 0) {
      repetition_levels_.Append(walker.repetition_levels().data(), static_cast<size_t>(slots));
    }
    rows_ += rows;
    slots_ += slots;
    begin += rows;
    length -= rows;
    if (slots_ >= page_rows_max_ || IsPageFull()) ARROW_RETURN_NOT_OK(EndPage());
  }
  return Status::OK();
}

Status ColumnWriter::TakeValues(const arrow::Array& array, const Selection& selection) {
  if (codes_.empty() && values_.count == 0) {
    looks_up_at_end_ =
        byte_array_dictionary_.size() > kCachedEntries && !byte_array_dictionary_.has_range();
  }
  if (strategy_ == Strategy::kDictionary && is_byte_array() && !looks_up_at_end_) {
    const size_t begin = codes_.size();
    codes_.Reserve(begin + static_cast<size_t>(selection.length) * sizeof(uint32_t));
    auto* const codes = reinterpret_cast<uint32_t*>(codes_.data() + begin);
    const size_t count = EncodeByteArrays(array, selection, &byte_array_dictionary_, codes);
    codes_.Resize(begin + count * sizeof(uint32_t));
    value_count_ = static_cast<int64_t>(codes_.size() / sizeof(uint32_t));
    return Status::OK();
  }
  ARROW_RETURN_NOT_OK(AppendValues(leaf_, array, selection, &values_));
  value_count_ = static_cast<int64_t>(values_.count);
  return Status::OK();
}

Status ColumnWriter::EndPage() {
  if (rows_ == 0) return Status::OK();
  if (strategy_ == Strategy::kUndecided && value_count_ != 0) Decide();
  if (strategy_ == Strategy::kDictionary && is_byte_array() && values_.count != 0) {
    EncodeTaken(0, values_.count);
    values_.clear();
  }
  PageEntry entry;
  entry.first_row = chunk_rows_;
  entry.all_null = value_count_ == 0;
  entry.statistics.null_count = slots_ - value_count_;
  if (workshop_->options->statistics) FindPageBounds(&entry.statistics);
  chunk_rows_ += rows_;
  chunk_value_count_ += value_count_;

  workshop_->body.clear();
  EncodeLevels();
  std::span<const uint8_t> values;
  const Encoding encoding = EncodeValues(&values);
  // A dictionary's values are added once, at the end.
  if (bloom_filter_ && encoding != Encoding::kRleDictionary) {
    if (is_byte_array()) {
      bloom_filter_->AddByteArrays(values_.bytes.data(), byte_array_lengths());
    } else {
      bloom_filter_->AddFixed(values_.fixed.data(), values_.count);
    }
  }
  if (!codec_is_decided_) ARROW_RETURN_NOT_OK(DecideCodec(encoding, values));

  ColumnChunk& metadata = chunk_.metadata;
  entry.offset = static_cast<int64_t>(chunk_.pages.size());
  ARROW_RETURN_NOT_OK(
      AppendPage(PageType::kData, encoding, slots_, workshop_->body.span(), values, &chunk_.pages));
  entry.bytes = static_cast<int32_t>(static_cast<int64_t>(chunk_.pages.size()) - entry.offset);
  metadata.value_count += slots_;
  MergeBounds(leaf_, entry.statistics, &metadata.statistics);
  if (workshop_->options->page_index) {
    ShortenBounds(leaf_, kPageBoundsBytesMax, &entry.statistics);
    metadata.pages.push_back(std::move(entry));
  }
  auto& kinds = metadata.data_pages;
  const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const auto& each) { return each.first == encoding; });
  if (kind == kinds.end()) {
    kinds.emplace_back(encoding, 1);
  } else {
    ++kind->second;
  }

  rows_ = slots_ = value_count_ = 0;
  values_.clear();
  codes_.clear();
  byte_array_dictionary_.ForgetBounds();
  validity_.clear();
  definition_levels_.clear();
  repetition_levels_.clear();
  return Status::OK();
}

void ColumnWriter::FindPageBounds(Statistics* statistics) {
  if (!is_byte_array() || strategy_ != Strategy::kDictionary) {
    return FindBounds(leaf_, values_, statistics);
  }
  if (const auto found = byte_array_dictionary_.bounds()) {
    ByteArrayBounds bounds;
    bounds.Add(byte_array_dictionary_.value(found->least));
    bounds.Add(byte_array_dictionary_.value(found->greatest));
    return bounds.Get(statistics);
  }
  // Each distinct value of the page is looked at once, and marked without a branch.
  seen_in_page_.assign(byte_array_dictionary_.size(), 0);
  const auto* codes = codes_.as<uint32_t>();
  uint8_t* const seen = seen_in_page_.data();
  for (const uint32_t* const end = codes + value_count_; codes != end; ++codes) seen[*codes] = 1;
  ByteArrayBounds bounds;
  for (uint32_t code = 0; code < seen_in_page_.size(); ++code) {
    const std::string_view value = byte_array_dictionary_.value(code);
    if (bounds.MayChangeBy(value) && seen[code] != 0) bounds.Add(value);
  }
  bounds.Get(statistics);
}

// Levels of a version 1 page: repetition, then definition, each behind its length in bytes.
void ColumnWriter::EncodeLevels() {
  const auto slots = static_cast<size_t>(slots_);
  const auto with_length = [this](auto&& encode) {
    const size_t begin = workshop_->body.size();
    workshop_->body.Push(uint32_t{0});
    encode();
    const auto bytes = static_cast<uint32_t>(workshop_->body.size() - begin - sizeof(uint32_t));
    std::memcpy(workshop_->body.data() + begin, &bytes, sizeof(bytes));
  };
  if (leaf_.repetition_level_max != 0) {
    with_length([&] {
      EncodeHybrid(repetition_levels_.data(), slots, BitWidth(leaf_.repetition_level_max),
                   &workshop_->scratch, &workshop_->body);
    });
  }
  if (leaf_.definition_level_max == 0) return;
  with_length([&] {
    if (!leaf_.is_flat()) {
      EncodeHybrid(definition_levels_.data(), slots, BitWidth(leaf_.definition_level_max),
                   &workshop_->scratch, &workshop_->body);
    } else if (value_count_ == slots_ || value_count_ == 0) {
      EncodeRun(value_count_ == 0 ? 0 : 1, slots, 1, &workshop_->body);
    } else {
      EncodeBitmap(validity_.data(), slots, &workshop_->body);
    }
  });
}

Encoding ColumnWriter::EncodeValues(std::span<const uint8_t>* as_they_are) {
  if (value_count_ == 0) return Encoding::kPlain;
  if (strategy_ != Strategy::kDictionary) return EncodeDirect(as_they_are);
  if (!is_byte_array()) {
    codes_.clear();
    fixed_dictionary_.Encode(values_.fixed.data(), values_.count, &codes_);
  }
  // Some readers cannot take codes of no bits.
  const int bit_width = std::max(BitWidth(dictionary_size() - 1), 1);
  workshop_->body.Push(static_cast<uint8_t>(bit_width));
  EncodeHybrid(codes_.as<uint32_t>(), static_cast<size_t>(value_count_), bit_width,
               &workshop_->body);
  if (dictionary_size() > kDictionaryEntriesMax || dictionary_bytes() > kDictionaryBytesMax ||
      static_cast<int64_t>(dictionary_size()) * 2 > chunk_value_count_) {
    strategy_ = Strategy::kDirect;
  }
  return Encoding::kRleDictionary;
}

// Puts the codes of the page's byte arrays from `begin` to `end` into codes_; returns where in
// their bytes the last one ends.
int32_t ColumnWriter::EncodeTaken(size_t begin, size_t end) {
  workshop_->scratch.Resize((end + 1) * sizeof(int32_t));
  auto* const offsets = workshop_->scratch.as<int32_t>();
  const auto* lengths = values_.lengths.as<int32_t>();
  offsets[0] = 0;
  for (size_t i = 0; i < end; ++i) offsets[i + 1] = offsets[i] + lengths[i];
  codes_.Resize(end * sizeof(uint32_t));
  const auto* bytes = values_.bytes.as<char>();
  byte_array_dictionary_.Encode(bytes, offsets + begin, end - begin,
                                bytes + values_.bytes.size() + ByteBuffer::kSlack,
                                codes_.as<uint32_t>() + begin);
  return offsets[end];
}

// Whether a dictionary will halve the chunk, by how many of the sample's values were distinct: if
// each is one of n, equally likely, then k draws find n * (1 - exp(-k / n)) of them.
bool ColumnWriter::DictionaryHalves(size_t sample) const {
  const size_t found = dictionary_size();
  if (!is_byte_array() || sample < kDictionarySample || found * 16 > sample * 15) return false;
  const auto draws = static_cast<double>(sample);
  double low = static_cast<double>(found);
  double high = kDictionaryEntriesMax;
  while (high - low > 1) {
    const double middle = (low + high) / 2;
    (middle * (1 - std::exp(-draws / middle)) < static_cast<double>(found) ? low : high) = middle;
  }
  const double mean_bytes = static_cast<double>(dictionary_bytes()) / static_cast<double>(found);
  const double dictionary = high * (sizeof(int32_t) + mean_bytes);
  const double codes = kChunkValuesExpected * BitWidth(static_cast<size_t>(high)) / 8.0;
  return high * mean_bytes <= kDictionaryBytesMax / 2.0 &&
         2 * (dictionary + codes) <= kChunkValuesExpected * mean_bytes;
}

// Whether codes of integers in a small range, which are looked up as fast as differences are packed
// and are read twice as fast, take no more bytes than these.
bool ColumnWriter::RangeDictionaryPays(size_t sample) {
  if (leaf_.physical != PhysicalType::kInt32 && leaf_.physical != PhysicalType::kInt64)
    return false;
  const auto range = static_cast<double>(FixedDictionary::RangeOf(
      values_.fixed.data(), static_cast<size_t>(leaf_.value_bytes), values_.count));
  // Of fewer values most might be distinct.
  if (range == 0 || 4 * range > static_cast<double>(values_.count)) return false;
  double value_bits = 8.0 * leaf_.value_bytes;
  const double code_bits =
      BitWidth(static_cast<size_t>(range) - 1) + range * value_bits / kChunkValuesExpected;
  if (IsDeltaEncoded()) {
    workshop_->scratch.clear();
    EncodeIntegers(sample, &workshop_->scratch);
    value_bits = 8.0 * static_cast<double>(workshop_->scratch.size()) / static_cast<double>(sample);
  }
  return code_bits <= value_bits;
}

// A dictionary pays when few values repeat and are much longer than their codes.
void ColumnWriter::Decide() {
  strategy_ = Strategy::kDirect;
  if (leaf_.kind == ValueKind::kBoolean) return;
  const size_t sample = std::min(values_.count, kDictionarySample);
  double value_bits = 8.0 * leaf_.value_bytes;
  if (is_byte_array()) {
    // If nearly all of the first values are new, most of the chunk's will be. Of 20,000 equally
    // likely ones, more than a dictionary pays for, 512 draws meet 6 or 7 again; of 8,000, 16.
    constexpr size_t kFirst = 512;
    constexpr size_t kRepeatedMax = 2;
    const size_t first = sample == kDictionarySample ? kFirst : 0;
    EncodeTaken(0, first);
    if (first != 0 && byte_array_dictionary_.size() + kRepeatedMax >= first) {
      codes_.clear();
      byte_array_dictionary_.Clear();
      return;
    }
    const auto bytes = static_cast<double>(EncodeTaken(first, sample));
    value_bits = 8.0 + 8.0 * bytes / static_cast<double>(sample);
  } else if (RangeDictionaryPays(sample)) {
    strategy_ = Strategy::kDictionary;
    return;
  } else {
    workshop_->scratch.clear();
    // Past a quarter the answer is known.
    constexpr size_t kStep = 256;
    for (size_t i = 0; i < sample && fixed_dictionary_.size() * 4 <= sample; i += kStep) {
      fixed_dictionary_.Encode(values_.fixed.data() + i * static_cast<size_t>(leaf_.value_bytes),
                               std::min(kStep, sample - i), &workshop_->scratch);
    }
    if (IsDeltaEncoded()) {
      workshop_->scratch.clear();
      EncodeIntegers(sample, &workshop_->scratch);
      value_bits = std::min(value_bits, 8.0 * static_cast<double>(workshop_->scratch.size()) /
                                            static_cast<double>(sample));
    }
  }
  // Codes take longer to make than packed differences, so small gains are not worth it.
  constexpr double kLeastValueBits = 4;
  const double code_bits = BitWidth(dictionary_size() - 1);
  const bool is_small = dictionary_size() * 4 <= sample && value_bits > kLeastValueBits &&
                        2 * code_bits <= value_bits;
  if (dictionary_bytes() <= kDictionaryBytesMax && (is_small || DictionaryHalves(sample))) {
    strategy_ = Strategy::kDictionary;
  } else {
    codes_.clear();
    fixed_dictionary_.Clear();
    byte_array_dictionary_.Clear();
    return;
  }
  codes_.clear();
}

bool ColumnWriter::IsDeltaEncoded() const {
  return workshop_->options->compatibility == Compatibility::kModern &&
         (leaf_.physical == PhysicalType::kInt32 || leaf_.physical == PhysicalType::kInt64);
}

void ColumnWriter::EncodeIntegers(size_t count, ByteBuffer* out) const {
  if (leaf_.value_bytes == 4) {
    EncodeDelta(values_.fixed.as<int32_t>(), count, out);
  } else {
    EncodeDelta(values_.fixed.as<int64_t>(), count, out);
  }
}

Encoding ColumnWriter::EncodeDirect(std::span<const uint8_t>* as_they_are) {
  const size_t begin = workshop_->body.size();
  if (leaf_.kind == ValueKind::kBoolean) {
    workshop_->body.Reserve(begin + values_.count / 8 + 1);
    workshop_->body.Resize(
        begin + PackBooleans(values_.fixed.data(), values_.count, workshop_->body.data() + begin));
    return Encoding::kPlain;
  }
  if (is_byte_array()) {
    if (workshop_->options->compatibility == Compatibility::kModern) {
      const ByteArrays values{.bytes = values_.bytes.data(), .lengths = byte_array_lengths()};
      if (!direct_encoding_) {
        direct_encoding_ =
            SharesPrefixes(values) ? Encoding::kDeltaByteArray : Encoding::kDeltaLengthByteArray;
      }
      if (direct_encoding_ == Encoding::kDeltaByteArray) {
        *as_they_are = EncodePrefixes(values, &workshop_->prefixes, &workshop_->body);
      } else {
        EncodeDelta(values.lengths.data(), values_.count, &workshop_->body);
        *as_they_are = values_.bytes.span();
      }
      return *direct_encoding_;
    }
    workshop_->body.Reserve(begin + values_.lengths.size() + values_.bytes.size());
    const uint8_t* at = values_.bytes.data();
    const auto* lengths = values_.lengths.as<int32_t>();
    for (size_t i = 0; i < values_.count; ++i) {
      workshop_->body.Push(lengths[i]);
      workshop_->body.Append(at, static_cast<size_t>(lengths[i]));
      at += lengths[i];
    }
    return Encoding::kPlain;
  }
  if (IsDeltaEncoded() && direct_encoding_ != Encoding::kPlain) {
    EncodeIntegers(values_.count, &workshop_->body);
    if (!direct_encoding_) {
      // Values without any pattern only grow.
      const bool is_smaller = (workshop_->body.size() - begin) * 100 < values_.fixed.size() * 97;
      direct_encoding_ = is_smaller ? Encoding::kDeltaBinaryPacked : Encoding::kPlain;
    }
    if (direct_encoding_ == Encoding::kDeltaBinaryPacked) return Encoding::kDeltaBinaryPacked;
    workshop_->body.Resize(begin);
  }
  *as_they_are = values_.fixed.span();
  return Encoding::kPlain;
}

// One codec serves the whole chunk, so that its first page decides, by its beginning.
Status ColumnWriter::DecideCodec(Encoding encoding, std::span<const uint8_t> values) {
  codec_is_decided_ = true;
  compresses_by_value_ = false;
  chunk_.metadata.codec = workshop_->codec;
  // A page of nulls says nothing about the values to come.
  if (workshop_->compressor == nullptr || value_count_ == 0) return Status::OK();
  size_t before = 0;
  size_t after = 0;
  const auto probe = [&](std::span<const uint8_t> bytes) {
    bytes = bytes.first(ProbeBytes(bytes.size()));
    ARROW_RETURN_NOT_OK(workshop_->compressor->Compress({}, bytes, &workshop_->compressed));
    before += bytes.size();
    after += workshop_->compressed.size();
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(probe(values.empty() ? workshop_->body.span() : values));
  if (dictionary_size() != 0) {
    workshop_->scratch.clear();
    DictionaryValues(&workshop_->scratch);
    ARROW_RETURN_NOT_OK(probe(workshop_->scratch.span()));
  }
  if (workshop_->codec != Codec::kSnappy) {
    if (after * 100 > before * (100 - kCompressionWorthPercent)) {
      chunk_.metadata.codec = Codec::kUncompressed;
    }
    return Status::OK();
  }
  // What a byte of the page costs when it is stored as it is, or compressed in one of two ways.
  const double stored = kStoredByteCost;
  const double searched = (is_byte_array() ? kSearchedTextByteCost : kSearchedByteCost) +
                          kStoredByteCost * Ratio(after, before);
  double by_value = stored;
  if (HasValuesToCompare(encoding)) {
    size_t count = 0;
    size_t bytes = 0;
    if (is_byte_array()) {
      const std::span<const int32_t> lengths = byte_array_lengths();
      const size_t bytes_wanted = ProbeBytes(values.size());
      while (count < lengths.size() && bytes < bytes_wanted) {
        bytes += static_cast<size_t>(lengths[count++]);
      }
      workshop_->value_snappy.Compress({}, values.first(bytes), lengths.first(count),
                                       &workshop_->compressed);
    } else {
      bytes = ProbeBytes(values.size());
      count = bytes / sizeof(double);
      workshop_->value_snappy.CompressNumbers({}, values.first(bytes), &workshop_->compressed);
    }
    by_value = (is_byte_array() ? kTextEndsCost : kNumberCost) * Ratio(count, bytes) +
               kStoredByteCost * Ratio(workshop_->compressed.size(), bytes);
  }
  compresses_by_value_ = by_value < std::min(stored, searched);
  if (!compresses_by_value_ && stored <= searched) chunk_.metadata.codec = Codec::kUncompressed;
  return Status::OK();
}

bool ColumnWriter::HasValuesToCompare(Encoding encoding) const {
  if (is_byte_array()) return encoding == Encoding::kDeltaLengthByteArray;
  return encoding == Encoding::kPlain && leaf_.value_bytes == sizeof(double);
}

Status ColumnWriter::CompressPage(Encoding encoding, std::span<const uint8_t> body,
                                  std::span<const uint8_t> values) {
  ByteBuffer* out = &workshop_->compressed;
  if (values.empty()) return workshop_->compressor->Compress({}, body, out);
  if (compresses_by_value_ && HasValuesToCompare(encoding)) {
    if (is_byte_array()) {
      workshop_->value_snappy.Compress(body, values, byte_array_lengths(), out);
    } else {
      workshop_->value_snappy.CompressNumbers(body, values, out);
    }
    return Status::OK();
  }
  return workshop_->compressor->Compress(body, values, out);
}

Status ColumnWriter::AppendPage(PageType type, Encoding encoding, int64_t value_count,
                                std::span<const uint8_t> body, std::span<const uint8_t> values,
                                ByteBuffer* out) {
  const size_t bytes = body.size() + values.size();
  if (chunk_.metadata.codec != Codec::kUncompressed) {
    ARROW_RETURN_NOT_OK(CompressPage(encoding, body, values));
    body = workshop_->compressed.span();
    values = {};
  }
  const size_t stored_bytes = body.size() + values.size();
  const size_t bytes_max = std::numeric_limits<int32_t>::max();
  if (bytes > bytes_max || stored_bytes > bytes_max ||
      value_count > std::numeric_limits<int32_t>::max()) {
    return Fail(kValueTooLarge, {.column = leaf_.path.front()},
                "a row of column '{}' needs a page of {} bytes but a page may hold {}",
                leaf_.path.front(), bytes, bytes_max);
  }
  PageHeader header{.type = type,
                    .uncompressed_bytes = static_cast<int32_t>(bytes),
                    .stored_bytes = static_cast<int32_t>(stored_bytes),
                    .value_count = static_cast<int32_t>(value_count),
                    .encoding = encoding};
  if (workshop_->options->page_checksums) {
    header.crc = libdeflate_crc32(0, body.data(), body.size());
    if (!values.empty()) header.crc = libdeflate_crc32(*header.crc, values.data(), values.size());
  }
  workshop_->header.clear();
  WritePageHeader(header, &workshop_->header);
  out->Append(workshop_->header.data(), workshop_->header.size());
  out->Append(body.data(), body.size());
  out->Append(values.data(), values.size());
  chunk_.metadata.uncompressed_bytes += static_cast<int64_t>(workshop_->header.size() + bytes);
  chunk_.metadata.stored_bytes += static_cast<int64_t>(workshop_->header.size() + stored_bytes);
  return Status::OK();
}

size_t ColumnWriter::dictionary_size() const {
  return is_byte_array() ? byte_array_dictionary_.size() : fixed_dictionary_.size();
}

size_t ColumnWriter::dictionary_bytes() const {
  return is_byte_array() ? byte_array_dictionary_.bytes() : fixed_dictionary_.bytes();
}

void ColumnWriter::DictionaryValues(ByteBuffer* out) const {
  if (!is_byte_array()) {
    out->Append(fixed_dictionary_.values().data(), fixed_dictionary_.bytes());
    return;
  }
  for (uint32_t code = 0; code < byte_array_dictionary_.size(); ++code) {
    const std::string_view value = byte_array_dictionary_.value(code);
    out->Push(static_cast<uint32_t>(value.size()));
    out->Append(value.data(), value.size());
  }
}

ByteBuffer ColumnWriter::FinishBloomFilter() {
  if (!bloom_filter_) return {};
  if (is_byte_array()) {
    bloom_filter_->AddDictionary(byte_array_dictionary_);
  } else {
    bloom_filter_->AddFixed(fixed_dictionary_.values().data(), fixed_dictionary_.size());
  }
  return bloom_filter_->Finish();
}

Result<EncodedChunk> ColumnWriter::Finish(ByteBuffer pages) {
  ARROW_RETURN_NOT_OK(EndPage());
  if (dictionary_size() != 0) {
    workshop_->scratch.clear();
    DictionaryValues(&workshop_->scratch);
    ARROW_RETURN_NOT_OK(AppendPage(PageType::kDictionary, Encoding::kPlain,
                                   static_cast<int64_t>(dictionary_size()),
                                   workshop_->scratch.span(), {}, &chunk_.dictionary));
    chunk_.metadata.dictionary_pages = 1;
  }
  const auto dictionary_page = static_cast<int64_t>(chunk_.dictionary.size());
  chunk_.metadata.first_data_page = dictionary_page;
  for (PageEntry& page : chunk_.metadata.pages) page.offset += dictionary_page;
  ShortenBounds(leaf_, kChunkBoundsBytesMax, &chunk_.metadata.statistics);
  chunk_.bloom_filter = FinishBloomFilter();
  EncodedChunk chunk = std::move(chunk_);
  chunk_.pages = std::move(pages);
  Clear();
  return chunk;
}

}  // namespace pyforge::parquet
