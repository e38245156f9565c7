#include "schema/compute.h"

#include <arrow/compute/initialize.h>

#include <mutex>

namespace pyforge::schema {

Status InitializeCompute() {
  static std::once_flag once;
  static Status status;
  std::call_once(once, [] {
    const Status initialized = arrow::compute::Initialize();
    if (!initialized.ok()) {
      status = Fail(kInternal, {}, "arrow::compute: {}", initialized.message());
    }
  });
  return status;
}

}  // namespace pyforge::schema
