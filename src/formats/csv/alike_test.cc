#include "formats/csv/alike.h"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/reader_testing.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kModel =
    "id,day,name,amount\n"
    "1,2024-02-29,ann,1.5\n"
    "2,2024-03-01,\"bob, jr\",2.25\n"
    "3,2024-03-02,cat,3\n";

/// Reads a text by a model; none where it is not seen to be alike.
std::optional<ReadResult> ReadAlike(std::string_view model, std::string_view text,
                                    const ReadSettings& settings = {}) {
  const auto context = std::make_shared<ExecutionContext>(ExecutionOptions{.threads = 1});
  auto known = OpenTable(std::make_shared<testing::MemorySource>("model.csv", std::string(model)),
                         settings.options, *context, settings.tuning);
  EXPECT_TRUE(known.ok()) << known.status();
  if (!known.ok()) return std::nullopt;
  auto input = OpenAlike(std::make_shared<testing::MemorySource>("t.csv", std::string(text)),
                         settings.options, **known, *context, settings.tuning);
  EXPECT_TRUE(input.ok()) << input.status();
  if (!input.ok() || *input == nullptr) return std::nullopt;
  EXPECT_EQ((*input)->tables()[0].name, "t");
  for (const Finding& finding : (*input)->findings()) {
    EXPECT_THAT(finding.reason, HasSubstr("model.csv"));
  }
  auto result = ReadOpened(**input, context, settings);
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return std::nullopt;
  return *std::move(result);
}

/// A text of the model's header and these lines.
std::string Below(std::string_view lines) { return "id,day,name,amount\n" + std::string(lines); }

TEST(Alike, ReadsWhatIsLikeTheModel) {
  const auto result =
      ReadAlike(kModel, Below("4,2025-01-01,\"d\"\"e\nf\",7\n5,,,\n6,2025-01-02,g,8.5"));
  ASSERT_TRUE(result);
  EXPECT_THAT(Types(*result), ElementsAre("int64", "date32[day]", "string", "double"));
  EXPECT_EQ(result->table->num_rows(), 3);
  EXPECT_THAT(Row(*result->table, 0), ElementsAre("4", "2025-01-01", "d\"e\nf", "7"));
  EXPECT_THAT(Row(*result->table, 1), ElementsAre("5", "null", "null", "null"));
  EXPECT_THAT(Row(*result->table, 2), ElementsAre("6", "2025-01-02", "g", "8.5"));
  EXPECT_TRUE(result->ledger.empty());
  EXPECT_FALSE(result->restarted);
}

TEST(Alike, LooksCloselyAtWhateverIsOutOfTheWay) {
  const std::string_view lines[] = {
      "",                                                   // no row
      "4,2025-01-01,x\n",                                   // short
      "4,2025-01-01,x,1,2\n",                               // long
      "4,2025-01-01,x,1\n\n5,2025-01-01,y,2\n",             // a blank line
      "#4,2025-01-01,x,1\n",                                // what may be comments
      "4,2025-01-01,x,1\n--5,2025-01-01,y,2\n",             //
      "4,2025-01-01,x,1\n//5,2025-01-01,y,2\n",             //
      "4,2025-01-01,x,1\n%5,2025-01-01,y,2\n",              //
      "4,2025-01-01,\"x,1\n5,2025-01-01,y,2\n",             // quotes that do not close
      "4,2025-01-01,\"x,1\n5,2025-01-01,\"y\",2\n",         //
      "4,2025-01-01,x,\"1\n",                               //
      "4,2025-01-01,x \"y\" z,1\n",                         // stray ones
      "4,2025-01-01,x\r,1\n",                               // a lone CR
      "4,2025-01-01,x,1\r\n",                               // other line ends
      "id,day,name,amount\n4,2025-01-01,x,1\n",             // the header once more
      "nr,date,text,sum\n4,2025-01-01,x,1\n",               // another below it
      "4,2025-01-01,x,1\n\nSource: the office\n",           // a footer
      "4,2025-01-01,x,1\n\nid,n\n1,2\n2,3\n",               // a second table
      "4,2025-01-01,caf\xE9,1\n5,2025-01-01,na\xEFve,2\n",  // another encoding
      "4,2025-01-01,x,1\n\x1A",                             // fillings
  };
  for (const std::string_view each : lines) {
    EXPECT_FALSE(ReadAlike(kModel, Below(each))) << each;
  }
  EXPECT_FALSE(ReadAlike(kModel, Below(std::string("4,2025-01-01,x,1\n\0\0\0", 20)))) << "NULs";
  EXPECT_FALSE(ReadAlike(kModel, "id;day;name;amount\n4;2025-01-01;x;1\n"));
  EXPECT_FALSE(ReadAlike(kModel, "\xEF\xBB\xBF" + Below("4,2025-01-01,x,1\n")));
  EXPECT_FALSE(ReadAlike(kModel, Below("4,2025-01-01,x,1")[0] + std::string("d")));
  std::string long_text = Below({});
  while (long_text.size() <= size_t{256} << 10) long_text += "4,2025-01-01,x,1\n";
  EXPECT_FALSE(ReadAlike(kModel, long_text)) << "more than a sample";
}

