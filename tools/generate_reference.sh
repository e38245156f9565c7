#!/usr/bin/env bash
# Writes docs/reference with the program's own declarations of commands, options, formats and errors.
# With --check nothing is written: the pages in the tree must be the ones the program makes.
#
#   tools/generate_reference.sh [--check] PROGRAM
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly pages=docs/reference

check=no
if [ "${1:-}" = --check ]; then
  check=yes
  shift
fi
program=${1:?"name the program"}

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$program" internal-reference "$made" 2>/dev/null

if [ "$check" = yes ]; then
  if ! diff -ruN "$pages" "$made" >"$made.diff"; then
    head -n 40 "$made.diff"
    rm -f "$made.diff"
    echo "$pages is not what the program says; ./dev reference makes it anew" >&2
    exit 1
  fi
  rm -f "$made.diff"
else
  # Pages of what is no more go away.
  rm -rf "$pages"
  mkdir -p "$pages"
  cp -R "$made/." "$pages"
fi
