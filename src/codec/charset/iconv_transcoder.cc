#include "codec/charset/iconv_transcoder.h"

#include <iconv.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace pyforge::charset {
namespace {

// What files named by these labels hold is what the Windows code pages say, which are supersets.
std::string IconvName(std::string_view name) {
  if (name == "shift_jis") return "CP932";
  if (name == "euc-kr") return "CP949";
  if (name == "big5") return "CP950";
  return std::string(name);
}

class IconvTranscoder final : public Transcoder {
 public:
  IconvTranscoder(iconv_t handle, bool steps_over) : handle_(handle), steps_over_(steps_over) {}
  ~IconvTranscoder() override { iconv_close(handle_); }

  Step Convert(std::span<const uint8_t> input, bool is_last, std::span<uint8_t> output) override {
    Step step;
    while (step.read < input.size()) {
      // iconv takes its input without const but does not write to it.
      char* in = const_cast<char*>(reinterpret_cast<const char*>(input.data()) + step.read);
      char* out = reinterpret_cast<char*>(output.data()) + step.written;
      size_t in_left = input.size() - step.read;
      size_t out_left = output.size() - step.written;
      errno = 0;
      const size_t result = iconv(handle_, &in, &in_left, &out, &out_left);
      const int error = errno;
      if (steps_over_ && error == EILSEQ) {
        in_left += SteppedOver(input.subspan(step.read, input.size() - step.read - in_left),
                               output.subspan(step.written));
      }
      Advance(input.size() - step.read - in_left, output.size() - step.written - out_left, &step);
      if (result != static_cast<size_t>(-1)) break;
      if (error == E2BIG || (error == EINVAL && !is_last)) break;
      // An invalid byte, or a character cut off by the end.
      if (output.size() - step.written < 3) break;
      CountInvalid();
      std::memcpy(output.data() + step.written, "\xEF\xBF\xBD", 3);
      Advance(1, 3, &step);
    }
    return step;
  }

 private:
  // Bytes at the end of `read` that are part of the invalid character already: those before it
  // convert once more without a failure.
  size_t SteppedOver(std::span<const uint8_t> read, std::span<uint8_t> output) {
    if (read.size() < kPairBytes) return 0;
    char* in = const_cast<char*>(reinterpret_cast<const char*>(read.data()));
    char* out = reinterpret_cast<char*>(output.data());
    size_t in_left = read.size();
    size_t out_left = output.size();
    const size_t result = iconv(handle_, &in, &in_left, &out, &out_left);
    return result == static_cast<size_t>(-1) && errno == EILSEQ ? kPairBytes : 0;
  }

  static constexpr size_t kPairBytes = 2;

  iconv_t handle_;
  // The GNU C library's CP949 reads a pair that is not assigned before it says so (POSIX: iconv
  // stops before it).
  bool steps_over_;
};

}  // namespace

std::unique_ptr<Transcoder> MakeIconvTranscoder(std::string_view encoding) {
  // Nothing but a name may reach iconv: a suffix like //IGNORE would drop input silently.
  if (encoding.empty() || encoding.find('/') != std::string_view::npos) return nullptr;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the C library's own failure value.
  const auto failed = reinterpret_cast<iconv_t>(-1);
  const std::string name = IconvName(encoding);
  const iconv_t handle = iconv_open("UTF-8", name.c_str());
  if (handle == failed) return nullptr;
  return std::make_unique<IconvTranscoder>(handle, name == "CP949");
}

}  // namespace pyforge::charset
