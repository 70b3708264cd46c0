#!/bin/sh
# The rules of logcheck let pass what is normal, in each form in which a line reaches it, and nothing
# that somebody must read. Usage: logcheck.sh SOURCE-DIR
set -eu
ids=$1/lib/base/log_ids.def
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1/packaging/make-logcheck-rules" "$ids" > "$work/rules"
# `{}` as the daemon would fill it. A line that is nothing else has no rule: it would fit every line.
sed -n 's/^HB_LOG([a-z0-9_]*, *\([a-z]*\), *"\(.*\)",\( "\|$\).*/\1 \2/p' "$ids" | grep -vx 'info {}' |
    sed 's/\\"/"/g; s/{[a-z]*}/node-1.example [0] (x)/g' > "$work/texts"
sed -n 's/^\(info\|debug\) //p' "$work/texts" > "$work/normal"
sed -n 's/^\(notice\|warning\|error\|critical\) //p' "$work/texts" > "$work/odd"
[ "$(wc -l < "$work/normal")" -ge 50 ] && [ "$(wc -l < "$work/odd")" -ge 50 ] ||
    { echo "$ids could not be read"; exit 1; }
wrong=0
# What the rules leave over of $1, and what they let pass, as lines that begin with $2.
left() { sed "s/^/$2/" "$1" | grep -Ev -f "$work/rules" || true; }
passed() { sed "s/^/$2/" "$1" | grep -E -f "$work/rules" || true; }
syslog='Nov  3 12:00:00 alpha heartbeat: [123]: '
iso='2026-11-30T12:00:00.123456+01:00 alpha heartbeat[123]: '
journal='Nov 30 12:00:00 alpha heartbeat[123]: '
for head in "$syslog" "$iso"; do
    left "$work/normal" "${head}info: "
    passed "$work/odd" "${head}WARN: "
    passed "$work/odd" "${head}notice: "
done > "$work/wrong"
# There the level has no word. What might be another level is reported; that must be little.
passed "$work/odd" "$journal" >> "$work/wrong"
left "$work/normal" "$journal" > "$work/doubtful"
[ "$(wc -l < "$work/doubtful")" -le 5 ] || cat "$work/doubtful" >> "$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
