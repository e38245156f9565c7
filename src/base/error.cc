#include "pyforge/error.h"

#include <utility>

namespace pyforge {
namespace {

constexpr char kTypeId[] = "pyforge::ErrorDetail";

// Arrow's own code is what Arrow consumers see of the failure; keep it close in meaning.
arrow::StatusCode ArrowCode(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::kUsage:
    case ErrorCategory::kData:
      return arrow::StatusCode::Invalid;
    case ErrorCategory::kNotFound:
      return arrow::StatusCode::KeyError;
    case ErrorCategory::kUnsupported:
      return arrow::StatusCode::NotImplemented;
    case ErrorCategory::kIo:
      return arrow::StatusCode::IOError;
    case ErrorCategory::kConflict:
      return arrow::StatusCode::AlreadyExists;
    case ErrorCategory::kLimit:
      return arrow::StatusCode::CapacityError;
    case ErrorCategory::kInterrupted:
      return arrow::StatusCode::Cancelled;
    case ErrorCategory::kInternal:
      break;
  }
  return arrow::StatusCode::UnknownError;
}

}  // namespace

std::string_view CategoryName(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::kUsage:
      return "usage";
    case ErrorCategory::kData:
      return "data";
    case ErrorCategory::kNotFound:
      return "not_found";
    case ErrorCategory::kUnsupported:
      return "unsupported";
    case ErrorCategory::kIo:
      return "io";
    case ErrorCategory::kConflict:
      return "conflict";
    case ErrorCategory::kLimit:
      return "limit";
    case ErrorCategory::kInterrupted:
      return "interrupted";
    case ErrorCategory::kInternal:
      break;
  }
  return "internal";
}

int ExitCode(ErrorCategory category) {
  switch (category) {
    case ErrorCategory::kUsage:
      return 2;
    case ErrorCategory::kData:
      return 3;
    case ErrorCategory::kNotFound:
      return 4;
    case ErrorCategory::kUnsupported:
      return 5;
    case ErrorCategory::kIo:
      return 6;
    case ErrorCategory::kConflict:
      return 7;
    case ErrorCategory::kLimit:
      return 8;
    case ErrorCategory::kInterrupted:
      return 130;
    case ErrorCategory::kInternal:
      break;
  }
  return 70;
}

const char* ErrorDetail::type_id() const { return kTypeId; }

std::string ErrorDetail::ToString() const {
  std::string text = "code ";
  text += code_->id;
  const auto add = [&text](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text += ", ";
    text += name;
    text += ' ';
    text += value;
  };
  add("in", where_.path);
  add("table", where_.table);
  add("column", where_.column);
  if (where_.row) add("row", std::to_string(*where_.row));
  if (where_.byte_offset) add("byte", std::to_string(*where_.byte_offset));
  return text;
}

Status MakeError(const ErrorCode& code, Where where, std::string message) {
  return Status(ArrowCode(code.category), std::move(message),
                std::make_shared<ErrorDetail>(code, std::move(where)));
}

const ErrorDetail* DetailOf(const Status& status) {
  if (status.ok() || status.detail() == nullptr) return nullptr;
  // Compared by content: several copies of this library may live in one process.
  if (std::string_view(status.detail()->type_id()) != kTypeId) return nullptr;
  return static_cast<const ErrorDetail*>(status.detail().get());
}

bool FailedWith(const Status& status, const ErrorCode& code) {
  const ErrorDetail* detail = DetailOf(status);
  return detail != nullptr && detail->code().id == code.id;
}

Status AddWhere(const Status& status, const Where& where) {
  const ErrorDetail* detail = DetailOf(status);
  if (detail == nullptr) return status;
  Where merged = detail->where();
  if (merged.path.empty()) merged.path = where.path;
  if (merged.table.empty()) merged.table = where.table;
  if (merged.column.empty()) merged.column = where.column;
  if (!merged.row) merged.row = where.row;
  if (!merged.byte_offset) merged.byte_offset = where.byte_offset;
  return MakeError(detail->code(), std::move(merged), status.message());
}

Status ShiftWhere(const Status& status, int64_t row_base, int64_t byte_base) {
  const ErrorDetail* detail = DetailOf(status);
  if (detail == nullptr) return status;
  Where shifted = detail->where();
  if (shifted.row) *shifted.row += row_base;
  if (shifted.byte_offset) *shifted.byte_offset += byte_base;
  return MakeError(detail->code(), std::move(shifted), status.message());
}

Status Translate(const Status& status, const Where& where) {
  if (status.ok()) return status;
  if (DetailOf(status) != nullptr) return AddWhere(status, where);
  const auto make = [&](const ErrorCode& code) { return MakeError(code, where, status.message()); };
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory:
    case arrow::StatusCode::CapacityError:
      return make(kMemoryLimit);
    case arrow::StatusCode::IOError:
      return make(kReadFailed);
    case arrow::StatusCode::Cancelled:
      return make(kCancelled);
    case arrow::StatusCode::NotImplemented:
      return make(kUnsupported);
    case arrow::StatusCode::Invalid:
    case arrow::StatusCode::SerializationError:
    case arrow::StatusCode::TypeError:
    case arrow::StatusCode::IndexError:
    case arrow::StatusCode::KeyError:
      return make(kCorrupt);
    default:
      return make(kInternal);
  }
}

}  // namespace pyforge
