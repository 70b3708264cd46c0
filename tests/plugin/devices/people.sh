#!/bin/sh
# meatware and meatclient: only a person's yes confirms, whichever of the two is cluster-glue's; and
# suicide takes down the node it runs on, here a namespace of processes without a right over this
# machine. Usage: people.sh STONITH PLUGIN_FOLDER MEATCLIENT
set -u
stonith=$1
export HB_STONITH_PLUGINS=$2
meatclient=$3
if [ -z "${HB_IN_NAMESPACE:-}" ]; then
    unshare -rm true 2>/dev/null || { echo "no user namespaces here"; exit 77; }
    HB_IN_NAMESPACE=1 exec unshare -rm sh -c 'mount -t tmpfs tmpfs /run && exec "$0" "$@"' "$0" "$@"
fi
work=/run/test
mkdir $work
wrong=0

# talk STONITH MEATCLIENT ANSWER EXPECTED_STONITH EXPECTED_MEATCLIENT
talk() {
    timeout 100 "$1" -t meatware hostlist=beta -T reset beta </dev/null >$work/shot 2>&1 &
    pid=$!
    echo "$3" | timeout 100 "$2" -w -c beta >$work/said 2>&1
    said=$?
    wait $pid
    shot=$?
    [ $shot -eq "$4" ] && [ $said -eq "$5" ] && return
    echo "$1, $2, answer $3: exit statuses $shot and $said, expected $4 and $5"
    cat $work/shot $work/said
    wrong=1
}
talk "$stonith" "$meatclient" y 0 0
talk "$stonith" "$meatclient" n 5 3
grep -q 'OPERATOR: reset beta' $work/shot || { echo "nobody was told"; wrong=1; }
if [ -x /usr/sbin/meatclient ] && dpkg -S /usr/sbin/meatclient 2>/dev/null | grep -q cluster-glue; then
    talk "$stonith" /usr/sbin/meatclient y 0 0
    talk /usr/sbin/stonith "$meatclient" y 0 0
fi
ls /run/meatware.* 2>/dev/null && { echo "a FIFO is left"; wrong=1; }

"$meatclient" -c beta </dev/null >$work/said 2>&1
[ $? -eq 4 ] && grep -q 'hb_takeover --confirm-fenced beta' $work/said ||
    { echo "meatclient without a shot:"; cat $work/said; wrong=1; }
"$meatclient" >$work/said 2>&1
[ $? -eq 3 ] || { echo "meatclient without a node"; wrong=1; }
"$stonith" -t meatware hostlist=beta -T reset gamma </dev/null >$work/shot 2>&1
[ $? -eq 4 ] || { echo "a node that is not in the hostlist:"; cat $work/shot; wrong=1; }

# The kernel ends a namespace whose process calls for a reboot: SIGHUP for one, SIGINT for power off.
for case in reset:1 off:2; do
    timeout 60 unshare -rpu --fork --mount-proc sh -c '
        hostname victim && "$1" -t suicide -T "$2" victim; sleep 30; exit 0' sh "$stonith" ${case%:*} \
        >$work/shot 2>&1
    status=$?
    [ $status -eq $((128 + ${case#*:})) ] ||
        { echo "suicide ${case%:*}: $status"; cat $work/shot; wrong=1; }
done
[ $wrong -ne 0 ] || echo "people are heard, and only they"
exit $wrong
