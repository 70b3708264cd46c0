#!/bin/sh
# The files that are rotated are those of the sample ha.cf, and logrotate takes the file.
# Usage: logrotate.sh SOURCE-DIR
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^#\{0,1\}\(logfile\|debugfile\) //p' "$1/ha.d/ha.cf" | sort > "$work/sample"
sed -n 's/ *{$//p' "$1/packaging/logrotate" | tr ' ' '\n' | sort > "$work/rotated"
[ -s "$work/sample" ] || { echo "no log files in ha.d/ha.cf"; exit 1; }
diff "$work/sample" "$work/rotated"
program=$(command -v logrotate || echo /usr/sbin/logrotate)
[ -x "$program" ] || exit 0
install -m 644 "$1/packaging/logrotate" "$work/heartbeat"
"$program" --debug --state "$work/state" "$work/heartbeat" > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
! grep -i 'error' "$work/said"
