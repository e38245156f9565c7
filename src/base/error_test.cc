#include "pyforge/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pyforge {
namespace {

constexpr ErrorCode kRagged{.id = "test.ragged",
                            .category = ErrorCategory::kData,
                            .summary = "A row is ragged.",
                            .fix = "Mend it."};

TEST(ErrorCategory, HasItsOwnNameAndExitCode) {
  EXPECT_EQ(CategoryName(ErrorCategory::kUsage), "usage");
  EXPECT_EQ(CategoryName(ErrorCategory::kData), "data");
  EXPECT_EQ(CategoryName(ErrorCategory::kNotFound), "not_found");
  EXPECT_EQ(CategoryName(ErrorCategory::kUnsupported), "unsupported");
  EXPECT_EQ(CategoryName(ErrorCategory::kIo), "io");
  EXPECT_EQ(CategoryName(ErrorCategory::kConflict), "conflict");
  EXPECT_EQ(CategoryName(ErrorCategory::kLimit), "limit");
  EXPECT_EQ(CategoryName(ErrorCategory::kInterrupted), "interrupted");
  EXPECT_EQ(CategoryName(ErrorCategory::kInternal), "internal");
  EXPECT_EQ(ExitCode(ErrorCategory::kUsage), 2);
  EXPECT_EQ(ExitCode(ErrorCategory::kData), 3);
  EXPECT_EQ(ExitCode(ErrorCategory::kNotFound), 4);
  EXPECT_EQ(ExitCode(ErrorCategory::kUnsupported), 5);
  EXPECT_EQ(ExitCode(ErrorCategory::kIo), 6);
  EXPECT_EQ(ExitCode(ErrorCategory::kConflict), 7);
  EXPECT_EQ(ExitCode(ErrorCategory::kLimit), 8);
  EXPECT_EQ(ExitCode(ErrorCategory::kInterrupted), 130);
  EXPECT_EQ(ExitCode(ErrorCategory::kInternal), 70);
}

TEST(Fail, CarriesCodePlaceAndFormattedMessage) {
  const Status status = Fail(kRagged, {.path = "a.csv", .row = 3}, "{} cells, not {}", 5, 6);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.message(), "5 cells, not 6");
  ASSERT_NE(DetailOf(status), nullptr);
  EXPECT_EQ(DetailOf(status)->code().id, "test.ragged");
  EXPECT_EQ(DetailOf(status)->where().path, "a.csv");
  EXPECT_EQ(DetailOf(status)->where().row, 3);
  EXPECT_TRUE(FailedWith(status, kRagged));
  EXPECT_FALSE(FailedWith(status, kReadFailed));
}

TEST(Fail, GivesEveryCategoryAnArrowCodeOfLikeMeaning) {
  const auto code_of = [](ErrorCategory category) {
    static constexpr ErrorCode kCodes[] = {{.id = "a", .category = ErrorCategory::kUsage},
                                           {.id = "b", .category = ErrorCategory::kData},
                                           {.id = "c", .category = ErrorCategory::kNotFound},
                                           {.id = "d", .category = ErrorCategory::kUnsupported},
                                           {.id = "e", .category = ErrorCategory::kIo},
                                           {.id = "f", .category = ErrorCategory::kConflict},
                                           {.id = "g", .category = ErrorCategory::kLimit},
                                           {.id = "h", .category = ErrorCategory::kInterrupted},
                                           {.id = "i", .category = ErrorCategory::kInternal}};
    return MakeError(kCodes[static_cast<size_t>(category)], {}, "").code();
  };
  EXPECT_EQ(code_of(ErrorCategory::kUsage), arrow::StatusCode::Invalid);
  EXPECT_EQ(code_of(ErrorCategory::kData), arrow::StatusCode::Invalid);
  EXPECT_EQ(code_of(ErrorCategory::kNotFound), arrow::StatusCode::KeyError);
  EXPECT_EQ(code_of(ErrorCategory::kUnsupported), arrow::StatusCode::NotImplemented);
  EXPECT_EQ(code_of(ErrorCategory::kIo), arrow::StatusCode::IOError);
  EXPECT_EQ(code_of(ErrorCategory::kConflict), arrow::StatusCode::AlreadyExists);
  EXPECT_EQ(code_of(ErrorCategory::kLimit), arrow::StatusCode::CapacityError);
  EXPECT_EQ(code_of(ErrorCategory::kInterrupted), arrow::StatusCode::Cancelled);
  EXPECT_EQ(code_of(ErrorCategory::kInternal), arrow::StatusCode::UnknownError);
}

TEST(DetailOf, IsNullForSuccessAndForOthersErrors) {
  EXPECT_EQ(DetailOf(Status::OK()), nullptr);
  EXPECT_EQ(DetailOf(Status::Invalid("plain")), nullptr);
  class Foreign : public arrow::StatusDetail {
   public:
    const char* type_id() const override { return "foreign"; }
    std::string ToString() const override { return "foreign"; }
  };
  const Status foreign(arrow::StatusCode::Invalid, "x", std::make_shared<Foreign>());
  EXPECT_EQ(DetailOf(foreign), nullptr);
  EXPECT_FALSE(FailedWith(foreign, kRagged));
}

