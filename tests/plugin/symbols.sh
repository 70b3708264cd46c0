#!/bin/sh
# A plugin exports hb_plugin_entry and nothing else: what else it exported could meet a symbol of the
# helper or of a library. Usage: symbols.sh FOLDER...
set -eu
seen=0
wrong=0
for plugin in $(for folder; do echo "$folder"/*.so; done); do
    [ -f "$plugin" ] || continue
    seen=$((seen + 1))
    expected=hb_plugin_entry
    case ${plugin##*/} in zoo_no_symbol.so) expected= ;; esac
    names=$(nm -D --defined-only "$plugin" | awk '{ print $3 }')
    [ "$names" = "$expected" ] && continue
    echo "$plugin exports '$(echo "$names" | tr '\n' ' ')', expected '$expected'"
    wrong=1
done
[ "$seen" -gt 0 ] || { echo "no plugin in $*"; exit 1; }
[ $wrong -ne 0 ] || echo "$seen plugins export their entry and nothing else"
exit $wrong
