# Every library but Arrow, all from the system. The targets they give:
#   fmt::fmt  spdlog::spdlog  simdjson::simdjson  nlohmann_json::nlohmann_json  CLI11::CLI11
#   FastFloat::fast_float  Threads::Threads  yaml-cpp
#   libdeflate::libdeflate  isal::isal  zstd::libzstd_shared  ZLIB::ZLIB
#   BZip2::BZip2  LibLZMA::LibLZMA  lz4::lz4
#   GTest::gmock_main  benchmark::benchmark_main
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(FastFloat REQUIRED)
find_package(zstd REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(BZip2 REQUIRED)
find_package(LibLZMA REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(PYFORGE_LIBDEFLATE REQUIRED IMPORTED_TARGET GLOBAL libdeflate)
pkg_check_modules(PYFORGE_ISAL REQUIRED IMPORTED_TARGET GLOBAL libisal)
pkg_check_modules(PYFORGE_LZ4 REQUIRED IMPORTED_TARGET GLOBAL liblz4)
add_library(lz4::lz4 ALIAS PkgConfig::PYFORGE_LZ4)
add_library(libdeflate::libdeflate ALIAS PkgConfig::PYFORGE_LIBDEFLATE)
add_library(isal::isal ALIAS PkgConfig::PYFORGE_ISAL)

if(PYFORGE_TESTS)
  find_package(GTest REQUIRED)
  find_package(ZLIB REQUIRED)
endif()
if(PYFORGE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
