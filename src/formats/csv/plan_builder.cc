#include "formats/csv/plan_builder.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "formats/csv/errors.h"
#include "formats/csv/splitter.h"
#include "formats/csv/surplus.h"
#include "formats/csv/value_parser.h"
#include "schema/cast.h"
#include "schema/text_format.h"

namespace pyforge::csv {
namespace {

using schema::TextKind;
using schema::TextType;

constexpr TextType kTextType{.kind = TextKind::kText};

int64_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : found - names.begin();
}

/// What a column without values is delivered as; programs that read the output know no null type.
std::shared_ptr<arrow::DataType> DeliveredType(const TextType& type) {
  return type.kind == TextKind::kNull ? arrow::utf8() : type.arrow_type();
}

/// Timestamps that a ValueParser, which knows ISO 8601 alone, does not read: kernels do, down to
/// the microseconds that patterns have.
bool IsSpelt(const TextType& type) {
  const schema::TemporalLayout& layout = type.layout;
  return type.kind == TextKind::kTimestamp &&
         (layout.order != schema::DateOrder::kYmd || layout.separator != '-' ||
          layout.month_names || layout.two_digit_years || layout.unpadded || layout.twelve_hours ||
          layout.date_time_separator == ',');
}

schema::DecideOptions DecideOptionsFor(const TableFacts& facts) {
  schema::DecideOptions decide;
  if (facts.dialect.delimiter.size() == 1) decide.delimiter = facts.dialect.delimiter[0];
  decide.decimal_point = facts.options.decimal.value_or('\0');
  const std::string& format = facts.options.date_format;
  if (format.empty()) return decide;
  if (format == "dmy") decide.date_order = schema::DateOrder::kDmy;
  if (format == "mdy") decide.date_order = schema::DateOrder::kMdy;
  if (format == "ymd") decide.date_order = schema::DateOrder::kYmd;
  for (const TextKind kind : {TextKind::kDate, TextKind::kTimestamp}) {
    TextType type{.kind = kind};
    if (!decide.date_order && schema::ParseFormat(format, &type).ok()) {
      decide.date_order = type.layout.order;
    }
  }
  return decide;
}

/// Builds a plan column by column.
class Builder {
 public:
  Builder(const TableFacts& facts, const TableRequest& request)
      : facts_(facts), request_(request), plan_(std::make_shared<TablePlan>(facts.dialect)) {
    plan_->field_count = static_cast<int64_t>(facts.names.size());
    plan_->field_names = facts.names;
    plan_->header_repairs = facts.header_repairs;
    plan_->types_are_given = request.contract != nullptr;
    plan_->types_from_sample = request.types_from_sample;
    plan_->types_are_final =
        request.contract != nullptr || request.types_as_text || request.types_from_sample;
    plan_->types_as_text = request.types_as_text;
    if (!request.strict) plan_->habits = facts.sample->habits;
    plan_->strict = request.strict;
    plan_->keep_bad_rows = request.keep_bad_rows;
    plan_->null_values = facts.options.null_values;
    plan_->empty_is_text = facts.options.empty_fields == EmptyFields::kText;
    plan_->field_bytes_max = facts.field_bytes_max;
    plan_->record_bytes_max = 2 * facts.field_bytes_max;
    plan_->raw_bytes_max = std::min(plan_->raw_bytes_max, plan_->record_bytes_max);
    plan_->slice_bytes = facts.slice_bytes;
    plan_->decide = DecideOptionsFor(facts);
  }

  /// Types by field, as inferred.
  void SetTypes(const std::vector<TextType>& types) {
    plan_->field_types = types;
    if (request_.types_as_text) plan_->field_types.assign(types.size(), kTextType);
    if (!plan_->empty_is_text) return;
    // A column of nothing but empty fields has values: empty texts.
    for (TextType& type : plan_->field_types) {
      if (type.kind == TextKind::kNull) type = kTextType;
    }
  }
  void SetExtra(bool has_extra) { plan_->has_extra = has_extra; }
  void SetFinal() { plan_->types_are_final = true; }

