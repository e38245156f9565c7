// Schemas as files: JSON that can be given back with --schema, and DDL for databases.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "pyforge/error.h"

namespace pyforge::schema {

/// A schema as a contract:
///
///     {"pyforge_schema": 1,
///      "columns": [{"name": "amount", "source_name": "Amount €", "type": "double",
///                   "nullable": true, "format": "1.234,5"}]}
///
/// `type` is a name that ParseType reads. `source_name` (only where it is another) is what the
/// input calls the column, `format` (only where there is one) how its text is spelt; both are kept
/// in the fields' metadata.
std::string SchemaToJson(const arrow::Schema& schema);

/// Reads what SchemaToJson wrote. `source_name`, `format` and `nullable` (true) may be left out.
/// Errors: schema.bad_file naming the column, schema.bad_type, schema.bad_format.
Result<std::shared_ptr<arrow::Schema>> SchemaFromJson(std::string_view json);

/// `CREATE TABLE` for `spark` or `duckdb`. Types that the database lacks become the next wider one,
/// at last text. Errors: usage.bad_option for another dialect.
Result<std::string> SchemaToDdl(const arrow::Schema& schema, std::string_view table,
                                std::string_view dialect);

}  // namespace pyforge::schema
