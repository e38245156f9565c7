#include "core/exchange/partition_path.h"

#include <utility>

#include <arrow/api.h>

#include "core/exchange/errors.h"
#include "core/expression/common_type.h"
#include "schema/cast.h"

namespace pyforge::core {
namespace {

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

bool StaysAsItIs(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.!()-").find(c) != std::string_view::npos;
}

Result<std::string> PartitionValue(const std::shared_ptr<arrow::Array>& column,
                                   arrow::MemoryPool* pool) {
  if (column->IsNull(0) || column->type_id() == arrow::Type::NA) {
    return std::string(kNullPartition);
  }
  if (arrow::is_binary_like(PlainType(column->type())->id()) &&
      !IsText(*PlainType(column->type()))) {
    return Fail(kUnsupportedKey, {}, "bytes cannot become the name of a directory");
  }
  ARROW_ASSIGN_OR_RAISE(const auto text, schema::CastColumn(column, arrow::utf8(), pool));
  return EscapePartitionText(static_cast<const arrow::StringArray&>(*text).GetView(0));
}

}  // namespace

std::string EscapePartitionText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (StaysAsItIs(c)) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

Result<std::string> PartitionPath(const arrow::RecordBatch& row,
                                  const std::vector<std::string>& columns,
                                  arrow::MemoryPool* pool) {
  std::string path;
  for (const std::string& name : columns) {
    Result<std::string> value = PartitionValue(row.GetColumnByName(name), pool);
    if (!value.ok()) return AddWhere(value.status(), {.column = name});
    if (!path.empty()) path += '/';
    path += fmt::format("{}={}", EscapePartitionText(name), *value);
  }
  return path;
}

}  // namespace pyforge::core
