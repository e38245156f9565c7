// Filters against Arrow's, and in files against the values that Arrow reads beside them.
#include "formats/parquet/bloom_filter.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gmock/gmock.h>
#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/types.h>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "formats/parquet/round_trip_testing.h"
#include "formats/parquet/writer_testing.h"
#include "support/matchers.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;

constexpr size_t kManyValues = std::numeric_limits<size_t>::max();

LeafPlan FixedLeaf(int value_bytes, SortOrder order = SortOrder::kSigned) {
  LeafPlan leaf;
  leaf.value_bytes = value_bytes;
  leaf.order = order;
  return leaf;
}

LeafPlan TextLeaf() {
  LeafPlan leaf;
  leaf.kind = ValueKind::kByteArray;
  return leaf;
}

template <typename T>
void AddNumbers(const std::vector<T>& numbers, BloomFilterBuilder* builder) {
  builder->AddFixed(reinterpret_cast<const uint8_t*>(numbers.data()), numbers.size());
}

std::string Bytes(const ByteBuffer& buffer) { return {buffer.as<char>(), buffer.size()}; }

::parquet::BlockSplitBloomFilter Parse(const ByteBuffer& filter) {
  arrow::io::BufferReader stream(arrow::Buffer::FromString(Bytes(filter)));
  return ::parquet::BlockSplitBloomFilter::Deserialize(::parquet::default_reader_properties(),
                                                       &stream);
}

/// What Arrow writes of a filter of so many bytes.
std::string FilterByArrow(const std::vector<uint64_t>& hashes, uint32_t bytes) {
  ::parquet::BlockSplitBloomFilter filter;
  filter.Init(bytes);
  filter.InsertHashes(hashes.data(), static_cast<int>(hashes.size()));
  const auto stream = *arrow::io::BufferOutputStream::Create();
  filter.WriteTo(stream.get());
  return (*stream->Finish())->ToString();
}

std::vector<int64_t> DistinctNumbers(size_t count, std::mt19937_64* random) {
  // A multiplication by an odd number keeps numbers distinct.
  const uint64_t factor = (*random)() | 1;
  std::vector<int64_t> numbers;
  for (uint64_t i = 0; i < count; ++i) numbers.push_back(static_cast<int64_t>(i * factor));
  return numbers;
}

// A filter by itself.

