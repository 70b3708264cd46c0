#!/bin/sh
# libhbclient.so.1 exports what Debian's does, and nothing else: names, kinds, sizes of data; its
# name and what it asks of libplumb. Compared with the recorded list, and with Debian's own library
# where libheartbeat2 is installed. Usage: hbclient_symbols.sh LIBRARY
set -eu
ours=$1
data=$(CDPATH='' cd -- "$(dirname -- "$0")/data/client" && pwd)
wrong=0

# name, F or O; the size of data, which a copy relocation of a program goes by
exports() {
    LC_ALL=C objdump -T "$1" | awk '/ g / && $4 != "*UND*" {
        kind = $3; size = "-"
        if (kind == "DO") size = $5
        print $NF, kind, size }' | sed 's/ 0*\([0-9a-f]\)/ \1/g' | LC_ALL=C sort
}

soname() {
    readelf -d "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p'
}

compare() {
    if ! printf '%s\n' "$2" | diff - "$3" >/dev/null; then
        echo "hbclient: not the symbols of $1 (< ours, > theirs):"
        printf '%s\n' "$2" | diff - "$3" || true
        wrong=1
    fi
}

mine=$(exports "$ours")
compare 'the recorded list' "$mine" "$data/hbclient.symbols"
[ "$(soname "$ours")" = libhbclient.so.1 ] || { echo "hbclient: SONAME is $(soname "$ours")"; wrong=1; }
readelf -d "$ours" | grep -q 'NEEDED.*libplumb\.so\.2' || { echo 'hbclient: libplumb.so.2 is not needed'; wrong=1; }

debian=
for place in /usr/lib /usr/lib/*-linux-gnu; do
    [ ! -e "$place/libhbclient.so.1" ] || debian=$place/libhbclient.so.1
done
if [ -n "$debian" ] && ldd "$debian" >/dev/null 2>&1 && [ "$(exports "$debian")" != "$mine" ]; then
    printf '%s\n' "$mine" >"${TMPDIR:-/tmp}/hbclient-symbols.$$"
    exports "$debian" | diff "${TMPDIR:-/tmp}/hbclient-symbols.$$" - || true
    rm -f "${TMPDIR:-/tmp}/hbclient-symbols.$$"
    echo "hbclient: not the symbols of $debian (< ours, > theirs)"
    wrong=1
fi
[ $wrong -ne 0 ] || echo "hbclient: $(printf '%s\n' "$mine" | wc -l) symbols as in ${debian:-the recorded list}"
exit $wrong
