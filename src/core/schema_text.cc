// Schemas in words, for front ends.
#include "pyforge/pyforge.h"
#include "schema/schema_json.h"
#include "schema/type_name.h"

namespace pyforge {

std::string TypeName(const arrow::DataType& type) { return schema::PrintType(type); }

Result<std::string> SchemaToDdl(const arrow::Schema& schema, std::string_view table,
                                std::string_view dialect) {
  return schema::SchemaToDdl(schema, table, dialect);
}

}  // namespace pyforge
