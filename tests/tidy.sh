#!/bin/sh
# House rules that a machine can check: sizes, include arrows, clocks, style. Judges no behaviour.
# Usage: tests/tidy.sh [FILE...]   (no file: everything that git tracks)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$here"
status=0
python3 -B tests/tidy.py "$@" || status=1

format=$(command -v clang-format-14 || command -v clang-format || true)
if [ -n "$format" ]; then
    unformatted=$(git ls-files '*.cpp' '*.hpp' | while read -r name; do
        [ ! -f "$name" ] || echo "$name"
    done | xargs -r -n 40 -P "$(nproc)" "$format" --dry-run -Werror 2>&1 |
        sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error: .*clang-format.*/\1/p' | sort -u)
    if [ -n "$unformatted" ]; then
        printf '%s\n' "$unformatted" | sed 's/.*/&: not formatted, expected clang-format -i &/'
        status=1
    fi
else
    echo "tidy: clang-format-14 is not installed, formatting not checked" >&2
fi
[ $status -ne 0 ] || echo "tidy: clean"
exit $status
