#!/bin/sh
# Every finding of findings.def has its entry in hb_check(8), with its severity, and every entry is one
# of them; so has every option of hb_check.
set -eu
source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
table=$source_dir/lib/check/findings.def
sed -n 's/^HB_FINDING(\([a-z0-9_]*\), *\([a-z]*\),.*/\1 (\2)/p' "$table" | sort > "$work/table"
[ "$(wc -l < "$work/table")" -eq "$(grep -c '^HB_FINDING' "$table")" ] ||
    { echo "an HB_FINDING line of $table does not begin with HB_FINDING(name, severity,"; exit 1; }
[ "$(wc -l < "$work/table")" -ge 40 ] || { echo "$table could not be read"; exit 1; }
page=$source_dir/man/hb_check.8
sed -n 's/^\.BR \([a-z0-9_]*\) " (\([a-z]*\))"$/\1 (\2)/p' "$page" | sort > "$work/manual"
uniq -d "$work/manual" | sed 's/^/twice in man\/hb_check.8: /' > "$work/wrong"
comm -23 "$work/table" "$work/manual" | sed 's/^/not in man\/hb_check.8: /' >> "$work/wrong"
comm -13 "$work/table" "$work/manual" | sed 's/^/in man\/hb_check.8, but no finding: /' >> "$work/wrong"
sed -n 's/.*{"\([a-z-]*\)", [a-z]*_argument.*/\1/p' "$source_dir/tools/check_options.cpp" > "$work/options"
[ "$(wc -l < "$work/options")" -ge 10 ] || { echo "check_options.cpp could not be read"; exit 1; }
sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/s/\\-/-/gp' "$page" > "$work/explained"
while read -r option; do
    grep -q -- "--$option" "$work/explained" || echo "not in man/hb_check.8: --$option" >> "$work/wrong"
done < "$work/options"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
