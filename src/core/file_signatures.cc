#include "core/file_signatures.h"

#include <algorithm>
#include <array>

namespace pyforge::core {
namespace {

struct Signature {
  size_t offset;
  std::string_view magic;
  std::string_view what;
  std::string_view format = {};
};

using namespace std::string_view_literals;

constexpr std::array kSignatures = {
    Signature{0, "PAR1"sv, "a Parquet file", "parquet"},
    Signature{0, "ORC"sv, "an ORC file", "orc"},
    Signature{0, "Obj\x01"sv, "an Avro file", "avro"},
    Signature{0, "ARROW1"sv, "an Arrow IPC file", "arrow"},
    Signature{0, "%PDF-"sv, "a PDF document", "pdf"},
    Signature{4, "Standard Jet DB"sv, "an Access database", "access"},
    Signature{4, "Standard ACE DB"sv, "an Access database", "access"},
    Signature{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an old Microsoft Office document", "excel"},
    Signature{0, "PK\x03\x04"sv, "a zip archive or an Office document"},
    Signature{0, "PK\x05\x06"sv, "an empty zip archive"},
    Signature{0, "SQLite format 3\0"sv, "an SQLite database"},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, "a PNG image"},
    Signature{0, "\xFF\xD8\xFF"sv, "a JPEG image"},
    Signature{0, "GIF8"sv, "a GIF image"},
    Signature{0, "II*\0"sv, "a TIFF image"},
    Signature{0, "MM\0*"sv, "a TIFF image"},
    Signature{0, "RIFF"sv, "an audio, video or image file"},
    Signature{0, "ID3"sv, "an MP3 file"},
    Signature{4, "ftyp"sv, "a video file"},
    Signature{0,
              "\x7F"
              "ELF"sv,
              "a program"},
    Signature{0, "MZ"sv, "a Windows program"},
    Signature{0, "\xCA\xFE\xBA\xBE"sv, "a compiled program"},
    Signature{0, "\x1F\x8B"sv, "gzip data inside the compressed file"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "zstd data"},
    Signature{0, "BZh"sv, "bzip2 data"},
    Signature{0, "\xFD\x37zXZ\0"sv, "xz data"},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive"},
    Signature{0, "Rar!\x1A\x07"sv, "a RAR archive"},
    Signature{257, "ustar"sv, "a tar archive"},
    Signature{0, "\x89HDF\r\n\x1A\n"sv, "an HDF5 file"},
    Signature{0, "SIMPLE  ="sv, "a FITS file"},
    Signature{0, "\x80\x04\x95"sv, "a Python pickle"},
    Signature{0, "{\\rtf"sv, "an RTF document"},
};

// Of text the beginning counts without blanks and in any case.
struct Opening {
  std::string_view words;
  std::string_view what;
  std::string_view format = {};
};
constexpr std::array kOpenings = {
    Opening{"<!doctype html", "an HTML page"},
    Opening{"<html", "an HTML page"},
    Opening{"<?xml", "an XML document", "xml"},
};

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() &&
         std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char want, char have) {
           return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have - 'A' + 'a') : have);
         });
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1B';
}

}  // namespace

Likeness LooksLike(std::string_view head) {
  if (head.empty()) return {.what = "an empty file"};
  for (const Signature& each : kSignatures) {
    if (head.size() > each.offset && head.substr(each.offset).starts_with(each.magic)) {
      return {.what = std::string(each.what), .format = each.format};
    }
  }
  std::string_view text = head;
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\r' ||
                           text.front() == '\t')) {
    text.remove_prefix(1);
  }
  for (const Opening& each : kOpenings) {
    if (StartsWithIgnoringCase(text, each.words)) {
      return {.what = std::string(each.what), .format = each.format};
    }
  }
  const auto controls = std::count_if(head.begin(), head.end(), IsControl);
  // A stray control character does not make a text binary; one in a hundred does.
  if (static_cast<size_t>(controls) * 100 > head.size()) return {.what = "binary data"};
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
    return {.what = "JSON", .format = "json"};
  }
  return {.what = "text"};
}

}  // namespace pyforge::core
