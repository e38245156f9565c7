// Every error code of the program, for `pyforge explain` and the reference pages.
#include <algorithm>
#include <span>
#include <vector>

#include "codec/compress/errors.h"
#include "core/bad_rows.h"
#include "core/exchange/errors.h"
#include "core/expression/expression.h"
#include "core/registry_errors.h"
#include "core/scan_reader.h"
#include "core/verify.h"
#include "io/errors.h"
#include "pyforge/input.h"
#include "pyforge/output.h"
#include "pyforge/registry.h"
#include "schema/errors.h"

namespace pyforge {
namespace {

constexpr const ErrorCode* kCoreErrors[] = {&core::kBadRowsFound,     &core::kTooManyBadRows,
                                            &core::kBadExpression,    &core::kExpressionFailed,
                                            &core::kUnsupportedKey,   &core::kVerifyFailed,
                                            &core::kTypesContradicted};

}  // namespace

std::vector<const ErrorCode*> Registry::errors() const {
  std::vector<const ErrorCode*> codes;
  const auto add = [&codes](std::span<const ErrorCode* const> more) {
    for (const ErrorCode* code : more) codes.push_back(code);
  };
  add(kBaseErrors);
  add(kInputErrors);
  add(kOutputErrors);
  add(compress::kErrors);
  add(io::kErrors);
  add(schema::kErrors);
  add(core::kRegistryErrors);
  add(kCoreErrors);
  for (const FormatDescriptor* format : formats_) add(format->errors);
  std::stable_sort(codes.begin(), codes.end(),
                   [](const auto* a, const auto* b) { return a->id < b->id; });
  codes.erase(std::unique(codes.begin(), codes.end(),
                          [](const auto* a, const auto* b) { return a->id == b->id; }),
              codes.end());
  return codes;
}

}  // namespace pyforge
