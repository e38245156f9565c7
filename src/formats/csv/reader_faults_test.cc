// What goes wrong around a file: streams that fail or change, fields and rows without end.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include <arrow/memory_pool.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/errors.h"
#include "formats/csv/reader_testing.h"
#include "support/matchers.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using ::testing::HasSubstr;

/// A stream of `size` bytes that a function makes, block by block; nothing is kept.
class MadeStream : public ByteStream {
 public:
  using Make = std::function<void(int64_t offset, int64_t bytes, uint8_t* out)>;
  MadeStream(int64_t size, Make make, int64_t fail_at)
      : size_(size), make_(std::move(make)), fail_at_(fail_at) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const int64_t count = std::min(bytes, size_ - position_);
    if (position_ + count > fail_at_) {
      return Fail(kReadFailed, {.path = "made"}, "the device gave up");
    }
    make_(position_, count, out);
    position_ += count;
    return count;
  }
  int64_t stored_position() const override { return position_; }

 private:
  const int64_t size_;
  const Make make_;
  const int64_t fail_at_;
  int64_t position_ = 0;
};

/// A file of such bytes; `versions` streams of it differ by what `make` is given.
class MadeSource : public testing::MemorySource {
 public:
  MadeSource(int64_t size, MadeStream::Make make, int64_t fail_at = INT64_MAX)
      : testing::MemorySource("made.csv", HeadOf(size, make)),
        size_(size),
        make_(std::move(make)),
        fail_at_(fail_at) {}
  bool cheap_random_access() const override { return false; }
  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    return std::make_unique<MadeStream>(size_, make_, fail_at_);
  }

 private:
  static std::string HeadOf(int64_t size, const MadeStream::Make& make) {
    std::string head(static_cast<size_t>(std::min<int64_t>(size, 1 << 20)), '\0');
    make(0, static_cast<int64_t>(head.size()), reinterpret_cast<uint8_t*>(head.data()));
    return head;
  }

  const int64_t size_;
  const MadeStream::Make make_;
  const int64_t fail_at_;
};

/// Bytes of a repeated text.
MadeStream::Make Repeat(std::string text) {
  return [text = std::move(text)](int64_t offset, int64_t bytes, uint8_t* out) {
    const auto length = static_cast<int64_t>(text.size());
    for (int64_t i = 0; i < bytes; ++i) {
      out[i] = static_cast<uint8_t>(text[static_cast<size_t>((offset + i) % length)]);
    }
  };
}

struct StreamedRead {
  Status status;
  int64_t rows = 0;
  Ledger ledger;
  int64_t memory_bytes_max = 0;
};

ReadSettings Plain() {
  ReadSettings settings;
  settings.options = {.delimiter = ",", .quote = "\"", .header = Header::kNo};
  return settings;
}

/// Reads without keeping the rows.
StreamedRead Stream(const std::shared_ptr<Source>& source, const ReadSettings& settings) {
  StreamedRead result;
  ExecutionContext context({.memory_bytes_max = settings.memory_bytes_max, .threads = 1});
  auto input = OpenTable(source, settings.options, context, settings.tuning);
  if (!input.ok()) return {.status = input.status()};
  auto scans = (*input)->Scan(std::span(&settings.request, 1));
  if (!scans.ok()) return {.status = scans.status()};
  Scan& scan = *scans->front();
  const std::unique_ptr<Decoder> decoder = scan.NewDecoder();
  while (true) {
    auto morsel = scan.Next();
    if (!morsel.ok()) {
      result.status = morsel.status();
      break;
    }
    if (*morsel == nullptr) break;
    auto decoded = decoder->Decode(**morsel, DecodeMode::kRows);
    if (!decoded.ok()) {
      result.status = decoded.status();
      break;
    }
    for (const DecodedBatch& each : decoded->batches) result.rows += each.batch->num_rows();
    result.ledger.Append(decoded->ledger, 0, 0);
    result.ledger.KeepFirstRejectedRows(10);
  }
  result.memory_bytes_max = context.memory_pool()->max_memory();
  return result;
}

/// A file that somebody writes to once it is opened.
class RewrittenSource : public testing::MemorySource {
 public:
  using testing::MemorySource::MemorySource;
  Status CheckUnchanged() override {
    return Fail(kInputChanged, {.path = path()}, "it was written to");
  }
};

TEST(CsvReaderFaults, AsksWhetherTheFileIsTheSameWhereAPassEndsBeforeIt) {
  const std::string rows = "a,b,c\n1,2,3\n4,5,6\n7,8,9\n";
  const auto read = [](const std::string& text, const ReadOptions& options) {
    ExecutionContext context({.threads = 1});
    auto input = OpenTable(std::make_shared<RewrittenSource>("t.csv", text), options, context);
    if (!input.ok()) return input.status();
    const TableRequest request{.table = (*input)->tables()[0].name};
    auto scans = (*input)->Scan(std::span(&request, 1));
    if (!scans.ok()) return scans.status();
    while (true) {
      auto morsel = scans->front()->Next();
      if (!morsel.ok() || *morsel == nullptr) return morsel.status();
    }
  };
  EXPECT_OK(read(rows, {})) << "the stream itself notices";
  EXPECT_THAT(read(rows + "\nSource: us\n", {}), FailsWith("csv.input_changed"));
  EXPECT_THAT(read(rows + "\nd,e\n1,2\n3,4\n", {.all_tables = true}),
              FailsWith("csv.input_changed"));
}

