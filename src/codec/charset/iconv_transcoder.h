// Encodings for which no own table is kept, by the C library's iconv.
#pragma once

#include <memory>
#include <string_view>

#include "codec/charset/transcode.h"

namespace pyforge::charset {

/// Null where iconv does not know the encoding.
std::unique_ptr<Transcoder> MakeIconvTranscoder(std::string_view encoding);

}  // namespace pyforge::charset
