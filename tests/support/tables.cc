#include "support/tables.h"

#include <cmath>
#include <limits>

#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <arrow/visit_type_inline.h>

namespace pyforge::testing {
namespace {

constexpr int64_t kMillisecondsPerDay = 86'400'000;

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> kTexts = {"",
                                                  "a",
                                                  "comma, in text",
                                                  "\"quoted\"",
                                                  "line\nbreak",
                                                  "carriage\r\nreturn",
                                                  " lead",
                                                  "tail ",
                                                  "naïve café",
                                                  "漢字かな交じり",
                                                  "😀",
                                                  "tab\there",
                                                  "null",
                                                  "NA",
                                                  "007",
                                                  "1e5",
                                                  "true",
                                                  "2024-02-30",
                                                  "'",
                                                  ";|:",
                                                  "\\N",
                                                  std::string(300, 'x')};
  return kTexts;
}

class ArrayMaker {
 public:
  ArrayMaker(int64_t rows, double null_share, std::mt19937_64* random)
      : rows_(rows), null_share_(null_share), random_(*random) {}

  arrow::Status Visit(const arrow::NullType&) {
    return Keep(arrow::MakeArrayOfNull(arrow::null(), rows_));
  }
  arrow::Status Visit(const arrow::BooleanType& type) {
    return Fill<arrow::BooleanBuilder>(type, [&] { return Draw(0, 1) == 1; });
  }
  template <typename Type>
  arrow::enable_if_integer<Type, arrow::Status> Visit(const Type& type) {
    using Value = typename Type::c_type;
    return Fill<arrow::NumericBuilder<Type>>(type, [&]() -> Value {
      switch (Draw(0, 5)) {
        case 0:
          return std::numeric_limits<Value>::min();
        case 1:
          return std::numeric_limits<Value>::max();
        case 2:
          return static_cast<Value>(random_());
        default:
          return static_cast<Value>(Draw(0, 100));
      }
    });
  }
  arrow::Status Visit(const arrow::HalfFloatType& type) {
    return Fill<arrow::HalfFloatBuilder>(type, [&] {
      return arrow::util::Float16(static_cast<float>(Draw(-1000, 1000)) / 4).bits();
    });
  }
  template <typename Type>
  std::enable_if_t<std::is_same_v<Type, arrow::FloatType> ||
                       std::is_same_v<Type, arrow::DoubleType>,
                   arrow::Status>
  Visit(const Type& type) {
    using Value = typename Type::c_type;
    return Fill<arrow::NumericBuilder<Type>>(type, [&]() -> Value {
      switch (Draw(0, 4)) {
        case 0:
          return static_cast<Value>(Draw(-100000, 100000)) / 100;
        case 1:
          return std::numeric_limits<Value>::max();
        case 2:
          return std::numeric_limits<Value>::denorm_min();
        default:
          return static_cast<Value>(std::ldexp(static_cast<double>(random_()), -70));
      }
    });
  }
  arrow::Status Visit(const arrow::Date32Type& type) {
    return Fill<arrow::Date32Builder>(type,
                                      [&] { return static_cast<int32_t>(Draw(-700000, 2900000)); });
  }
  arrow::Status Visit(const arrow::Date64Type& type) {
    return Fill<arrow::Date64Builder>(type,
                                      [&] { return Draw(-30000, 30000) * kMillisecondsPerDay; });
  }
  template <typename Type>
  std::enable_if_t<arrow::is_time_type<Type>::value, arrow::Status> Visit(const Type& type) {
    int64_t per_second = 1;
    for (int i = 0; i < static_cast<int>(type.unit()); ++i) per_second *= 1000;
    return Fill<arrow::NumericBuilder<Type>>(
        type, [&] { return static_cast<typename Type::c_type>(Draw(0, 86'400 * per_second - 1)); });
  }
  arrow::Status Visit(const arrow::TimestampType& type) {
    int64_t per_second = 1;
    for (int i = 0; i < static_cast<int>(type.unit()); ++i) per_second *= 1000;
    return Fill<arrow::TimestampBuilder>(
        type, [&] { return Draw(-2'000'000'000 * per_second, 4'000'000'000 * per_second); });
  }
  arrow::Status Visit(const arrow::DurationType& type) {
    return Fill<arrow::DurationBuilder>(type, [&] { return Draw(-1'000'000, 1'000'000); });
  }
  template <typename Type>
  std::enable_if_t<arrow::is_decimal_type<Type>::value, arrow::Status> Visit(const Type& type) {
    using Value = typename arrow::TypeTraits<Type>::CType;
    return Fill<typename arrow::TypeTraits<Type>::BuilderType>(
        type, [&] { return Value(static_cast<int32_t>(Draw(-99'999, 99'999))); });
  }
  template <typename Type>
  std::enable_if_t<arrow::is_base_binary_type<Type>::value ||
                       arrow::is_binary_view_like_type<Type>::value,
                   arrow::Status>
  Visit(const Type& type) {
    return Fill<typename arrow::TypeTraits<Type>::BuilderType>(type, [&] {
      return Texts()[static_cast<size_t>(Draw(0, static_cast<int64_t>(Texts().size()) - 1))];
    });
  }
  arrow::Status Visit(const arrow::FixedSizeBinaryType& type) {
    return Fill<arrow::FixedSizeBinaryBuilder>(type, [&] {
      std::string bytes;
      for (int i = 0; i < type.byte_width(); ++i) bytes += static_cast<char>(Draw(0, 255));
      return bytes;
    });
  }
  arrow::Status Visit(const arrow::DictionaryType& type) {
    ARROW_ASSIGN_OR_RAISE(auto dictionary,
                          arrow::MakeArrayFromScalar(*arrow::MakeScalar("only"), 1));
    arrow::Int32Builder codes;
    for (int64_t i = 0; i < rows_; ++i) {
      ARROW_RETURN_NOT_OK(IsNull() ? codes.AppendNull() : codes.Append(0));
    }
    ARROW_ASSIGN_OR_RAISE(auto indices, codes.Finish());
    return Keep(arrow::DictionaryArray::FromArrays(
        arrow::dictionary(arrow::int32(), type.value_type()), indices, dictionary));
  }
  arrow::Status Visit(const arrow::StructType& type) {
    arrow::ArrayVector children;
    for (const auto& field : type.fields()) {
      children.push_back(RandomArray(field->type(), rows_, null_share_, &random_));
    }
    ARROW_ASSIGN_OR_RAISE(auto validity, Validity());
    return Keep(arrow::StructArray::Make(children, type.fields(), std::move(validity)));
  }
  template <typename Type>
  std::enable_if_t<std::is_same_v<Type, arrow::ListType> ||
                       std::is_same_v<Type, arrow::LargeListType> ||
                       std::is_same_v<Type, arrow::MapType>,
                   arrow::Status>
  Visit(const Type& type) {
    using Offset = typename Type::offset_type;
    typename arrow::CTypeTraits<Offset>::BuilderType builder;
    Offset end = 0;
    for (int64_t i = 0; i < rows_; ++i) {
      const bool is_null = IsNull();
      ARROW_RETURN_NOT_OK(is_null ? builder.AppendNull() : builder.Append(end));
      if (!is_null) end += static_cast<Offset>(Draw(0, 3));
    }
    ARROW_RETURN_NOT_OK(builder.Append(end));
    ARROW_ASSIGN_OR_RAISE(auto offsets, builder.Finish());
    if constexpr (std::is_same_v<Type, arrow::MapType>) {
      auto keys = RandomArray(type.key_type(), end, 0, &random_);
      auto items = RandomArray(type.item_type(), end, null_share_, &random_);
      return Keep(arrow::MapArray::FromArrays(offsets, keys, items));
    } else {
      auto values = RandomArray(type.value_type(), end, null_share_, &random_);
      return Keep(arrow::TypeTraits<Type>::ArrayType::FromArrays(*offsets, *values));
    }
  }
  arrow::Status Visit(const arrow::FixedSizeListType& type) {
    auto values = RandomArray(type.value_type(), rows_ * type.list_size(), null_share_, &random_);
    ARROW_ASSIGN_OR_RAISE(auto validity, Validity());
    return Keep(
        arrow::FixedSizeListArray::FromArrays(values, type.list_size(), std::move(validity)));
  }
  arrow::Status Visit(const arrow::DataType& type) {
    return arrow::Status::NotImplemented("no random ", type.ToString());
  }

  std::shared_ptr<arrow::Array> array;

 private:
  int64_t Draw(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }
  bool IsNull() { return std::uniform_real_distribution<double>()(random_) < null_share_; }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Validity() {
    arrow::TypedBufferBuilder<bool> bits;
    for (int64_t i = 0; i < rows_; ++i) ARROW_RETURN_NOT_OK(bits.Append(!IsNull()));
    return bits.Finish();
  }

  template <typename Array>
  arrow::Status Keep(arrow::Result<std::shared_ptr<Array>> made) {
    ARROW_ASSIGN_OR_RAISE(array, std::move(made));
    return arrow::Status::OK();
  }

  template <typename Builder, typename Make>
  arrow::Status Fill(const arrow::DataType& type, Make&& make) {
    std::unique_ptr<arrow::ArrayBuilder> any;
    ARROW_RETURN_NOT_OK(
        arrow::MakeBuilder(arrow::default_memory_pool(), type.GetSharedPtr(), &any));
    auto& builder = static_cast<Builder&>(*any);
    for (int64_t i = 0; i < rows_; ++i) {
      ARROW_RETURN_NOT_OK(IsNull() ? builder.AppendNull() : builder.Append(make()));
    }
    return Keep(any->Finish());
  }

  const int64_t rows_;
  const double null_share_;
  std::mt19937_64& random_;
};

}  // namespace

std::vector<std::shared_ptr<arrow::DataType>> AllTypes() {
  using arrow::TimeUnit;
  return {arrow::null(),
          arrow::boolean(),
          arrow::int8(),
          arrow::int16(),
          arrow::int32(),
          arrow::int64(),
          arrow::uint8(),
          arrow::uint16(),
          arrow::uint32(),
          arrow::uint64(),
          arrow::float16(),
          arrow::float32(),
          arrow::float64(),
          arrow::decimal32(7, 2),
          arrow::decimal64(15, 3),
          arrow::decimal128(20, 4),
          arrow::decimal256(50, 5),
          arrow::date32(),
          arrow::date64(),
          arrow::time32(TimeUnit::SECOND),
          arrow::time32(TimeUnit::MILLI),
          arrow::time64(TimeUnit::MICRO),
          arrow::time64(TimeUnit::NANO),
          arrow::timestamp(TimeUnit::SECOND),
          arrow::timestamp(TimeUnit::MILLI),
          arrow::timestamp(TimeUnit::MICRO),
          arrow::timestamp(TimeUnit::NANO),
          arrow::timestamp(TimeUnit::MICRO, "UTC"),
          arrow::timestamp(TimeUnit::MILLI, "Europe/Berlin"),
          arrow::duration(TimeUnit::MICRO),
          arrow::utf8(),
          arrow::large_utf8(),
          arrow::utf8_view(),
          arrow::binary(),
          arrow::large_binary(),
          arrow::binary_view(),
          arrow::fixed_size_binary(5),
          arrow::dictionary(arrow::int32(), arrow::utf8()),
          arrow::list(arrow::int64()),
          arrow::large_list(arrow::utf8()),
          arrow::fixed_size_list(arrow::int32(), 2),
          arrow::map(arrow::utf8(), arrow::int64()),
          arrow::struct_({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8())}),
          arrow::list(arrow::struct_({arrow::field("x", arrow::float64()),
                                      arrow::field("y", arrow::list(arrow::utf8()))}))};
}

std::shared_ptr<arrow::Array> RandomArray(const std::shared_ptr<arrow::DataType>& type,
                                          int64_t rows, double null_share,
                                          std::mt19937_64* random) {
  ArrayMaker maker(rows, null_share, random);
  const arrow::Status status = arrow::VisitTypeInline(*type, &maker);
  if (!status.ok()) status.Abort();
  return maker.array;
}

}  // namespace pyforge::testing
