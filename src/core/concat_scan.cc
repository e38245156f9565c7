#include "core/concat_scan.h"

#include <algorithm>
#include <map>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "core/expression/common_type.h"
#include "schema/cast.h"

namespace pyforge::core {
namespace {

using SchemaPointer = std::shared_ptr<arrow::Schema>;

bool HasNoValues(const arrow::Field& field) {
  return field.type()->id() == arrow::Type::NA ||
         (field.metadata() != nullptr && field.metadata()->Contains(schema::kNoValuesKey));
}

std::shared_ptr<arrow::DataType> WidenedType(const std::shared_ptr<arrow::DataType>& a,
                                             const std::shared_ptr<arrow::DataType>& b) {
  if (a->Equals(*b)) return a;
  auto common = CommonType(a, b);
  return common == nullptr ? arrow::utf8() : common;
}

struct ConcatMorsel : Morsel {
  size_t child = 0;
  std::unique_ptr<Morsel> inner;
};

struct ConcatEvidence : Evidence {
  std::map<size_t, std::shared_ptr<Evidence>> children;

  void Add(size_t child, std::shared_ptr<Evidence> more) {
    std::shared_ptr<Evidence>& all = children[child];
    if (all == nullptr) {
      all = std::move(more);
    } else {
      all->Merge(*more);
    }
  }
  void Merge(const Evidence& later) override {
    for (const auto& [child, more] : static_cast<const ConcatEvidence&>(later).children) {
      Add(child, more);
    }
  }
};

/// Where a column of the whole comes from in one table.
struct ColumnOrigin {
  int index = -1;  ///< in the table's schema; -1: it is null there
  bool is_cast = false;
};

std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += fmt::format("'{}'", name);
  }
  return text;
}

}  // namespace

SchemaPointer UniteSchemas(const std::vector<SchemaPointer>& schemas) {
  struct Column {
    std::shared_ptr<arrow::Field> field;  // of the first that has values
    bool has_values = false;
  };
  std::vector<std::string> order;
  std::map<std::string, Column, std::less<>> columns;
  for (const SchemaPointer& schema : schemas) {
    for (const auto& field : schema->fields()) {
      auto [found, is_new] = columns.try_emplace(field->name());
      Column& column = found->second;
      if (is_new) order.push_back(field->name());
      if (column.has_values && HasNoValues(*field)) continue;
      if (is_new || !column.has_values) {
        column.field = field;
        column.has_values = !HasNoValues(*field);
        continue;
      }
      const auto type = WidenedType(column.field->type(), field->type());
      if (!type->Equals(*column.field->type())) column.field = column.field->WithType(type);
    }
  }
  arrow::FieldVector fields;
  for (const std::string& name : order) {
    std::shared_ptr<arrow::Field> field = columns.find(name)->second.field;
    if (field->type()->id() == arrow::Type::NA) field = field->WithType(arrow::utf8());
    // How one table spells its values is no property of the whole.
    if (field->metadata() != nullptr) {
      auto metadata = field->metadata()->Copy();
      for (const char* key : {schema::kFormatKey, schema::kNoValuesKey}) {
        if (metadata->Contains(key)) (void)metadata->Delete(key);
      }
      field =
          metadata->size() > 0 ? field->WithMetadata(std::move(metadata)) : field->RemoveMetadata();
    }
    fields.push_back(field->WithNullable(true));
  }
  return arrow::schema(std::move(fields));
}

struct ConcatScan::Child {
  OpenedInput* opened = nullptr;
  TableRequest request;
  std::unique_ptr<Scan> scan;
  int table_index = 0;
  bool is_inferred = false;           // its text can be read again in another way
  SchemaPointer found_schema;         // as it is by itself
  std::vector<ColumnOrigin> origins;  // by column of the whole
  std::atomic<int64_t> record_count{0};
  std::atomic<int64_t> line_count{0};

  const TableInfo& info() const { return scan->tables()[static_cast<size_t>(table_index)]; }
  const std::string& path() const { return opened->source->path(); }
};

