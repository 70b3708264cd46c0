#!/bin/sh
# Every directive of directives.def has its entry in ha.cf(5), and every entry is one of them. Their
# defaults are compared by tests/unit/config/manual_test.cpp.
set -eu
source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^HB_DIRECTIVE(\([a-z0-9_]*\),.*/\1/p' "$source_dir/lib/config/directives.def" |
    sort > "$work/table"
sed -n 's/^\\fB\([a-z0-9_]*\)\\fR.*/\1/p' "$source_dir/man/ha.cf.5" | sort > "$work/manual"
[ "$(wc -l < "$work/table")" -ge 60 ] || { echo "directives.def could not be read"; exit 1; }
uniq -d "$work/manual" | sed 's/^/twice in man\/ha.cf.5: /' > "$work/wrong"
comm -23 "$work/table" "$work/manual" | sed 's/^/not in man\/ha.cf.5: /' >> "$work/wrong"
comm -13 "$work/table" "$work/manual" | sed 's/^/in man\/ha.cf.5, but no directive: /' >> "$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