  Result<std::shared_ptr<TablePlan>> Build() {
    ARROW_RETURN_NOT_OK(request_.contract != nullptr ? AddContractColumns() : AddInferredColumns());
    if (plan_->keep_bad_rows && !HasColumn(kRejectedColumn)) {
      AddMade(ColumnSource::kRejected, kRejectedColumn,
              arrow::field(std::string(kRejectedColumn), arrow::utf8()));
    }
    plan_->schema = arrow::schema(std::move(fields_));
    return plan_;
  }

 private:
  Status AddInferredColumns() {
    const bool takes_all = request_.columns.empty();
    for (size_t i = 0; takes_all && i < facts_.names.size(); ++i) AddInferred(i);
    if (takes_all && plan_->has_extra) {
      AddMade(ColumnSource::kExtra, kExtraColumn,
              arrow::field(std::string(kExtraColumn), arrow::utf8()));
    }
    for (const std::string& name : request_.columns) {
      const int64_t index = IndexOf(facts_.names, name);
      if (index >= 0) {
        AddInferred(static_cast<size_t>(index));
      } else if (name == kExtraColumn && plan_->has_extra) {
        AddMade(ColumnSource::kExtra, name, arrow::field(name, arrow::utf8()));
      } else if (!(name == kRejectedColumn && plan_->keep_bad_rows)) {
        return NoSuchColumn(name);
      }
    }
    return Status::OK();
  }

  void AddInferred(size_t index) {
    const TextType& type = plan_->field_types[index];
    const bool may_turn = !plan_->types_are_final && type.kind == TextKind::kText &&
                          !facts_.sample->head_column(index).is_text_for_good(plan_->decide);
    TextType delivered = type;
    if (type.kind == TextKind::kNull) delivered = kTextType;
    auto field = schema::MakeField(facts_.names[index], facts_.source_names[index], delivered);
    if (type.kind == TextKind::kNull) {
      field =
          field->WithMergedMetadata(arrow::key_value_metadata({schema::kNoValuesKey}, {"true"}));
    }
    fields_.push_back(std::move(field));
    plan_->columns.push_back({.field_index = static_cast<int64_t>(index),
                              .name = facts_.names[index],
                              .type = type,
                              .arrow_type = DeliveredType(type),
                              .may_turn_from_text = may_turn});
  }

  Status AddContractColumns() {
    const arrow::Schema& contract = *request_.contract;
    std::vector<int> chosen;
    for (const std::string& name : request_.columns) {
      const int index = contract.GetFieldIndex(name);
      if (index < 0) return NoSuchColumn(name);
      chosen.push_back(index);
    }
    for (int i = 0; chosen.empty() && i < contract.num_fields(); ++i) {
      all_.push_back(i);
    }
    if (!all_.empty()) chosen = all_;
    // Where the file has no header, the contract names the columns by their place.
    const bool by_place =
        facts_.dialect.header_rows == 0 && contract.num_fields() <= plan_->field_count;
    for (const int i : chosen) {
      const std::shared_ptr<arrow::Field>& field = contract.field(i);
      int64_t index = IndexOf(facts_.names, field->name());
      if (index < 0) index = IndexOf(facts_.source_names, SourceName(*field));
      if (index < 0 && by_place) index = i;
      if (index >= 0) {
        ARROW_RETURN_NOT_OK(AddGiven(static_cast<size_t>(index), field));
      } else if (field->name() == kExtraColumn) {
        plan_->has_extra = true;
        AddMade(ColumnSource::kExtra, kExtraColumn, field);
      } else if (field->name() == kRejectedColumn && plan_->keep_bad_rows) {
        AddMade(ColumnSource::kRejected, kRejectedColumn, field);
      } else {
        return NoSuchColumn(field->name());
      }
    }
    return Status::OK();
  }

  Status AddGiven(size_t index, const std::shared_ptr<arrow::Field>& field) {
    const schema::ColumnEvidence* sample = &facts_.sample->columns[index];
    auto type = schema::TextTypeFromField(*field, sample, plan_->decide.date_order);
    if (!type.ok()) return AddWhere(type.status(), {.column = field->name()});
    if (facts_.options.decimal) type->decimal_point = *facts_.options.decimal;
    if (field->type()->id() == arrow::Type::NA) type->kind = TextKind::kNull;
    plan_->field_types[index] = *type;
    plan_->columns.push_back({.field_index = static_cast<int64_t>(index),
                              .name = field->name(),
                              .type = *type,
                              .arrow_type = field->type(),
                              .is_parsed = NeedsValueParser(*field->type()) && !IsSpelt(*type)});
    fields_.push_back(field);
    return Status::OK();
  }

