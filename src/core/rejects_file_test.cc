#include "core/rejects_file.h"

#include <gtest/gtest.h>

#include "pyforge/error.h"

namespace pyforge::core {
namespace {

class TextFile : public OutputFile {
 public:
  using OutputFile::Append;
  const std::string& path() const override { return path_; }
  int64_t position() const override { return static_cast<int64_t>(text.size()); }
  Status Append(std::span<const uint8_t> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return Status::OK();
  }
  std::string text;

 private:
  std::string path_ = "rejects.csv";
};

TEST(RejectsFile, WritesEverythingNeededToFindAndMendARow) {
  TextFile file;
  RejectsFile rejects = *RejectsFile::Make(file);
  ASSERT_TRUE(rejects
                  .Add("in.csv", {{.row = 3,
                                   .line = 4,
                                   .byte_offset = 17,
                                   .column = "a,b",
                                   .raw = "x,\"y\"\nz",
                                   .reason = &kCorrupt,
                                   .message = "is \"bad\""}})
                  .ok());
  EXPECT_EQ(file.text,
            "input,row,line,byte_offset,column,code,reason,raw\n"
            "\"in.csv\",3,4,17,\"a,b\",data.corrupt,\"is \"\"bad\"\"\",\"x,\"\"y\"\"\nz\"\n");
}

}  // namespace
}  // namespace pyforge::core
