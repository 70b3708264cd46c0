#!/bin/sh
# The table of clientapi.md and its tests cannot rot: each test that it names exists, each row names
# one, and each request that the daemon answers has a row.
set -eu
source_dir=$1
table=$source_dir/tests/unit/core/clientapi.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
find "$source_dir/tests/unit" "$source_dir/tests/shell" -name '*_test.cpp' -exec cat {} + |
    tr -s '\n ' '  ' | grep -oE 'TEST(_F|_P)?\( ?[A-Za-z0-9_]+, ?[A-Za-z0-9_]+ ?\)' |
    sed 's/^TEST[_FP]*( *//; s/, */./; s/ *)$//' > "$work/there"
for file in "$source_dir"/tests/system/test_*.py "$source_dir"/tests/system/mixed/test_*.py; do
    name=$(basename "$file" .py)
    sed -n "/^@\(test\|scenario\)(/{n;s/^def \([a-z0-9_]*\)(.*/$name.\1/p}" "$file"
done >> "$work/there"
sed -n 's/.*add_test(NAME \([a-z_]*\).*/ctest.\1/p' "$source_dir/tests/CMakeLists.txt" >> "$work/there"
sort -u -o "$work/there" "$work/there"

# Rows have two columns; the heading and its rule are none.
grep '^|' "$table" | grep -v -e '^| What | Tests |$' -e '^|---|---|$' > "$work/rows"
sed 's/^|.*|\(.*\)|$/\1/' "$work/rows" | grep -o '`[^`]*`' | tr -d '`' | sort -u > "$work/named"
[ "$(wc -l < "$work/named")" -ge 100 ] || { echo "$table could not be read"; exit 1; }
comm -23 "$work/named" "$work/there" | sed 's/^/no such test: /' > "$work/wrong"
grep -v '^|.*| `[A-Za-z0-9_]*\.[^|]*|$' "$work/rows" | sed 's/^/names no test: /' >> "$work/wrong" || true

requests=$source_dir/lib/core
{ sed -n '/^constexpr Row rows/,/^};/p' "$requests/client_requests.cpp" | grep -oE '\{"[a-z_]+",'
  sed -n '/^void ClientDesk::request(/,/^}/p' "$requests/client_desk.cpp" | grep -oE 'type == "[a-z_]+"'
} | sed 's/[^"]*"\([a-z_]*\)".*/\1/' | sort -u > "$work/requests"
[ "$(wc -l < "$work/requests")" -ge 18 ] || { echo "the requests could not be read"; exit 1; }
while read -r name; do
    [ "$name" = signon ] || grep -q "^|[^|]*\`$name\`" "$work/rows" ||
        echo "request without a row: $name" >> "$work/wrong"
done < "$work/requests"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
