#!/bin/sh
# Every external script of cluster-glue and every fence agent can be listed, shows its parameters,
# and a wrong or a missing one is refused with its name. The last line counts them.
# Usage: every_device.sh STONITH PLUGIN_FOLDER [- | --all]   (without --all: all are listed, and a few
# of each kind examined)
set -u
stonith=$(realpath "$1")
HB_STONITH_PLUGINS=$(realpath "$2") # an absolute path is asked for
export HB_STONITH_PLUGINS
[ -d /usr/lib/stonith/plugins/external ] && [ -x /usr/sbin/fence_ipmilan ] ||
    { echo "cluster-glue or fence-agents is not here"; exit 77; }
# What agents say of themselves is remembered in /run/heartbeat, here in one of the test's own.
if [ -z "${HB_IN_NAMESPACE:-}" ] && unshare -rm true 2>/dev/null; then
    HB_IN_NAMESPACE=1 exec unshare -rm sh -c \
        'mount -t tmpfs tmpfs /run && mkdir /run/heartbeat && exec "$0" "$@"' "$0" "$@"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$stonith" -L >"$work/listed" 2>"$work/err" || { cat "$work/err"; exit 1; }

# examine TYPE: a line that begins with `good`, `none` (no agent at all) or `wrong`.
cat >"$work/examine" <<'END'
type=$1
names=$("$stonith" -t "$type" -n 2>"$work/${type##*/}.err") || {
    grep -q 'no fence agent\|names no parameters' "$work/${type##*/}.err" && echo "none $type" ||
        echo "wrong $type: -n: $(cat "$work/${type##*/}.err")"
    exit 0
}
[ -n "${names%% *}" ] || { echo "wrong $type: -n prints nothing"; exit 0; }
words=$("$stonith" -t "$type" no_such_parameter=1 -S 2>&1 </dev/null)
[ $? -eq 1 ] && case $words in *"parameter no_such_parameter is unknown"*) true ;; *) false ;; esac ||
    { echo "wrong $type: an unknown parameter is not refused: $words"; exit 0; }
# The last one alone: what else is required is missed by its name, unless nothing else is.
last=${names%"${names##*[! ]}"}
last=${last##* }
words=$("$stonith" -t "$type" "$last=1" -l 2>&1 </dev/null)
case $words in
*"parameter "*" is missing"*) echo "good $type missed" ;;
*) echo "good $type" ;;
esac
END
export stonith work
if [ "${3:-}" = --all ]; then
    which='^(external|rhcs)/'
    scripts=18 missed=12 agents=80 agents_missed=50
else
    which='^external/(ssh|ipmi|rackpdu|nut)$|^rhcs/fence_(ipmilan|apc|virsh)$'
    scripts=4 missed=2 agents=3 agents_missed=2
fi
grep -E "$which" "$work/listed" | xargs -P 2 -n 1 sh "$work/examine" >"$work/result"

# Nothing that is there may be left out of the list.
for path in /usr/lib/stonith/plugins/external/* /usr/sbin/fence_*; do
    name=${path##*/}
    grep -qx "external/$name\|rhcs/$name" "$work/listed" || echo "wrong $name: not listed by -L"
done >>"$work/result"
count() { grep -c "$1" "$work/result"; }
grep '^wrong' "$work/result" && exit 1
[ "$(count '^good external/')" -ge $scripts ] &&
    [ "$(count '^good external/.* missed')" -ge $missed ] &&
    [ "$(count '^good rhcs/')" -ge $agents ] &&
    [ "$(count '^good rhcs/.* missed')" -ge $agents_missed ] ||
    { cat "$work/result"; exit 1; }
grep '^none' "$work/result"
echo "$(count '^good external/') external scripts ($(count '^good external/.* missed') missed" \
    "another parameter), $(count '^good rhcs/') fence agents ($(count '^good rhcs/.* missed'))," \
    "$(grep -c '^rhcs/' "$work/listed") agents listed"