TEST(Alike, TakesNoModelThatIsOutOfTheWay) {
  const std::string_view models[] = {
      "A report\n\nid,day,name,amount\n1,2024-02-29,ann,1.5\n2,2024-03-01,bob,2\n",
      "# remark\nid,day,name,amount\n1,2024-02-29,ann,1.5\n# remark\n2,2024-03-01,bob,2\n",
      "id,day,name,amount\n1,2024-02-29,,1.5\n2,2024-03-01,,2\n",
      "id,day,name,amount\n1,2024-02-29,ann,1.5,\n2,2024-03-01,bob,2\n",
      "id,day,name,amount\n1,2024-02-29,ann,1.5\n2,2024-03-01,bob,2\n\n\nSource: the office\n",
      "id,day,name,amount\n1,2024-02-29,x \"y\" z,1.5\n2,2024-03-01,bob,2\n",
      "id, day, name, amount\n1, 2024-02-29, ann, 1.5\n2, 2024-03-01, bob, 2\n",
      "id,day,name,amount\r1,2024-02-29,ann,1.5\r2,2024-03-01,bob,2\r",
  };
  for (const std::string_view model : models) {
    std::string text(model.substr(model.find("id,")));
    EXPECT_FALSE(ReadAlike(model, text)) << model;
  }
  EXPECT_FALSE(ReadAlike("id\n1\n2\n3\n", "id\n4\n5\n"));
  ReadSettings settings;
  settings.options.all_tables = true;
  EXPECT_FALSE(ReadAlike(kModel, Below("4,2025-01-01,x,1\n"), settings));
}

TEST(Alike, KnowsTheMarkAndLineEndsOfTheModel) {
  const std::string model = "\xEF\xBB\xBFid,name\r\n1,ann\r\n2,bob\r\n3,cat\r\n";
  const auto result = ReadAlike(model, "\xEF\xBB\xBFid,name\r\n4,Zo\xC3\xAB\r\n");
  ASSERT_TRUE(result);
  EXPECT_THAT(Row(*result->table, 0), ElementsAre("4", "Zo\xC3\xAB"));
  EXPECT_FALSE(ReadAlike(model, "id,name\r\n4,dan\r\n"));
  EXPECT_FALSE(ReadAlike(model, "\xEF\xBB\xBFid,name\r\n4,dan\r\n5,eve\n"));
  EXPECT_FALSE(ReadAlike(model, "\xEF\xBB\xBFid,name\r\n4,d\ran\r\n5,eve\r\n"));
}

TEST(Alike, LooksCloselyWhereValuesContradictTheModel) {
  const auto text = ReadAlike(kModel, Below("A4,2025-01-01,x,1\nA5,2025-01-02,y,2\n"));
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->restarted);
  EXPECT_THAT(Types(*text), ElementsAre("string", "date32[day]", "string", "int64"));
  EXPECT_EQ(Cell(*text->table, 0, 1), "A5");

  // Days and months the other way round are no texts.
  const std::string_view day_first = "n,day\n1,13/04/2024\n2,01/05/2024\n";
  const auto month_first = ReadAlike(day_first, "n,day\n3,04/13/2024\n4,05/01/2024\n");
  ASSERT_TRUE(month_first);
  EXPECT_THAT(Row(*month_first->table, 1), ElementsAre("4", "2024-05-01"));
}

TEST(Alike, TellsAmbiguousDatesByTheModel) {
  const auto result =
      ReadAlike("n,day\n1,13/04/2024\n2,01/05/2024\n", "n,day\n3,02/03/2024\n4,03/04/2024\n");
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->restarted);
  EXPECT_THAT(Row(*result->table, 0), ElementsAre("3", "2024-03-02"));
  EXPECT_THAT(result->warnings, IsEmpty());
}

TEST(Alike, TakesTypesOfItsOwnSampleWhereAskedTo) {
  ReadSettings settings;
  settings.request.types_from_sample = true;
  const auto result = ReadAlike(kModel, Below("A4,2025-01-01,x,1\nA5,2025-01-02,y,2\n"), settings);
  ASSERT_TRUE(result);
  EXPECT_EQ(Types(*result)[0], "string");
  EXPECT_TRUE(result->ledger.empty());
}

TEST(Alike, ReadsGivenTypesAsItsOwnSampleHasThem) {
  ReadSettings settings;
  settings.request.contract =
      arrow::schema({arrow::field("n", arrow::utf8()), arrow::field("day", arrow::date32())});
  const auto result = ReadAlike("n,day\n1,13/04/2024\n2,01/05/2024\n",
                                "n,day\n3,04/13/2024\n4,05/01/2024\n", settings);
  ASSERT_TRUE(result);
  EXPECT_THAT(Row(*result->table, 1), ElementsAre("4", "2024-05-01"));
}

TEST(Alike, ReadsWhatACloseLookReads) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<std::string> pieces = {"1", "23",         "\"", "\"\"", ",",  "\n",  "x",
                                           " ", "2024-01-02", "#",  "-",    ".5", "\r\n"};
  ReadSettings settings;
  settings.request.types_as_text = true;
  int alike_count = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = "a,b\n";
    for (uint64_t rows = random() % 6; rows > 0; --rows) {
      text += random() % 4 == 0 ? "7," : "\"7\",";
      for (uint64_t n = random() % 3; n > 0; --n) text += pieces[random() % pieces.size()];
      text += '\n';
    }
    const auto alike = ReadAlike("a,b\n1,x\n2,y\n3,z\n4,w\n", text, settings);
    if (!alike) continue;
    ++alike_count;
    ReadSettings as_model = settings;
    as_model.options.delimiter = ",";
    as_model.options.quote = "\"";
    as_model.options.header = Header::kYes;
    as_model.options.footer = Footer::kKeep;
    as_model.options.comment = "";
    const auto own = ReadCsv(text, as_model);
    ASSERT_TRUE(own.ok()) << own.status();
    EXPECT_TRUE(alike->table->Equals(*own->table)) << text;
    EXPECT_TRUE(alike->ledger.empty()) << text;
  }
  EXPECT_GT(alike_count, 100);
}

}  // namespace
}  // namespace pyforge::csv
