// Writes the text files of the benchmarks: fast, endless if asked, and the same for the same seed.
//
//   generate SHAPE [--bytes N | --rows N] [--seed N] [--first-row N] [--no-header] [--output FILE]
//
// SHAPE is one of mixed, wide, text. A row depends on the seed and its number alone, so that a
// short file is a prefix of a long one. Without --output the rows go to standard output.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// SplitMix64: every state gives a good number, so a row's stream can start at any state.
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014, figure 17.
class Random {
 public:
  explicit Random(uint64_t state) : state_(state) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  /// A number in [0, bound); the bias of the multiplication is below bound / 2^32.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * static_cast<uint64_t>(bound)) >> 32);
  }

 private:
  uint64_t state_;
};

/// Collects bytes and hands them to a file descriptor in large writes.
class Sink {
 public:
  static constexpr size_t kBufferBytes = size_t{1} << 20;
  /// The longest row of any shape; room for it is kept free.
  static constexpr size_t kRowBytesMax = size_t{1} << 14;

  explicit Sink(int fd)
      : fd_(fd),
        buffer_(std::make_unique<char[]>(kBufferBytes + kRowBytesMax)),
        at_(buffer_.get()) {}

  void Byte(char c) { *at_++ = c; }
  void Text(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void TwoDigits(uint32_t value) {
    at_[0] = static_cast<char>('0' + value / 10);
    at_[1] = static_cast<char>('0' + value % 10);
    at_ += 2;
  }
  /// `value` in decimal with leading zeros up to `width` digits.
  void Padded(uint32_t value, int width) {
    for (int i = width - 1; i >= 0; --i) {
      at_[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    at_ += width;
  }
  template <class Integer>
  void Number(Integer value) {
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
  }
  /// The shortest text that reads back as the same double.
  void Shortest(double value) { at_ = std::to_chars(at_, at_ + 32, value).ptr; }
  void Scientific(double value, int digits) {
    at_ = std::to_chars(at_, at_ + 40, value, std::chars_format::scientific, digits).ptr;
  }

  /// Bytes put in so far, written or not.
  uint64_t bytes() const { return written_ + Pending(); }

  /// Writes out when the buffer is full. False: the reader has gone away.
  bool EndRow() { return Pending() < kBufferBytes || Flush(); }

  bool Flush() {
    const char* from = buffer_.get();
    while (from < at_) {
      const ssize_t count = ::write(fd_, from, static_cast<size_t>(at_ - from));
      if (count < 0) {
        if (errno == EINTR) continue;
        if (errno == EPIPE) return false;
        std::perror("generate: cannot write");
        std::exit(1);
      }
      from += count;
      written_ += static_cast<uint64_t>(count);
    }
    at_ = buffer_.get();
    return true;
  }

 private:
  uint64_t Pending() const { return static_cast<uint64_t>(at_ - buffer_.get()); }

  int fd_;
  std::unique_ptr<char[]> buffer_;
  char* at_;
  uint64_t written_ = 0;
};

constexpr std::array<std::string_view, 96> kWords = {
    "order",    "invoice",   "paid",    "customer", "called",    "about",   "the",       "late",
    "delivery", "and",       "asked",   "for",      "a",         "refund",  "parcel",    "left",
    "with",     "neighbour", "at",      "number",   "please",    "check",   "address",   "before",
    "shipping", "again",     "item",    "was",      "damaged",   "on",      "arrival",   "photo",
    "attached", "waiting",   "reply",   "from",     "warehouse", "stock",   "expected",  "next",
    "week",     "discount",  "granted", "because",  "of",        "long",    "delay",     "new",
    "contract", "signed",    "by",      "manager",  "transfer",  "account", "closed",    "in",
    "quarter",  "report",    "missing", "pages",    "sent",      "copy",    "to",        "office",
    "north",    "south",     "harbour", "station",  "market",    "garden",  "window",    "yellow",
    "silver",   "winter",    "summer",  "morning",  "evening",   "quickly", "slowly",    "rather",
    "nothing",  "something", "between", "against",  "without",   "letter",  "signature", "printed",
    "package",  "weight",    "height",  "colour",   "measure",   "replace", "original",  "invoice"};

constexpr std::array<std::string_view, 12> kForeignWords = {"Zürich", "façade", "naïve",  "Łódź",
                                                            "Ærø",    "東京",   "Привет", "Ελλάδα",
                                                            "señor",  "crème",  "😀",     "größer"};

constexpr std::array<std::string_view, 32> kFirstNames = {
    "anna", "ben",   "carla", "david", "elena", "felix", "greta", "henry", "ines", "jonas", "kate",
    "liam", "maria", "noah",  "olga",  "paul",  "quinn", "rosa",  "simon", "tina", "ugo",   "vera",
    "walt", "xenia", "yusuf", "zoe",   "aaron", "bella", "chen",  "dunja", "emil", "fatma"};

constexpr std::array<std::string_view, 32> kLastNames = {
    "adams",  "berg",   "costa",   "dubois", "ekberg", "fischer", "garcia",  "hansen",
    "ivanov", "jensen", "keller",  "lopez",  "meyer",  "novak",   "okafor",  "petrov",
    "quist",  "rossi",  "schmidt", "tanaka", "urban",  "varga",   "weber",   "xu",
    "yilmaz", "zeman",  "anders",  "brandt", "curie",  "dahl",    "eriksen", "frank"};

constexpr std::array<std::string_view, 8> kDomains = {"example.com",  "example.org", "mail.example",
                                                      "post.example", "shop.test",   "office.test",
                                                      "web.test",     "x.test"};

constexpr std::array<std::string_view, 6> kStatuses = {"open",     "paid",      "shipped",
                                                       "returned", "cancelled", "on hold"};

/// The dates from 2005-01-01 on, as text, so that a row costs one copy.
std::vector<std::array<char, 10>> MakeDates(int count) {
  static constexpr std::array<int, 12> kMonthDays = {31, 28, 31, 30, 31, 30,
                                                     31, 31, 30, 31, 30, 31};
  std::vector<std::array<char, 10>> dates;
  int year = 2005, month = 0, day = 1;
  for (int i = 0; i < count; ++i) {
    std::array<char, 40> text;  // room for any int, so that nothing can be cut
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", year, month + 1, day);
    std::array<char, 10> date;
    std::memcpy(date.data(), text.data(), date.size());
    dates.push_back(date);
    const bool leap_day = month == 1 && year % 4 == 0;  // no century year lies in the range
    if (++day > kMonthDays[static_cast<size_t>(month)] + (leap_day ? 1 : 0)) {
      day = 1;
      if (++month == 12) {
        month = 0;
        ++year;
      }
    }
  }
  return dates;
}

template <size_t kCount>
std::string_view Pick(Random& random, const std::array<std::string_view, kCount>& choices) {
  return choices[random.Below(static_cast<uint32_t>(kCount))];
}

void Words(Random& random, Sink& out, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    if (i != 0) out.Byte(' ');
    out.Text(Pick(random, kWords));
  }
}

/// One shape of file: its header line and its row number n, counted from 1.
class Shape {
 public:
  virtual ~Shape() = default;
  virtual std::string Header() const = 0;
  virtual void Row(Random& random, uint64_t number, Sink& out) const = 0;
};

/// Twelve columns of a shop's orders; the note holds commas, doubled quotes, UTF-8 and, in one row
/// of a hundred, line breaks.
class Mixed : public Shape {
 public:
  std::string Header() const override {
    return "id,customer_id,quantity,amount,rate,created_at,ship_date,active,email,zip,status,"
           "note\n";
  }

  void Row(Random& random, uint64_t number, Sink& out) const override {
    out.Number(number);
    out.Byte(',');
    out.Number(100000 + random.Below(900000));
    out.Byte(',');
    if (random.Below(20) != 0) out.Number(1 + random.Below(500));
    out.Byte(',');
    Amount(random, out);
    out.Byte(',');
    out.Number(random.Below(20));
    out.Byte('.');
    out.Padded(random.Below(1000000), 6);
    out.Byte(',');
    const uint32_t day = random.Below(kDayCount - 60);
    Date(day, out);
    const uint32_t second = random.Below(86400);
    out.Byte(' ');
    out.TwoDigits(second / 3600);
    out.Byte(':');
    out.TwoDigits(second / 60 % 60);
    out.Byte(':');
    out.TwoDigits(second % 60);
    out.Byte(',');
    Date(day + random.Below(60), out);
    out.Text(random.Below(3) == 0 ? ",false," : ",true,");
    Email(random, out);
    out.Byte(',');
    out.Padded(501 + random.Below(99450), 5);
    out.Byte(',');
    out.Text(Pick(random, kStatuses));
    out.Byte(',');
    Note(random, out);
    out.Byte('\n');
  }

 private:
  static constexpr uint32_t kDayCount = 7600;

  static void Amount(Random& random, Sink& out) {
    if (random.Below(25) == 0) out.Byte('-');
    const uint32_t range = random.Below(4) == 0 ? 10000000 : 50000;
    const uint32_t cents = random.Below(range);
    out.Number(cents / 100);
    out.Byte('.');
    out.TwoDigits(cents % 100);
  }

  void Date(uint32_t day, Sink& out) const { out.Text({dates_[day].data(), dates_[day].size()}); }

  static void Email(Random& random, Sink& out) {
    out.Text(Pick(random, kFirstNames));
    out.Byte('.');
    out.Text(Pick(random, kLastNames));
    out.Number(random.Below(10000));
    out.Byte('@');
    out.Text(Pick(random, kDomains));
  }

  static void Note(Random& random, Sink& out) {
    const uint32_t kind = random.Below(100);
    const uint32_t count = 5 + random.Below(9);
    if (kind < 55) {  // plain words
      Words(random, out, count);
    } else if (kind < 85) {  // commas
      out.Byte('"');
      Words(random, out, count / 2);
      out.Text(", ");
      Words(random, out, count / 2);
      out.Byte('"');
    } else if (kind < 92) {  // doubled quotes
      out.Byte('"');
      Words(random, out, count / 2);
      out.Text(" \"\"");
      Words(random, out, 2);
      out.Text("\"\" ");
      Words(random, out, count / 3);
      out.Byte('"');
    } else if (kind < 99) {  // other scripts
      Words(random, out, count / 2);
      out.Byte(' ');
      out.Text(Pick(random, kForeignWords));
      out.Byte(' ');
      Words(random, out, count / 2);
    } else {  // line breaks, so that counting lines miscounts rows
      out.Byte('"');
      Words(random, out, count / 2);
      out.Text(",\n");
      Words(random, out, count / 2);
      out.Byte('"');
    }
  }

  std::vector<std::array<char, 10>> dates_ = MakeDates(static_cast<int>(kDayCount));
};

/// A hundred doubles: 60 short ones, 30 in full precision, 10 with exponents.
class Wide : public Shape {
 public:
  std::string Header() const override {
    std::string header;
    for (int i = 0; i < 60; ++i) header += "s" + std::to_string(i) + ",";
    for (int i = 0; i < 30; ++i) header += "f" + std::to_string(i) + ",";
    for (int i = 0; i < 10; ++i) header += "e" + std::to_string(i) + (i == 9 ? "\n" : ",");
    return header;
  }

  void Row(Random& random, uint64_t, Sink& out) const override {
    for (int i = 0; i < 60; ++i) {
      out.Number(static_cast<int32_t>(random.Below(200000)) - 50000);
      out.Byte('.');
      out.Padded(random.Below(1000), 3);
      out.Byte(',');
    }
    for (int i = 0; i < 30; ++i) {
      out.Shortest(Unit(random) * 1000.0);
      out.Byte(',');
    }
    for (int i = 0; i < 10; ++i) {
      const int exponent = static_cast<int>(random.Below(60)) - 30;
      out.Scientific((1.0 + 9.0 * Unit(random)) * std::pow(10.0, exponent), 7);
      out.Byte(i == 9 ? '\n' : ',');
    }
  }

 private:
  static double Unit(Random& random) { return static_cast<double>(random.Next() >> 11) * 0x1p-53; }
};

/// Three text columns: a hexadecimal key, a name, a sentence.
class Text : public Shape {
 public:
  std::string Header() const override { return "key,name,sentence\n"; }

  void Row(Random& random, uint64_t, Sink& out) const override {
    static constexpr std::string_view kHex = "0123456789abcdef";
    for (int half = 0; half < 2; ++half) {
      uint64_t bits = random.Next();
      for (int i = 0; i < 16; ++i, bits >>= 4) out.Byte(kHex[bits & 15]);
    }
    out.Byte(',');
    out.Text(Pick(random, kFirstNames));
    out.Byte(' ');
    out.Text(Pick(random, kLastNames));
    out.Byte(',');
    const uint32_t count = 8 + random.Below(17);
    Words(random, out, count);
    out.Text(".\n");
  }
};

struct Arguments {
  std::unique_ptr<Shape> shape;
  uint64_t bytes_max = std::numeric_limits<uint64_t>::max();
  uint64_t row_count_max = std::numeric_limits<uint64_t>::max();
  uint64_t seed = 1;
  uint64_t first_row = 1;
  bool has_header = true;
  std::string output;
};

[[noreturn]] void Usage(const char* why) {
  std::fprintf(stderr,
               "generate: %s\nusage: generate mixed|wide|text [--bytes N] [--rows N] [--seed N]"
               " [--first-row N] [--no-header] [--output FILE]\n",
               why);
  std::exit(2);
}

uint64_t ParseCount(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    Usage("a count must be a whole number");
  return value;
}

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  if (argc < 2) Usage("which shape?");
  const std::string_view shape = argv[1];
  if (shape == "mixed") {
    arguments.shape = std::make_unique<Mixed>();
  } else if (shape == "wide") {
    arguments.shape = std::make_unique<Wide>();
  } else if (shape == "text") {
    arguments.shape = std::make_unique<Text>();
  } else {
    Usage("unknown shape");
  }
  for (int i = 2; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--no-header") {
      arguments.has_header = false;
      continue;
    }
    if (i + 1 == argc) Usage("an option lacks its value");
    const std::string_view value = argv[++i];
    if (flag == "--bytes") {
      arguments.bytes_max = ParseCount(value);
    } else if (flag == "--rows") {
      arguments.row_count_max = ParseCount(value);
    } else if (flag == "--seed") {
      arguments.seed = ParseCount(value);
    } else if (flag == "--first-row") {
      arguments.first_row = ParseCount(value);
    } else if (flag == "--output") {
      arguments.output = value;
    } else {
      Usage("unknown option");
    }
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const Arguments arguments = Parse(argc, argv);
  int fd = STDOUT_FILENO;
  if (!arguments.output.empty()) {
    fd = ::open(arguments.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
      std::perror("generate: cannot create the output");
      return 1;
    }
  }
  Sink out(fd);
  if (arguments.has_header) out.Text(arguments.shape->Header());
  const uint64_t seed_state = Random(arguments.seed).Next();
  uint64_t row_count = 0;
  bool reader_is_there = true;
  while (reader_is_there && row_count < arguments.row_count_max &&
         out.bytes() < arguments.bytes_max) {
    const uint64_t number = arguments.first_row + row_count;
    Random random(seed_state ^ (number * 0xD1B54A32D192ED03ull));
    arguments.shape->Row(random, number, out);
    ++row_count;
    reader_is_there = out.EndRow();
  }
  if (reader_is_there) reader_is_there = out.Flush();
  std::fprintf(stderr, "%llu rows, %llu bytes\n", static_cast<unsigned long long>(row_count),
               static_cast<unsigned long long>(out.bytes()));
  return 0;
}