/// Decodes with one part's decoder at a time: morsels come part after part.
class ConcatScan::ConcatDecoder : public Decoder {
 public:
  explicit ConcatDecoder(ConcatScan& scan) : scan_(scan) {}

  Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
    const auto& ours = static_cast<const ConcatMorsel&>(morsel);
    Enter(ours.child);
    Child& child = *scan_.children_[ours.child];
    Result<Decoded> decoded = decoder_->Decode(*ours.inner, mode);
    if (!decoded.ok()) return Translate(decoded.status(), {.path = child.path()});
    child.record_count.fetch_add(decoded->record_count, std::memory_order_relaxed);
    child.line_count.fetch_add(decoded->line_count, std::memory_order_relaxed);
    if (scan_.must_restart_) decoded->contradicts_types = true;
    if (decoded->contradicts_types) return decoded;
    std::vector<DecodedBatch> batches;
    for (DecodedBatch& each : decoded->batches) {
      if (each.table_index != child.table_index) continue;
      Result<std::shared_ptr<arrow::RecordBatch>> batch = Fit(*each.batch, child);
      if (!batch.ok()) return Translate(batch.status(), {.path = child.path()});
      batches.push_back({.batch = *std::move(batch)});
    }
    decoded->batches = std::move(batches);
    return decoded;
  }

  std::unique_ptr<Evidence> TakeEvidence() override {
    Leave();
    if (evidence_.children.empty()) return nullptr;
    auto taken = std::make_unique<ConcatEvidence>();
    taken->children.swap(evidence_.children);
    return taken;
  }

 private:
  void Enter(size_t child) {
    if (decoder_ != nullptr && child_ == child) return;
    Leave();
    child_ = child;
    const std::lock_guard lock(scan_.mutex_);
    decoder_ = scan_.children_[child]->scan->NewDecoder();
  }

  /// Keeps what the decoder has seen; the decoder itself stays while its part goes on.
  void Leave() {
    if (decoder_ == nullptr) return;
    if (auto seen = decoder_->TakeEvidence()) evidence_.Add(child_, std::move(seen));
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Fit(const arrow::RecordBatch& batch,
                                                  const Child& child) const {
    const SchemaPointer& schema = scan_.info_.schema;
    arrow::MemoryPool* pool = scan_.context_.memory_pool();
    arrow::ArrayVector columns;
    for (int i = 0; i < schema->num_fields(); ++i) {
      const ColumnOrigin& origin = child.origins[static_cast<size_t>(i)];
      const auto& field = schema->field(i);
      std::shared_ptr<arrow::Array> column;
      if (origin.index < 0) {
        ARROW_ASSIGN_OR_RAISE(column,
                              arrow::MakeArrayOfNull(field->type(), batch.num_rows(), pool));
      } else {
        column = batch.column(origin.index);
      }
      if (origin.is_cast) {
        Result<std::shared_ptr<arrow::Array>> cast =
            schema::CastColumn(column, field->type(), pool);
        if (!cast.ok()) return AddWhere(cast.status(), {.column = field->name()});
        column = *std::move(cast);
      }
      columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
  }

  ConcatScan& scan_;
  std::unique_ptr<Decoder> decoder_;
  size_t child_ = 0;
  ConcatEvidence evidence_;
};

ConcatScan::ConcatScan(ExecutionContext& context) : context_(context) {}
ConcatScan::~ConcatScan() = default;

Result<std::unique_ptr<ConcatScan>> ConcatScan::Make(std::vector<ConcatPart> parts,
                                                     ExecutionContext& context) {
  std::unique_ptr<ConcatScan> concat(new ConcatScan(context));
  concat->columns_ = parts.front().request.columns;
  for (ConcatPart& part : parts) {
    auto child = std::make_unique<Child>();
    child->opened = part.opened;
    child->request = std::move(part.request);
    ARROW_RETURN_NOT_OK(concat->OpenChild(*child));
    child->found_schema = child->info().schema;  // stays under a contract
    child->is_inferred = !child->scan->types_are_final();
    concat->children_.push_back(std::move(child));
  }
  concat->info_.name = concat->children_.front()->info().name;
  concat->info_.first_row_number = 0;
  concat->Unite();
  for (const auto& child : concat->children_) {
    concat->must_restart_ = concat->must_restart_ || !concat->ColumnsToRespell(*child).empty();
  }
  return concat;
}

Status ConcatScan::OpenChild(Child& child) {
  TableRequest request = child.request;
  for (const TableInfo& info : child.opened->input->tables()) {
    if (!request.table.empty() && info.name != request.table) continue;
    std::erase_if(request.columns,
                  [&](const std::string& name) { return info.schema->GetFieldIndex(name) < 0; });
    break;
  }
  Result<TableScan> opened = ScanTable(*child.opened, request);
  if (!opened.ok()) return Translate(opened.status(), {.path = child.path()});
  child.scan = std::move(opened->scan);
  child.table_index = opened->table_index;
  return Status::OK();
}

// Types over all rows are known by now, so they are a contract that every row keeps.
Status ConcatScan::ReadAsText(Child& child, const std::vector<std::string>& columns) {
  arrow::FieldVector fields = child.info().schema->fields();
  for (auto& field : fields) {
    if (std::find(columns.begin(), columns.end(), field->name()) == columns.end()) continue;
    field = arrow::field(field->name(), arrow::utf8());
  }
  child.request.columns.clear();
  child.request.contract = arrow::schema(std::move(fields));
  return OpenChild(child);
}

void ConcatScan::Unite() {
  std::vector<SchemaPointer> schemas;
  for (const auto& child : children_) {
    arrow::FieldVector fields = child->info().schema->fields();
    std::erase_if(fields, [this](const auto& field) {
      return !columns_.empty() &&
             std::find(columns_.begin(), columns_.end(), field->name()) == columns_.end();
    });
    schemas.push_back(arrow::schema(std::move(fields)));
    if (child->request.contract == nullptr) child->found_schema = schemas.back();
  }
  info_.schema = UniteSchemas(schemas);
  info_.row_count = 0;
  for (const auto& child : children_) {
    child->origins.clear();
    for (const auto& field : info_.schema->fields()) {
      const int index = child->info().schema->GetFieldIndex(field->name());
      ColumnOrigin origin{.index = index};
      if (index >= 0) {
        const arrow::Field& own = *child->info().schema->field(index);
        origin.is_cast = !own.type()->Equals(*field->type());
        if (origin.is_cast && HasNoValues(own)) origin = {};
      }
      child->origins.push_back(origin);
    }
    const std::optional<int64_t> rows = child->info().row_count;
    if (rows && info_.row_count) {
      *info_.row_count += *rows;
    } else {
      info_.row_count.reset();
    }
  }
}

std::vector<std::string> ConcatScan::ColumnsToRespell(const Child& child) const {
  std::vector<std::string> columns;
  for (int i = 0; child.is_inferred && i < info_.schema->num_fields(); ++i) {
    const arrow::Field& field = *info_.schema->field(i);
    if (child.origins[static_cast<size_t>(i)].is_cast && IsText(*field.type())) {
      columns.push_back(field.name());
    }
  }
  return columns;
}

Result<std::unique_ptr<Morsel>> ConcatScan::Next() {
  const std::lock_guard lock(mutex_);
  for (; current_ < children_.size(); ++current_) {
    Child& child = *children_[current_];
    Result<std::unique_ptr<Morsel>> inner = child.scan->Next();
    if (!inner.ok()) return Translate(inner.status(), {.path = child.path()});
    if (*inner == nullptr) continue;
    auto morsel = std::make_unique<ConcatMorsel>();
    morsel->bytes = (*inner)->bytes;
    morsel->byte_offset = (*inner)->byte_offset;
    morsel->child = current_;
    morsel->inner = *std::move(inner);
    return morsel;
  }
  return nullptr;
}

std::unique_ptr<Decoder> ConcatScan::NewDecoder() { return std::make_unique<ConcatDecoder>(*this); }

bool ConcatScan::types_are_final() const {
  return !must_restart_ && std::all_of(children_.begin(), children_.end(), [](const auto& child) {
    return child->scan->types_are_final();
  });
}

Result<Settlement> ConcatScan::Settle(const Evidence& evidence) {
  const SchemaPointer before = info_.schema;
  const auto& seen = static_cast<const ConcatEvidence&>(evidence).children;
  Settlement settlement;
  settlement.changed = std::exchange(must_restart_, false);
  for (size_t i = 0; i < children_.size(); ++i) {
    const auto found = seen.find(i);
    if (found == seen.end()) continue;  // it has no rows, or its types were final
    Result<Settlement> part = children_[i]->scan->Settle(*found->second);
    if (!part.ok()) return Translate(part.status(), {.path = children_[i]->path()});
    settlement.changed = settlement.changed || part->changed;
  }
  Unite();
  settlement.changed = settlement.changed || !info_.schema->Equals(*before, false);
  for (const auto& child : children_) {
    const std::vector<std::string> columns = ColumnsToRespell(*child);
    if (columns.empty()) continue;
    settlement.changed = true;
    ARROW_RETURN_NOT_OK(ReadAsText(*child, columns));
    child->is_inferred = false;
  }
  Unite();
  return settlement;
}

Status ConcatScan::Rewind() {
  current_ = 0;
  for (const auto& child : children_) {
    child->record_count = 0;
    child->line_count = 0;
    ARROW_RETURN_NOT_OK(Translate(child->scan->Rewind(), {.path = child->path()}));
  }
  return Status::OK();
}

int64_t ConcatScan::stored_position() const {
  int64_t position = 0;
  for (const auto& child : children_) position += child->scan->stored_position();
  return position;
}

ConcatScan::Place ConcatScan::Locate(int64_t row, int64_t line) const {
  for (const auto& child : children_) {
    const int64_t records = child->record_count.load(std::memory_order_relaxed);
    if (row < records || child == children_.back()) {
      const int64_t first = child->info().first_row_number;
      return {.path = &child->path(), .row = row + first, .line = line + first};
    }
    row -= records;
    line -= child->line_count.load(std::memory_order_relaxed);
  }
  return {};
}

Status ConcatScan::Localize(const Status& failure) const {
  const ErrorDetail* detail = DetailOf(failure);
  if (detail == nullptr || !detail->where().row) return failure;
  int64_t rows_before = 0;
  for (const auto& child : children_) {
    if (child->path() == detail->where().path) {
      return ShiftWhere(failure, child->info().first_row_number - rows_before, 0);
    }
    rows_before += child->record_count.load(std::memory_order_relaxed);
  }
  return failure;
}

std::vector<std::string> ConcatScan::DescribeDrift() const {
  // What most tables have is no news: missing columns are told by table, extra ones where a single
  // table has them.
  std::vector<std::string> sentences;
  for (const auto& child : children_) {
    std::vector<std::string> missing, extra;
    for (int i = 0; i < info_.schema->num_fields(); ++i) {
      const std::string& name = info_.schema->field(i)->name();
      const int index = child->found_schema->GetFieldIndex(name);
      if (index < 0) {
        missing.push_back(name);
        continue;
      }
      const bool others_have =
          std::any_of(children_.begin(), children_.end(), [&](const auto& other) {
            return other != child && other->found_schema->GetFieldIndex(name) >= 0;
          });
      if (!others_have && children_.size() > 1) extra.push_back(name);
      const arrow::Field& own = *child->found_schema->field(index);
      if (!own.type()->Equals(*info_.schema->field(i)->type()) && !HasNoValues(own)) {
        sentences.push_back(fmt::format("{}: the column '{}' is {} there and becomes {}",
                                        child->path(), name, own.type()->ToString(),
                                        info_.schema->field(i)->type()->ToString()));
      }
    }
    if (!missing.empty()) {
      sentences.push_back(fmt::format("{} lacks the column{} {}: null", child->path(),
                                      missing.size() == 1 ? "" : "s", JoinNames(missing)));
    }
    if (!extra.empty()) {
      sentences.push_back(fmt::format("{} alone has the column{} {}", child->path(),
                                      extra.size() == 1 ? "" : "s", JoinNames(extra)));
    }
  }
  return sentences;
}

}  // namespace pyforge::core
