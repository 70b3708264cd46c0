#!/bin/sh
# Every manual page renders without a warning of groff.
set -eu
source_dir=$1
command -v man > /dev/null && command -v groff > /dev/null || { echo "man or groff is not here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$source_dir/man/make-messages-page" "$source_dir/lib/base/log_ids.def" > "$work/heartbeat-messages.7"
wrong=0
for page in "$source_dir"/man/*.[1-8] "$work"/*.7; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=100 man -l --warnings "$page" > "$work/text" 2> "$work/warnings"
    if [ -s "$work/warnings" ]; then
        echo "${page##*/}:"
        cat "$work/warnings"
        wrong=1
    fi
    grep -q NAME "$work/text" || { echo "${page##*/}: nothing was rendered"; wrong=1; }
done
exit $wrong