TEST(CsvReaderFaults, PassesOnAFailureOfTheStream) {
  const auto source = std::make_shared<MadeSource>(int64_t{4} << 20, Repeat("1,2\n"), 3 << 20);
  const StreamedRead read = Stream(source, Plain());
  EXPECT_THAT(read.status, FailsWith("io.read_failed"));
  EXPECT_GT(read.rows, 0);
}

TEST(CsvReaderFaults, ReportsAFileThatChangesBetweenTwoPasses) {
  int streams = 0;
  class ChangingSource : public MadeSource {
   public:
    ChangingSource(int64_t size, MadeStream::Make make, int* streams)
        : MadeSource(size, std::move(make)), streams_(streams) {}
    Result<std::unique_ptr<ByteStream>> OpenStream() override {
      ++*streams_;
      return MadeSource::OpenStream();
    }

   private:
    int* streams_;
  };
  // Far behind the sample a number turns into text, in the second pass another one too.
  constexpr int64_t kSize = int64_t{2} << 20;
  const auto make = [&streams](int64_t offset, int64_t bytes, uint8_t* out) {
    Repeat("1,2\n")(offset, bytes, out);
    const auto put = [&](int64_t at, char byte) {
      if (at >= offset && at < offset + bytes) out[at - offset] = static_cast<uint8_t>(byte);
    };
    put(kSize - 8, 'x');
    if (streams > 1) put(kSize - 6, 'y');
  };
  ReadSettings settings = Plain();
  ExecutionContext context({.threads = 1});
  const auto source = std::make_shared<ChangingSource>(kSize, make, &streams);
  auto input = OpenTable(source, settings.options, context);
  ASSERT_TRUE(input.ok()) << input.status();
  auto scans = (*input)->Scan(std::span(&settings.request, 1));
  Scan& scan = *(*scans).front();
  ReadResult result;
  auto pass = testing_internal::RunPass(scan, settings, DecodeMode::kRows, &result);
  ASSERT_TRUE(pass.ok()) << pass.status();
  ASSERT_TRUE(pass->contradicted);
  ASSERT_TRUE(scan.Settle(*pass->evidence)->changed);
  ASSERT_TRUE(scan.Rewind().ok());
  const Status second =
      testing_internal::RunPass(scan, settings, DecodeMode::kRows, &result).status();
  EXPECT_THAT(second, FailsWith("csv.input_changed"));
  EXPECT_EQ(DetailOf(second)->where().column, "column_2");
  EXPECT_THAT(second.message(), HasSubstr("'y'"));
}

ReadSettings Tight() {
  ReadSettings settings = Plain();
  settings.memory_bytes_max = int64_t{16} << 20;
  settings.options.field_max = ByteSize{1 << 20};
  settings.request.types_as_text = true;
  return settings;
}

TEST(CsvReaderFaults, StaysInMemoryWithAQuoteThatIsNeverClosed) {
  constexpr int64_t kSize = int64_t{40} << 20;
  const auto make = [](int64_t offset, int64_t bytes, uint8_t* out) {
    Repeat("abcdefg,12345678\n")(offset, bytes, out);
    if (offset == 0 && bytes > 0) out[0] = '"';
  };
  const StreamedRead read = Stream(std::make_shared<MadeSource>(kSize, make), Tight());
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.rows, (kSize + 16) / 17);
  EXPECT_EQ(CountOf(read.ledger, "csv.unclosed_quote"), 1);
  EXPECT_LT(read.memory_bytes_max, int64_t{12} << 20);
}

TEST(CsvReaderFaults, StaysInMemoryWithAFieldWithoutEnd) {
  constexpr int64_t kSize = int64_t{60} << 20;
  constexpr int64_t kField = int64_t{40} << 20;
  const auto make = [](int64_t offset, int64_t bytes, uint8_t* out) {
    Repeat("abcdefg,12345678\n")(offset, bytes, out);
    const int64_t begin = std::max<int64_t>(17 * 1000 - offset, 0);
    const int64_t end = std::min<int64_t>(17 * 1000 + kField - offset, bytes);
    if (begin < end) std::fill(out + begin, out + end, uint8_t{'x'});
  };
  const StreamedRead read = Stream(std::make_shared<MadeSource>(kSize, make), Tight());
  EXPECT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.ledger.rejected_count(), 1);
  const RejectedRow& row = read.ledger.rejected().front();
  EXPECT_EQ(row.reason, &kRowTooLong);
  EXPECT_EQ(row.byte_offset, 17 * 1000);
  EXPECT_LE(static_cast<int64_t>(row.raw.size()), int64_t{1} << 20);
  EXPECT_LT(read.memory_bytes_max, int64_t{16} << 20);
  EXPECT_NEAR(static_cast<double>(read.rows), static_cast<double>(kSize - kField) / 17, 3);
}

