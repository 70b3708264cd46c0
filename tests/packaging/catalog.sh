#!/bin/sh
# systemd's own program takes the catalogue, with every line that the daemon can log.
# Usage: catalog.sh SOURCE-DIR CATALOG
set -eu
command -v journalctl > /dev/null || { echo "no journalctl here"; exit 77; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/usr/lib/systemd/catalog" "$root/var/lib/systemd/catalog"
cp "$2" "$root/usr/lib/systemd/catalog/"
journalctl --root="$root" --update-catalog 2> "$root/said"
[ ! -s "$root/said" ] || { cat "$root/said"; exit 1; }
ids=$(grep -c '^HB_LOG(' "$1/lib/base/log_ids.def")
known=$(journalctl --root="$root" --list-catalog | wc -l)
[ "$ids" -eq "$known" ] || { echo "$ids lines can be logged, journalctl knows $known"; exit 1; }
journalctl --root="$root" --dump-catalog > "$root/all"
grep -qx 'Subject: node @HB_PEER@: is dead' "$root/all" ||
    { echo "the line of a node's death is not explained"; exit 1; }
