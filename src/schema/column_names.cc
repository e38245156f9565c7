#include "schema/column_names.h"

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace pyforge::schema {
namespace {

enum class CharacterClass : uint8_t { kOther, kDigit, kLower, kUpper };

struct Character {
  CharacterClass kind = CharacterClass::kOther;
  std::string lowered;
};

std::string Utf8OfTwoBytes(uint32_t code) {
  return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
}

// Lower case of the capitals of two bytes in Latin-1, Greek and Cyrillic; 0: no such capital.
uint32_t LowerOf(uint32_t code) {
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 0x20;
  if (code >= 0x391 && code <= 0x3A9 && code != 0x3A2) return code + 0x20;
  if (code >= 0x410 && code <= 0x42F) return code + 0x20;
  if (code >= 0x400 && code <= 0x40F) return code + 0x50;
  return 0;
}

// Takes the first character off `text`, which is not empty.
Character Next(std::string_view* text) {
  const auto byte = static_cast<unsigned char>(text->front());
  size_t bytes = 1;
  while (byte >= 0xC0 && bytes < text->size() &&
         (static_cast<unsigned char>((*text)[bytes]) & 0xC0) == 0x80) {
    ++bytes;
  }
  const std::string_view encoded = text->substr(0, bytes);
  text->remove_prefix(bytes);
  if (byte >= '0' && byte <= '9') return {CharacterClass::kDigit, std::string(encoded)};
  if (byte >= 'a' && byte <= 'z') return {CharacterClass::kLower, std::string(encoded)};
  if (byte >= 'A' && byte <= 'Z') {
    return {CharacterClass::kUpper, std::string(1, static_cast<char>(byte | 0x20))};
  }
  if (byte < 0x80) return {};
  if (bytes == 2 && byte < 0xE0) {
    const uint32_t code = (byte & 0x1Fu) << 6 | (static_cast<unsigned char>(encoded[1]) & 0x3Fu);
    if (code < 0xC0 || code == 0xD7 || code == 0xF7) return {};  // signs: no-break space, degree
    if (const uint32_t lower = LowerOf(code))
      return {CharacterClass::kUpper, Utf8OfTwoBytes(lower)};
  }
  // General punctuation and currency signs, U+2000 to U+20CF.
  if (bytes == 3 && byte == 0xE2 && static_cast<unsigned char>(encoded[1]) <= 0x83) return {};
  return {CharacterClass::kLower, std::string(encoded)};
}

}  // namespace

std::vector<std::string> UniqueNames(const std::vector<std::string>& names) {
  std::unordered_set<std::string> taken(names.begin(), names.end());
  std::unordered_set<std::string> seen;
  std::unordered_map<std::string, int64_t> next_number;
  std::vector<std::string> unique;
  unique.reserve(names.size());
  const auto numbered = [&taken](const std::string& stem, int64_t* number) {
    while (true) {
      std::string name = stem + std::to_string((*number)++);
      if (taken.insert(name).second) return name;
    }
  };
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      auto number = static_cast<int64_t>(i) + 1;
      unique.push_back(numbered("column_", &number));
    } else if (seen.insert(names[i]).second) {
      unique.push_back(names[i]);
    } else {
      int64_t& number = next_number.try_emplace(names[i], 2).first->second;
      unique.push_back(numbered(names[i] + "_", &number));
    }
  }
  return unique;
}

std::string SnakeCase(std::string_view name) {
  std::string snake;
  CharacterClass last = CharacterClass::kOther;
  while (!name.empty()) {
    const Character character = Next(&name);
    if (character.kind == CharacterClass::kOther) {
      last = CharacterClass::kOther;
      continue;
    }
    bool new_word = last == CharacterClass::kOther;
    if (character.kind == CharacterClass::kUpper) {
      // The last capital of several begins the next word: HTTPServer.
      std::string_view rest = name;
      const bool begins_word = !rest.empty() && Next(&rest).kind == CharacterClass::kLower;
      new_word |= last != CharacterClass::kUpper || begins_word;
    }
    if (new_word && !snake.empty()) snake += '_';
    snake += character.lowered;
    last = character.kind;
  }
  if (!snake.empty() && snake[0] >= '0' && snake[0] <= '9') snake.insert(0, 1, '_');
  return snake;
}

std::vector<std::string> SnakeCaseNames(const std::vector<std::string>& names) {
  std::vector<std::string> snake;
  snake.reserve(names.size());
  for (const std::string& name : names) snake.push_back(SnakeCase(name));
  return UniqueNames(snake);
}

}  // namespace pyforge::schema
