#!/bin/sh
# Every log id of log_ids.def is in the page that is made of it, with its level, a text and an
# explanation.
set -eu
source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ids=$source_dir/lib/base/log_ids.def
"$source_dir/man/make-messages-page" "$ids" > "$work/page"
sed -n 's/^HB_LOG(\([a-z0-9_]*\), *\([a-z]*\),.*/\1 \2/p' "$ids" > "$work/ids"
[ "$(wc -l < "$work/ids")" -eq "$(grep -c '^HB_LOG' "$ids")" ] ||
    { echo "an HB_LOG line of $ids does not begin with HB_LOG(name, level,"; exit 1; }
[ -s "$work/ids" ] || { echo "$ids has no ids"; exit 1; }
wrong=0
while read -r name level; do
    # The heading, then the text in quotes, then `.br`, then the explanation.
    entry=$(grep -F -A3 ".BR \"$name\" \" ($level)\"" "$work/page" || true)
    text=$(printf '%s\n' "$entry" | sed -n 2p)
    explanation=$(printf '%s\n' "$entry" | sed -n 4p)
    case $text in '"'?*'"') ;; *) echo "$name: no text in the page"; wrong=1 ;; esac
    case $explanation in '' | .*) echo "$name: no explanation in the page"; wrong=1 ;; esac
done < "$work/ids"
exit $wrong