TEST(CsvReaderFaults, ReadsAHundredThousandColumns) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += (i == 0 ? "c" : ",c") + std::to_string(i);
  text += '\n';
  for (int row = 0; row < 3; ++row) {
    for (int i = 0; i < 100000; ++i) text += (i == 0 ? "" : ",") + std::to_string(i + row);
    text += '\n';
  }
  ReadSettings settings = Plain();
  settings.options.header = Header::kYes;
  const auto result = ReadCsv(text, settings);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->table->num_columns(), 100000);
  EXPECT_EQ(result->table->num_rows(), 3);
  EXPECT_EQ(Cell(*result->table, 99999, 2), "100001");
}

TEST(CsvReaderFaults, RejectsValuesThatAreNoneOfANestedType) {
  ReadSettings settings = Plain();
  settings.options.header = Header::kYes;
  settings.options.quote = "'";
  const auto type = arrow::struct_({arrow::field("a", arrow::list(arrow::int64())),
                                    arrow::field("m", arrow::map(arrow::int32(), arrow::utf8())),
                                    arrow::field("f", arrow::fixed_size_list(arrow::int8(), 2))});
  settings.request.contract = arrow::schema(
      {arrow::field("id", arrow::int64()), arrow::field("v", type),
       arrow::field("b", arrow::fixed_size_binary(2)), arrow::field("t", arrow::binary())});
  const std::string text =
      "id,v,b,t\n"
      "1,'{\"a\":[1,null],\"m\":[[5,\"x\"]],\"f\":[1,2]}',AQI=,AQID\n"
      "2,'{\"a\":[1,\"x\"]}',AQI=,AQID\n"
      "3,'{\"a\":7}',AQI=,AQID\n"
      "4,nonsense,AQI=,AQID\n"
      "5,'[1]',AQI=,AQID\n"
      "6,'{\"m\":5}',AQI=,AQID\n"
      "7,'{\"m\":[[1]]}',AQI=,AQID\n"
      "8,'{\"m\":[[null,\"x\"]]}',AQI=,AQID\n"
      "9,'{\"m\":[[1,{}]]}',AQI=,AQID\n"
      "10,'{\"f\":[1]}',AQI=,AQID\n"
      "11,'{}',AQID,AQID\n"
      "12,'{}',AQI=,*\n"
      "13,'{\"m\":{\"x\":\"y\"}}',AQI=,AQID\n"
      "14,,,\n";
  const auto result = ReadCsv(text, settings);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->ledger.rejected_count(), 12);
  ASSERT_EQ(result->table->num_rows(), 2);
  EXPECT_EQ(Cell(*result->table, 0, 1), "14");
  EXPECT_EQ(Cell(*result->table, 1, 1), "null");
  EXPECT_THAT(Cell(*result->table, 1, 0), HasSubstr("1"));
  EXPECT_EQ(result->ledger.rejected()[9].column, "b");
  EXPECT_EQ(result->ledger.rejected()[10].column, "t");
}

TEST(CsvReaderFaults, RejectsJsonOfWhichSomethingWouldBeLost) {
  ReadSettings settings = Plain();
  settings.options.header = Header::kYes;
  settings.options.quote = "'";
  const auto type =
      arrow::struct_({arrow::field("x", arrow::utf8()), arrow::field("x", arrow::utf8()),
                      arrow::field("d", arrow::decimal128(30, 4))});
  settings.request.contract =
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("v", type)});
  const std::string text =
      "id,v\n"
      "1,'{\"x\":\"a\",\"x\":\"b\",\"d\":1.25}'\n"
      "2,'{\"x\":\"a\",\"x\":\"b\",\"d\":\"12345678901234567890.1234\"}'\n"
      "3,'{\"x\":\"a\",\"x\":\"b\",\"d\":12345678901234567890.1234}'\n"
      "4,'{\"x\":\"a\",\"x\":\"b\",\"d\":null,\"more\":1}'\n"
      "5,'{\"x\":1,\"x\":\"b\",\"d\":null}'\n"
      "6,'{\"x\":[],\"x\":\"b\",\"d\":null}'\n";
  const auto result = ReadCsv(text, settings);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->ledger.rejected_count(), 4);
  ASSERT_EQ(result->table->num_rows(), 2);
  EXPECT_THAT(Cell(*result->table, 1, 0), HasSubstr("b"));
  EXPECT_THAT(Cell(*result->table, 1, 0), HasSubstr("1.2500"));
  EXPECT_THAT(Cell(*result->table, 1, 1), HasSubstr("12345678901234567890.1234"));
}

}  // namespace
}  // namespace pyforge::csv
