#include "pyforge/registry.h"

#include <algorithm>
#include <span>
#include <string>

#include "core/file_signatures.h"
#include "core/registry_errors.h"
#include "pyforge/conversion.h"

namespace pyforge {
namespace {

constexpr int64_t kHeadBytes = 64 << 10;
// From here on a format recognised its own magic number: the name has no say.
constexpr double kCertain = 0.9;
// What a fitting name adds to a guess about text: enough to settle a doubt, not to overrule a
// content that clearly is something else.
constexpr double kNameBonus = 0.3;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

bool EndsWithIgnoringCase(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         EqualsIgnoringCase(text.substr(text.size() - suffix.size()), suffix);
}

bool HasName(const FormatDescriptor& format, std::string_view name) {
  return EqualsIgnoringCase(format.name, name) ||
         std::any_of(format.aliases.begin(), format.aliases.end(),
                     [name](std::string_view alias) { return EqualsIgnoringCase(alias, name); });
}

std::string_view Suffix(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

Status NothingFits(const Registry& registry, std::string_view head, const Source& source,
                   const FormatDescriptor* by_name) {
  const core::Likeness likeness = core::LooksLike(head);
  for (const std::string_view name : {likeness.format, std::string_view(source.name())}) {
    const std::string_view left_out = registry.LeftOut(name);
    if (!left_out.empty()) return core::NotBuilt(left_out, {.path = source.path()});
  }
  const std::string_view suffix = Suffix(source.name());
  const std::string subject = suffix.empty() ? "Unsupported input format"
                                             : fmt::format("Unsupported input format '{}'", suffix);
  if (head.empty()) {
    return Fail(core::kUnsupportedFormat, {.path = source.path()},
                "{}: the file is empty, so nothing tells its format", subject);
  }
  if (by_name != nullptr) {
    return Fail(core::kUnsupportedFormat, {.path = source.path()},
                "{}: the name says {}, but the content looks like {}", subject, by_name->title,
                likeness.what);
  }
  return Fail(core::kUnsupportedFormat, {.path = source.path()}, "{}: the content looks like {}",
              subject, likeness.what);
}

}  // namespace

Status Registry::Add(const FormatDescriptor& format) {
  if (format.open_input == nullptr && format.open_output == nullptr) {
    return Fail(kInternal, {}, "the format '{}' neither reads nor writes", format.name);
  }
  const auto check_name = [&](std::string_view name) {
    const FormatDescriptor* other = Find(name);
    if (name.empty() || other == nullptr) return Status::OK();
    return Fail(kInternal, {}, "the format '{}' wants the name '{}' that '{}' has", format.name,
                name, other->name);
  };
  if (format.name.empty()) return Fail(kInternal, {}, "a format has no name");
  ARROW_RETURN_NOT_OK(check_name(format.name));
  for (std::string_view alias : format.aliases) ARROW_RETURN_NOT_OK(check_name(alias));
  for (std::string_view extension : format.extensions) {
    for (const FormatDescriptor* other : formats_) {
      if (std::find(other->extensions.begin(), other->extensions.end(), extension) !=
          other->extensions.end()) {
        return Fail(kInternal, {}, "the format '{}' wants the extension '{}' that '{}' has",
                    format.name, extension, other->name);
      }
    }
  }
  for (const std::span<const OptionSpec> specs : {format.read_options, format.write_options}) {
    for (const OptionSpec& spec : specs) {
      if (FindOption(ConversionOptionSpecs(), spec.name) != nullptr) {
        return Fail(kInternal, {}, "the format '{}' wants the option '{}', which conversions have",
                    format.name, spec.name);
      }
    }
  }
  formats_.push_back(&format);
  return Status::OK();
}

const FormatDescriptor* Registry::Find(std::string_view name) const {
  const auto found = std::find_if(formats_.begin(), formats_.end(),
                                  [name](const auto* format) { return HasName(*format, name); });
  return found == formats_.end() ? nullptr : *found;
}

const FormatDescriptor* Registry::FindByExtension(std::string_view file_name) const {
  const FormatDescriptor* found = nullptr;
  size_t longest = 0;
  for (const FormatDescriptor* format : formats_) {
    for (std::string_view extension : format->extensions) {
      // A name that is nothing but the suffix is a hidden file, not a typed one.
      if (extension.size() > longest && file_name.size() > extension.size() &&
          EndsWithIgnoringCase(file_name, extension)) {
        found = format;
        longest = extension.size();
      }
    }
  }
  return found;
}

std::string_view Registry::LeftOut(std::string_view name) const {
  const std::string_view suffix = Suffix(name);
  for (const std::string_view each : left_out_) {
    if (EqualsIgnoringCase(each, name)) return each;
    if (!suffix.empty() && EqualsIgnoringCase(each, suffix.substr(1))) return each;
  }
  return {};
}

Result<const FormatDescriptor*> Registry::Identify(Source& source, SniffResult* why) const {
  ARROW_ASSIGN_OR_RAISE(const std::string_view head, source.Head(kHeadBytes));
  const FormatDescriptor* by_name = FindByExtension(source.name());
  const FormatDescriptor* best = nullptr;
  SniffResult best_sniff;
  double best_score = 0;
  for (const FormatDescriptor* format : formats_) {
    if (format->sniff == nullptr || format->open_input == nullptr) continue;
    SniffResult sniff = format->sniff(head, source.name());
    if (sniff.confidence <= 0) continue;
    const double bonus = format == by_name && sniff.confidence < kCertain ? kNameBonus : 0;
    if (const double score = sniff.confidence + bonus; score > best_score) {
      best = format;
      best_sniff = std::move(sniff);
      best_score = score;
    }
  }
  if (best == nullptr && head.empty() && by_name != nullptr && by_name->open_input != nullptr) {
    best = by_name;
    best_sniff = {.confidence = 0.5, .reason = "by its name; the file is empty"};
  }
  if (best == nullptr) return NothingFits(*this, head, source, by_name);
  if (by_name != nullptr && by_name != best) {
    best_sniff.reason += fmt::format("{}although its name says {}",
                                     best_sniff.reason.empty() ? "" : ", ", by_name->name);
  }
  if (why != nullptr) *why = std::move(best_sniff);
  return best;
}

}  // namespace pyforge