  void AddMade(ColumnSource source, std::string_view name,
               const std::shared_ptr<arrow::Field>& field) {
    plan_->columns.push_back({.source = source,
                              .field_index = -1,
                              .name = std::string(name),
                              .type = kTextType,
                              .arrow_type = field->type(),
                              .is_parsed = NeedsValueParser(*field->type())});
    fields_.push_back(field);
  }

  bool HasColumn(std::string_view name) const {
    return std::any_of(plan_->columns.begin(), plan_->columns.end(),
                       [&](const ColumnPlan& column) { return column.name == name; });
  }

  static std::string SourceName(const arrow::Field& field) {
    if (field.metadata() == nullptr) return field.name();
    return field.metadata()->Get(schema::kSourceNameKey).ValueOr(field.name());
  }

  Status NoSuchColumn(const std::string& name) const {
    std::vector<std::string_view> known(facts_.names.begin(), facts_.names.end());
    const std::string_view nearest = NearestName(name, known);
    return Fail(kNoSuchColumn, {.column = name}, "there is no column '{}'{}", name,
                nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
  }

  const TableFacts& facts_;
  const TableRequest& request_;
  std::shared_ptr<TablePlan> plan_;
  arrow::FieldVector fields_;
  std::vector<int> all_;
};

/// The places of long rows' surplus under some types.
struct SurplusNeeds {
  bool extra = false;
  /// Fields of rows that fit in no way; none: null.
  std::vector<std::vector<std::optional<std::string>>> misfits = {};
};

Result<SurplusNeeds> JudgeLongRows(const LongRows& long_rows, const TablePlan& plan,
                                   const std::vector<TextType>& types, ExecutionContext& context) {
  SurplusNeeds needs;
  needs.extra = !long_rows.is_complete();
  for (const std::string& raw : long_rows.rows()) {
    const auto bytes = static_cast<int64_t>(raw.size());
    ARROW_ASSIGN_OR_RAISE(auto block, TextBlock::Make(bytes + 1, context.memory_pool()));
    std::memcpy(block->data(), raw.data(), raw.size());
    block->data()[bytes] = '\n';
    StructuralIndex index;
    plan.scanner.Index(block->data(), 0, bytes, {}, &index);
    // A text's last record may end in an escape, which is not to take the line end in.
    plan.scanner.EndLastRecord(block->data(), bytes, &index);
    RowTable rows(plan);
    rows.Begin(block->data(), 0, bytes, {}, &index);
    rows.ListRows();
    for (const TextRow& row : rows.rows()) {
      if (row.field_count <= plan.field_count) continue;
      const SurplusFit fit = FitSurplus(rows, row, types);
      const SurplusPlace place = PlaceSurplus(fit, true);
      needs.extra |=
          !fit.is_empty && (place == SurplusPlace::kExtra || place == SurplusPlace::kNowhere);
      if (place != SurplusPlace::kNowhere) continue;
      std::vector<std::optional<std::string>> values;
      std::string scratch;
      for (int64_t i = 0; i < plan.field_count; ++i) {
        bool is_null = false;
        values.emplace_back(rows.Value(rows.RawField(row, i), &scratch, &is_null));
        if (is_null) values.back().reset();
      }
      needs.misfits.push_back(std::move(values));
    }
  }
  return needs;
}

/// Types by the evidence; rows with a surplus that fits in no way widen them.
Result<std::vector<TextType>> DecideTypes(const std::vector<schema::ColumnEvidence>& evidence,
                                          const LongRows& long_rows, const LongRows& trailing_rows,
                                          const TablePlan& plan, ExecutionContext& context,
                                          bool* needs_extra) {
  std::vector<TextType> types;
  types.reserve(evidence.size());
  for (const schema::ColumnEvidence& column : evidence) types.push_back(column.Decide(plan.decide));
  std::vector<std::vector<std::optional<std::string>>> misfits;
  for (const LongRows* rows : {&long_rows, &trailing_rows}) {
    if (rows->count() == 0) continue;
    ARROW_ASSIGN_OR_RAISE(SurplusNeeds needs, JudgeLongRows(*rows, plan, types, context));
    *needs_extra = *needs_extra || needs.extra;
    std::move(needs.misfits.begin(), needs.misfits.end(), std::back_inserter(misfits));
  }
  if (misfits.empty()) return types;
  for (size_t i = 0; i < types.size(); ++i) {
    schema::ColumnEvidence widened = evidence[i];
    for (const auto& values : misfits) {
      if (values[i]) widened.Add(*values[i], false);
    }
    types[i] = widened.Decide(plan.decide);
  }
  return types;
}

/// Strictly, a header that had to be repaired is refused.
Status CheckHeader(const TableFacts& facts) {
  if (facts.header_repairs.empty()) return Status::OK();
  const HeaderRepair& repair = facts.header_repairs.front();
  const Where where{.column = repair.column, .row = facts.dialect.data_line};
  if (repair.code == &kShortHeader) {
    return Fail(kShortHeader, where, "the header names {} columns, but the rows have {} fields",
                facts.dialect.header.size(), facts.dialect.column_count);
  }
  return Fail(*repair.code, where, "the column name '{}' holds bytes that are not valid UTF-8",
              repair.value);
}

}  // namespace

Result<std::shared_ptr<TablePlan>> MakePlan(const TableFacts& facts, const TableRequest& request,
                                            ExecutionContext& context) {
  if (request.strict) ARROW_RETURN_NOT_OK(CheckHeader(facts));
  Builder builder(facts, request);
  const std::shared_ptr<TablePlan> all =
      MakeSamplePlan(facts.dialect, static_cast<int64_t>(facts.names.size()));
  all->decide = DecideOptionsFor(facts);
  bool needs_extra = false;
  ARROW_ASSIGN_OR_RAISE(const std::vector<TextType> types,
                        DecideTypes(facts.sample->columns, facts.sample->long_rows,
                                    facts.sample->trailing_rows, *all, context, &needs_extra));
  builder.SetTypes(types);
  // Strictly, a row that is too long is a bad row: nothing of it needs a column.
  builder.SetExtra(needs_extra && request.contract == nullptr && !request.types_as_text &&
                   !request.strict);
  return builder.Build();
}

Result<std::shared_ptr<TablePlan>> SettlePlan(const TableFacts& facts, const TableRequest& request,
                                              const TablePlan& plan, const TableEvidence& evidence,
                                              ExecutionContext& context) {
  // Fields that are not delivered keep the sample's types.
  std::vector<schema::ColumnEvidence> columns = facts.sample->columns;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnPlan& column = plan.columns[i];
    if (column.source == ColumnSource::kField) {
      columns[static_cast<size_t>(column.field_index)] = evidence.columns[i];
    }
  }
  bool needs_extra = false;
  ARROW_ASSIGN_OR_RAISE(const std::vector<TextType> types,
                        DecideTypes(columns, evidence.long_rows, evidence.trailing_rows, plan,
                                    context, &needs_extra));
  Builder builder(facts, request);
  builder.SetTypes(types);
  builder.SetExtra(needs_extra || plan.has_extra || evidence.needs_extra);
  builder.SetFinal();
  ARROW_ASSIGN_OR_RAISE(auto settled, builder.Build());
  const bool is_same =
      settled->field_types == plan.field_types && settled->has_extra == plan.has_extra;
  if (is_same && !evidence.needs_another_pass) return nullptr;
  return settled;
}

std::vector<std::string> AmbiguousDates(const TablePlan& plan, const TableEvidence& evidence) {
  std::vector<std::string> names;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnPlan& column = plan.columns[i];
    const bool is_text = evidence.columns[i].Decide(plan.decide).kind == TextKind::kText;
    if (column.source == ColumnSource::kField && is_text && evidence.columns[i].ambiguous_dates()) {
      names.push_back(column.name);
    }
  }
  return names;
}

}  // namespace pyforge::csv