TEST(BloomFilter, KnowsValuesByTheHashOfTheFormat) {
  EXPECT_EQ(BloomFilterHash(""), 0xEF46DB3751D8E999);
  EXPECT_EQ(BloomFilterHash("a"), 0xD24EC4F1A98C6E5B);
  EXPECT_EQ(BloomFilterHash("abc"), 0x44BC2CF5AD770999);
  EXPECT_EQ(BloomFilterHash("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1);
}

TEST(BloomFilter, HasTheSizeThatTheFormatAsksFor) {
  EXPECT_EQ(BloomFilterBytes(0, 0.01), 32);
  EXPECT_EQ(BloomFilterBytes(1, 0.01), 32);
  EXPECT_EQ(BloomFilterBytes(26, 0.01), 32);  // 9.68 bits each
  EXPECT_EQ(BloomFilterBytes(27, 0.01), 64);
  EXPECT_EQ(BloomFilterBytes(1'000'000, 0.01), 2 << 20);
  EXPECT_EQ(BloomFilterBytes(1'000'000, 0.1), 1 << 20);
  EXPECT_EQ(BloomFilterBytes(1'000'000'000, 0.01), kBloomFilterBytesMax);
  EXPECT_EQ(BloomFilterBytes(kManyValues, 1e-300), kBloomFilterBytesMax);
  EXPECT_EQ(BloomFilterBytes(1000, std::nextafter(1.0, 0.0)), 32);
}

TEST(BloomFilter, IsArrowsBitForBit) {
  std::mt19937_64 random(testing::RandomSeed());
  // Some are kept as hashes to the end, others fill bits that are folded, by a few steps or many.
  for (const size_t distinct : {0, 1, 300, 26'000, 100'000, 500'000}) {
    SCOPED_TRACE(distinct);
    const std::vector<int64_t> numbers = DistinctNumbers(distinct, &random);
    const LeafPlan leaf = FixedLeaf(8);
    BloomFilterBuilder builder(leaf, 0.02, kManyValues);
    std::vector<uint64_t> hashes;
    for (const int64_t number : numbers) {
      hashes.push_back(BloomFilterHash({reinterpret_cast<const char*>(&number), sizeof(number)}));
    }
    for (int repeated = 0; repeated < 3; ++repeated) AddNumbers(numbers, &builder);
    const auto bytes = static_cast<uint32_t>(BloomFilterBytes(distinct, 0.02));
    EXPECT_TRUE(Bytes(builder.Finish()) == FilterByArrow(hashes, bytes));
    // Ready for the next chunk.
    AddNumbers<int64_t>({7}, &builder);
    builder.Clear();
    EXPECT_TRUE(Bytes(builder.Finish()) == FilterByArrow({}, 32));
  }
}

TEST(BloomFilter, LetsAboutTheAskedShareOfOtherValuesPass) {
  std::mt19937_64 random(testing::RandomSeed());
  for (const double share : {0.1, 0.01, 0.001}) {
    SCOPED_TRACE(share);
    size_t count = 90'000;
    while (BloomFilterBytes(count + 100, share) == BloomFilterBytes(90'000, share)) count += 100;
    const std::vector<int64_t> numbers = DistinctNumbers(3 * count, &random);
    const LeafPlan leaf = FixedLeaf(8);
    BloomFilterBuilder builder(leaf, share, count);
    AddNumbers(std::vector<int64_t>(numbers.begin(), numbers.begin() + static_cast<int>(count)),
               &builder);
    const auto filter = Parse(builder.Finish());
    size_t passed = 0;
    for (size_t i = 0; i < numbers.size(); ++i) {
      const bool is_found = filter.FindHash(filter.Hash(numbers[i]));
      ASSERT_TRUE(is_found || i >= count) << numbers[i];
      if (is_found && i >= count) ++passed;
    }
    // The formula leaves out that some blocks are fuller than others.
    const double found = static_cast<double>(passed) / static_cast<double>(2 * count);
    EXPECT_GT(found, share * 0.7);
    EXPECT_LT(found, share * 2.5);
  }
}

TEST(BloomFilter, HoldsEveryTextAndFewOthers) {
  std::mt19937_64 random(testing::RandomSeed());
  const LeafPlan leaf = TextLeaf();
  BloomFilterBuilder builder(leaf, 0.01, 1 << 20);
  ByteArrayDictionary dictionary;
  std::vector<std::string> texts;
  ByteBuffer bytes;
  std::vector<int32_t> lengths;
  for (int i = 0; i < 40'000; ++i) {
    texts.push_back(std::string(random() % 70, 'x') + std::to_string(i));
    if (i % 3 == 0) {
      dictionary.Code(texts.back(), nullptr);
    } else {
      bytes.Append(texts.back().data(), texts.back().size());
      lengths.push_back(static_cast<int32_t>(texts.back().size()));
    }
  }
  builder.AddByteArrays(bytes.data(), lengths);
  builder.AddDictionary(dictionary);
  const auto filter = Parse(builder.Finish());
  int passed = 0;
  for (const std::string& text : texts) {
    ASSERT_TRUE(filter.FindHash(filter.Hash(std::string_view(text)))) << text;
    if (filter.FindHash(filter.Hash(std::string_view(text + "!")))) ++passed;
  }
  EXPECT_LT(passed, 800);
}

TEST(BloomFilter, HoldsValuesOfAnyWidth) {
  for (const int width : {1, 2, 3, 4, 7, 8, 12, 16, 33}) {
    const LeafPlan leaf = FixedLeaf(width, SortOrder::kBytes);
    BloomFilterBuilder builder(leaf, 0.01, 100);
    ByteBuffer values;
    for (int i = 0; i < 50 * width; ++i) values.Push(static_cast<uint8_t>(i * i));
    builder.AddFixed(values.data(), 50);
    const auto filter = Parse(builder.Finish());
    for (int i = 0; i < 50; ++i) {
      const std::string_view value(values.as<char>() + i * width, static_cast<size_t>(width));
      EXPECT_TRUE(filter.FindHash(filter.Hash(value))) << i << " of width " << width;
    }
  }
}

template <typename Bits>
void ExpectEqualForms(const std::vector<Bits>& written, const std::vector<Bits>& held,
                      SortOrder order) {
  const LeafPlan leaf = FixedLeaf(sizeof(Bits), order);
  BloomFilterBuilder builder(leaf, 1e-6, 100);
  AddNumbers(written, &builder);
  std::vector<uint64_t> hashes;
  for (const Bits bits : held) {
    hashes.push_back(BloomFilterHash({reinterpret_cast<const char*>(&bits), sizeof(bits)}));
  }
  const auto bytes = static_cast<uint32_t>(BloomFilterBytes(held.size(), 1e-6));
  EXPECT_TRUE(Bytes(builder.Finish()) == FilterByArrow(hashes, bytes)) << sizeof(Bits);
}

TEST(BloomFilter, HoldsRealNumbersInEveryEqualForm) {
  constexpr auto kHalf = SortOrder::kHalf;
  constexpr auto kFloat = SortOrder::kFloat;
  // Zeros of both signs; infinities and the least number are nothing special.
  ExpectEqualForms<uint16_t>({0x8000, 0x7C00, 1}, {0, 0x8000, 0x7C00, 1}, kHalf);
  ExpectEqualForms<uint32_t>({0, 0xFF800000, 1}, {0, 0x80000000, 0xFF800000, 1}, kFloat);
  ExpectEqualForms<uint64_t>({0x8000000000000000, 0x7FF0000000000000, 1},
                             {0, 0x8000000000000000, 0x7FF0000000000000, 1}, kFloat);
  // NaN as it stands, and as readers ask for it.
  ExpectEqualForms<uint16_t>({0xFE01}, {0xFE01, 0x7E00}, kHalf);
  ExpectEqualForms<uint32_t>({0x7F800001}, {0x7F800001, 0x7FC00000}, kFloat);
  ExpectEqualForms<uint64_t>({0xFFF8000000000000}, {0xFFF8000000000000, 0x7FF8000000000000},
                             kFloat);
  ExpectEqualForms<uint64_t>({0x3FF0000000000000}, {0x3FF0000000000000}, kFloat);
  // Whole numbers have one form.
  ExpectEqualForms<uint64_t>({0, ~uint64_t{0}}, {0, ~uint64_t{0}}, SortOrder::kSigned);
}

TEST(BloomFilter, NeedsMemoryForSomeHashesAndOneFilter) {
  const LeafPlan leaf = FixedLeaf(4);
  BloomFilterBuilder builder(leaf, 0.01, 1 << 20);
  std::vector<int32_t> numbers(16'384);
  for (int round = 0; round < 64; ++round) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = round * 16'384 + static_cast<int32_t>(i);
    }
    AddNumbers(numbers, &builder);
    EXPECT_LE(builder.capacity_bytes(), (2 << 20) + (7 << 19));
  }
  EXPECT_EQ(builder.Finish().size() >> 20, 2);
}

// Filters in files.

WriteOptions WithFilters(std::vector<std::string> names) {
  WriteOptions options;
  options.bloom_filters = std::move(names);
  return options;
}

/// How many of a chunk's values its filter would rule out.
template <typename Type>
int64_t CountMissing(::parquet::ColumnReader& reader, const ::parquet::BloomFilter& filter) {
  auto& typed = static_cast<::parquet::TypedColumnReader<Type>&>(reader);
  constexpr int64_t kStep = 1024;
  std::vector<typename Type::c_type> values(kStep);
  std::vector<int16_t> levels(2 * kStep);
  int64_t missing = 0;
  while (typed.HasNext()) {
    int64_t count = 0;
    typed.ReadBatch(kStep, levels.data(), levels.data() + kStep, values.data(), &count);
    for (int64_t i = 0; i < count; ++i) {
      const auto& value = values[static_cast<size_t>(i)];
      uint64_t hash = 0;
      if constexpr (Type::type_num == ::parquet::Type::BYTE_ARRAY) {
        hash = filter.Hash(&value);
      } else if constexpr (Type::type_num == ::parquet::Type::FIXED_LEN_BYTE_ARRAY) {
        hash = filter.Hash(&value, static_cast<uint32_t>(reader.descr()->type_length()));
      } else {
        hash = filter.Hash(value);
      }
      if (!filter.FindHash(hash)) ++missing;
    }
  }
  return missing;
}

int64_t CountMissing(::parquet::ColumnReader& reader, const ::parquet::BloomFilter& filter) {
  switch (reader.type()) {
    case ::parquet::Type::INT32:
      return CountMissing<::parquet::Int32Type>(reader, filter);
    case ::parquet::Type::INT64:
      return CountMissing<::parquet::Int64Type>(reader, filter);
    case ::parquet::Type::FLOAT:
      return CountMissing<::parquet::FloatType>(reader, filter);
    case ::parquet::Type::DOUBLE:
      return CountMissing<::parquet::DoubleType>(reader, filter);
    case ::parquet::Type::BYTE_ARRAY:
      return CountMissing<::parquet::ByteArrayType>(reader, filter);
    case ::parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return CountMissing<::parquet::FLBAType>(reader, filter);
    default:
      ADD_FAILURE() << "no filter is made of this type";
      return -1;
  }
}

/// Compares every filter of a file with its chunk; returns how many there are.
int CheckFilters(const std::string& bytes) {
  const auto reader = OpenWithArrow(bytes);
  const auto metadata = reader->metadata();
  int filters = 0;
  for (int i = 0; i < metadata->num_row_groups(); ++i) {
    const auto row_group = reader->RowGroup(i);
    for (int leaf = 0; leaf < metadata->num_columns(); ++leaf) {
      if (!metadata->RowGroup(i)->ColumnChunk(leaf)->bloom_filter_offset()) continue;
      const auto filter = reader->GetBloomFilterReader().RowGroup(i)->GetColumnBloomFilter(leaf);
      ++filters;
      EXPECT_EQ(CountMissing(*row_group->Column(leaf), *filter), 0)
          << metadata->schema()->Column(leaf)->path()->ToDotString();
    }
  }
  return filters;
}

TEST(BloomFilters, HoldTheValuesOfEveryType) {
  std::mt19937_64 random(testing::RandomSeed());
  int leaves = 0;
  for (const auto& type : testing::AllTypes()) {
    const auto plan = PlanSchema(*arrow::schema({arrow::field("c", type)}));
    if (!plan.ok()) continue;
    WriteOptions options;
    options.row_group_rows = 4'000;
    for (const LeafPlan& leaf : plan->leaves) {
      if (leaf.kind == ValueKind::kBoolean || leaf.kind == ValueKind::kNull) continue;
      std::string path;
      for (const std::string& name : leaf.path) path += (path.empty() ? "" : ".") + name;
      options.bloom_filters.push_back(path);
    }
    SCOPED_TRACE(type->ToString());
    const auto array = testing::RandomArray(type, 10'000, 0.1, &random);
    const auto table = OneColumn(array);
    ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
    const auto count = static_cast<int>(options.bloom_filters.size());
    EXPECT_EQ(CheckFilters(bytes), 3 * count);
    leaves += count;
    ASSERT_OK_AND_ASSIGN(const auto ours, ReadFile(bytes));
    ASSERT_OK_AND_ASSIGN(const auto arrows, ReadWithArrow(bytes));
    ExpectEqual(*arrows, *ours);
  }
  EXPECT_GT(leaves, 30);
}

TEST(BloomFilters, HoldTheValuesOfDictionariesThatAreGivenUp) {
  constexpr int64_t kRows = 400'000;
  const auto numbers =
      Longs(kRows, [](int64_t i) { return i < 50'000 ? i * 37 % 100 * 123'456'789 : i * 7919; });
  const auto texts = Texts(kRows, [](int64_t i) {
    return "city " + std::to_string(i < 50'000 ? i % 100 : i) + std::string(20, 'x');
  });
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8())}),
      {numbers, texts});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, WithFilters({"t", "n"})));
  for (const int column : {0, 1}) {
    const ChunkView chunk = ViewChunk(bytes, 0, column);
    ASSERT_TRUE(chunk.has_dictionary);
    ASSERT_GT(chunk.encodings.size(), 1);
  }
  EXPECT_EQ(CheckFilters(bytes), 2);
  const auto metadata = OpenWithArrow(bytes)->metadata();
  const auto chunk = metadata->RowGroup(0)->ColumnChunk(0);
  EXPECT_EQ(chunk->bloom_filter_length().value_or(0) >> 10, 512);
}

TEST(BloomFilters, StandBehindTheChunksOfTheirRowGroup) {
  std::mt19937_64 random(testing::RandomSeed());
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& type : {arrow::int64(), arrow::utf8(), arrow::float64()}) {
    fields.push_back(arrow::field(type->ToString(), type));
    arrays.push_back(testing::RandomArray(type, 25'000, 0.1, &random));
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  WriteOptions options = WithFilters({"double", "int64"});
  options.row_group_rows = 10'000;
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table, options));
  const auto metadata = OpenWithArrow(bytes)->metadata();
  ASSERT_EQ(metadata->num_row_groups(), 3);
  int64_t end = 4;
  for (int i = 0; i < 3; ++i) {
    const auto row_group = metadata->RowGroup(i);
    EXPECT_EQ(row_group->file_offset(), end);
    end += row_group->total_compressed_size();
    for (const int column : {0, 2}) {
      const auto chunk = row_group->ColumnChunk(column);
      EXPECT_EQ(chunk->bloom_filter_offset().value_or(0), end);
      end += chunk->bloom_filter_length().value_or(0);
    }
    EXPECT_FALSE(row_group->ColumnChunk(1)->bloom_filter_offset());
  }
  EXPECT_EQ(CheckFilters(bytes), 6);
  // The same, however rows came and whoever encoded them.
  ASSERT_OK_AND_ASSIGN(const std::string parts, WriteFile(*table, options, {.batch_rows = 999}));
  EXPECT_TRUE(bytes == parts);
  const WriteShape turns{.batch_rows = 5000, .segment_batches = 2, .segments_in_use = 3};
  ASSERT_OK_AND_ASSIGN(const std::string by_many, WriteFile(*table, options, turns));
  EXPECT_TRUE(bytes == by_many);
}

TEST(BloomFilters, ChangeNothingElse) {
  const auto table = OneColumn(Longs(5'000, [](int64_t i) { return i * 31; }));
  ASSERT_OK_AND_ASSIGN(const std::string without, WriteFile(*table));
  ASSERT_OK_AND_ASSIGN(const std::string with, WriteFile(*table, WithFilters({"c"})));
  const ChunkView chunk = ViewChunk(without);
  EXPECT_EQ(ViewChunk(with).stored_bytes, chunk.stored_bytes);
  const auto data_end = static_cast<size_t>(4 + chunk.stored_bytes);
  EXPECT_EQ(with.substr(0, data_end), without.substr(0, data_end));
  EXPECT_FALSE(
      OpenWithArrow(without)->metadata()->RowGroup(0)->ColumnChunk(0)->bloom_filter_offset());
}

TEST(BloomFilters, OfNothingButNullsRuleOutEverything) {
  const auto nulls = ArrayOf<arrow::Int32Builder, int32_t>({{}, {}, {}});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*OneColumn(nulls), WithFilters({"c"})));
  const auto reader = OpenWithArrow(bytes);
  const auto filter = reader->GetBloomFilterReader().RowGroup(0)->GetColumnBloomFilter(0);
  ASSERT_NE(filter, nullptr);
  EXPECT_EQ(filter->GetBitsetSize(), 32);
  EXPECT_FALSE(filter->FindHash(filter->Hash(int32_t{0})));
}

TEST(BloomFilters, AreCountedAsMemoryOfASegment) {
  const auto table = OneColumn(Longs(200'000, [](int64_t i) { return i; }));
  const auto held = [&](const WriteOptions& options) {
    ExecutionContext context({});
    testing::MemoryOutput file("t.parquet");
    const auto output = OpenOutput(file, options, context).ValueOrDie();
    const auto sink = output->OpenTable({.name = "t", .schema = table->schema()}).ValueOrDie();
    const auto segment = sink->NewSegment();
    const auto batch = table->CombineChunksToBatch().ValueOrDie();
    EXPECT_OK(segment->Add(*batch));
    const int64_t open = segment->bytes();
    return std::pair(open, segment->Finish().ValueOrDie()->bytes);
  };
  const auto [open, finished] = held({});
  const auto [open_with, finished_with] = held(WithFilters({"c"}));
  EXPECT_GE(open_with - open, 200'000 * 8);  // hashes
  EXPECT_GE(finished_with - finished, 1 << 18);
  EXPECT_LT(finished_with - finished, 1 << 19);
}

TEST(BloomFilters, AreRefusedWhereThereCanBeNone) {
  const auto pair =
      arrow::struct_({arrow::field("x", arrow::int64()), arrow::field("is_new", arrow::boolean())});
  const auto schema =
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("paid", arrow::boolean()),
                     arrow::field("nothing", arrow::null()),
                     arrow::field("tags", arrow::list(arrow::utf8())), arrow::field("pair", pair)});
  const auto choose = [&](const std::string& name) {
    SchemaPlan plan = PlanSchema(*schema).ValueOrDie();
    const std::vector<std::string> names = {"id", name};
    return ChooseBloomFilters(names, &plan);
  };
  EXPECT_OK(choose("pair.x"));
  EXPECT_OK(choose("tags.list.element"));
  EXPECT_THAT(choose("ids"), FailsWith("input.no_such_column"));
  EXPECT_THAT(choose("ids"), FailsSaying("did you mean 'id'?"));
  EXPECT_THAT(choose("far from any"), FailsSaying("there is no column 'far from any'"));
  EXPECT_THAT(choose("paid"), FailsWith("usage.bad_option"));
  EXPECT_THAT(choose("paid"), FailsSaying("cannot be 'paid': there is no bloom filter of bool"));
  EXPECT_THAT(choose("pair.is_new"), FailsWith("usage.bad_option"));
  EXPECT_THAT(choose("nothing"), FailsWith("usage.bad_option"));
  EXPECT_THAT(choose("tags"), FailsSaying("such as 'tags.list.element'"));

  ASSERT_OK_AND_ASSIGN(const auto empty, arrow::Table::MakeEmpty(schema));
  EXPECT_THAT(WriteFile(*empty, WithFilters({"paid"})), FailsWith("usage.bad_option"));
  EXPECT_OK(WriteFile(*empty, WithFilters({"id"})));
}

}  // namespace
}  // namespace pyforge::parquet
