#!/bin/sh
# libheartbeat.so exports what client.h declares and nothing else, and the header compiles alone.
# Usage: symbols.sh LIBRARY INCLUDE-FOLDER CC CXX
set -eu
library=$1 include=$2 cc=$3 cxx=$4
cd "$(dirname "$0")"
strict="-fsyntax-only -I $include -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
$cc -std=c99 -pedantic-errors $strict -Wstrict-prototypes header.c
echo '#include <heartbeat/client.hpp>' | $cxx -std=c++20 -pedantic-errors $strict -x c++ -
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$cc -std=c99 -E -P -I "$include" header.c | tr '\n' ' ' |
    grep -oE '__attribute__\(\(visibility\("default"\)\)\)[^;{]*;' |
    grep -oE 'hb_client_[a-z_]+ ?\(' | tr -d ' (' | sort -u > "$work/declared"
nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u > "$work/exported"
diff "$work/declared" "$work/exported" || { echo "declared (<) is not exported (>)"; exit 1; }
[ -s "$work/declared" ] || { echo "nothing is declared"; exit 1; }
objdump -p "$library" | grep -q 'SONAME *libheartbeat.so.1$' || { echo "wrong SONAME"; exit 1; }
echo "$(wc -l < "$work/declared") functions are declared and exported, nothing else"
