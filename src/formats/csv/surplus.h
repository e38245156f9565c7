// Where the surplus of a row with too many fields belongs: most often an unquoted delimiter in a
// text column, and the columns around it tell in which.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/csv/row_table.h"
#include "schema/text_type.h"

namespace pyforge::csv {

/// What the types of the other columns say.
struct SurplusFit {
  bool is_empty = false;    ///< all surplus fields at the end are empty
  bool plain_fits = false;  ///< the first fields fit the columns as they stand
  int64_t place_count = 0;  ///< text columns that could hold the surplus so that all others fit
  int32_t last_place = -1;  ///< the last of them
};

enum class SurplusPlace : uint8_t {
  kDropped,  ///< nothing is lost by it
  kMerged,   ///< into SurplusFit::last_place
  kExtra,    ///< into the column for it
  kNowhere,  ///< the row cannot be kept whole under these types
};

/// Tries the fields of a listed row against the types of all `types.size()` columns.
SurplusFit FitSurplus(const RowTable& rows, const TextRow& row,
                      const std::vector<schema::TextType>& types);

/// The place. `extra_is_possible`: there is a column for it or there may still be one.
SurplusPlace PlaceSurplus(const SurplusFit& fit, bool extra_is_possible);

}  // namespace pyforge::csv