TEST(ErrorDetail, PrintsWhatIsKnownOfThePlace) {
  EXPECT_EQ(DetailOf(Fail(kRagged, {}, ""))->ToString(), "code test.ragged");
  const Status status =
      Fail(kRagged, {.path = "a.csv", .table = "t", .column = "c", .row = 2, .byte_offset = 9}, "");
  EXPECT_EQ(DetailOf(status)->ToString(),
            "code test.ragged, in a.csv, table t, column c, row 2, byte 9");
}

TEST(AddWhere, FillsInWhatIsMissingAndKeepsWhatIsThere) {
  const Status low = Fail(kRagged, {.column = "c", .row = 2}, "m");
  const Status high = AddWhere(
      low, {.path = "a.csv", .table = "t", .column = "other", .row = 99, .byte_offset = 7});
  const Where& where = DetailOf(high)->where();
  EXPECT_EQ(where.path, "a.csv");
  EXPECT_EQ(where.table, "t");
  EXPECT_EQ(where.column, "c");
  EXPECT_EQ(where.row, 2);
  EXPECT_EQ(where.byte_offset, 7);
  EXPECT_EQ(high.message(), "m");
}

TEST(AddWhere, LeavesSuccessAndForeignErrorsAlone) {
  EXPECT_TRUE(AddWhere(Status::OK(), {.path = "a"}).ok());
  EXPECT_TRUE(AddWhere(Status::Invalid("x"), {.path = "a"}).Equals(Status::Invalid("x")));
}

TEST(ShiftWhere, MovesRowAndOffsetOnlyWhereTheyAreKnown) {
  const Status status = ShiftWhere(Fail(kRagged, {.row = 2, .byte_offset = 5}, ""), 100, 1000);
  EXPECT_EQ(DetailOf(status)->where().row, 102);
  EXPECT_EQ(DetailOf(status)->where().byte_offset, 1005);
  const Status unplaced = ShiftWhere(Fail(kRagged, {}, ""), 100, 1000);
  EXPECT_FALSE(DetailOf(unplaced)->where().row.has_value());
  EXPECT_FALSE(DetailOf(unplaced)->where().byte_offset.has_value());
  EXPECT_TRUE(ShiftWhere(Status::OK(), 1, 1).ok());
}

TEST(Translate, GivesEveryArrowErrorACode) {
  EXPECT_TRUE(FailedWith(Translate(Status::OutOfMemory("x"), {}), kMemoryLimit));
  EXPECT_TRUE(FailedWith(Translate(Status::CapacityError("x"), {}), kMemoryLimit));
  EXPECT_TRUE(FailedWith(Translate(Status::IOError("x"), {}), kReadFailed));
  EXPECT_TRUE(FailedWith(Translate(Status::Cancelled("x"), {}), kCancelled));
  EXPECT_TRUE(FailedWith(Translate(Status::NotImplemented("x"), {}), kUnsupported));
  EXPECT_TRUE(FailedWith(Translate(Status::Invalid("x"), {}), kCorrupt));
  EXPECT_TRUE(FailedWith(Translate(Status::SerializationError("x"), {}), kCorrupt));
  EXPECT_TRUE(FailedWith(Translate(Status::TypeError("x"), {}), kCorrupt));
  EXPECT_TRUE(FailedWith(Translate(Status::IndexError("x"), {}), kCorrupt));
  EXPECT_TRUE(FailedWith(Translate(Status::KeyError("x"), {}), kCorrupt));
  EXPECT_TRUE(FailedWith(Translate(Status::UnknownError("x"), {}), kInternal));
  EXPECT_TRUE(Translate(Status::OK(), {}).ok());
}

TEST(Translate, KeepsTheMessageAndAddsThePlace) {
  const Status status = Translate(Status::IOError("no such device"), {.path = "a.csv"});
  EXPECT_EQ(status.message(), "no such device");
  EXPECT_EQ(DetailOf(status)->where().path, "a.csv");
}

TEST(Translate, KeepsTheCodeOfOurOwnErrors) {
  const Status status = Translate(Fail(kRagged, {}, "m"), {.path = "a.csv"});
  EXPECT_TRUE(FailedWith(status, kRagged));
  EXPECT_EQ(DetailOf(status)->where().path, "a.csv");
}

TEST(BaseErrors, AreAllDifferentAndSayWhatToDo) {
  std::set<std::string_view> ids;
  for (const ErrorCode* code : kBaseErrors) {
    EXPECT_TRUE(ids.insert(code->id).second) << code->id;
    EXPECT_FALSE(code->summary.empty()) << code->id;
    EXPECT_FALSE(code->fix.empty()) << code->id;
  }
}

}  // namespace
}  // namespace pyforge
