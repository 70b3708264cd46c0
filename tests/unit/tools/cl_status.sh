#!/bin/sh
# The program cl_status itself, where no unit test reaches: usage, a daemon that is not there, one that
# does not answer (clientapi.md 11.1). In a mount namespace, since the path of the socket is fixed.
# Usage: cl_status.sh CL_STATUS
set -eu
if [ "${2-}" != inside ]; then
    unshare -m true 2>/dev/null || { echo 'no mount namespace may be made here'; exit 77; }
    exec unshare -m "$0" "$1" inside
fi
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mount -t tmpfs none /run
mkdir /run/heartbeat

# ends STATUS WORDS...: what it prints is in the file `said`.
ends() {
    expected=$1
    shift
    status=0
    "$program" "$@" > "$work/said" 2> "$work/error" || status=$?
    [ "$status" -eq "$expected" ] || { echo "cl_status $*: $status, expected $expected"; exit 1; }
}
ends 0
grep -q '^usage: cl_status' "$work/said"
ends 11 nonsense
grep -q 'nonsense: invalid sub-command' "$work/error"
ends 1 hbstatus
[ "$(cat "$work/said")" = 'Heartbeat is stopped on this machine.' ]
ends 1 nodestatus alpha
[ ! -s "$work/said" ]

# It takes connections and says nothing.
python3 -c '
import signal, socket
end = socket.socket(socket.AF_UNIX)
end.bind("/run/heartbeat/register")
end.listen(8)
print("there", flush=True)
signal.pause()' > "$work/there" &
silent=$!
trap 'kill $silent; rm -rf "$work"' EXIT
while [ ! -s "$work/there" ]; do
    kill -0 $silent
    sleep 0.05
done
began=$(date +%s)
ends 12 rscstatus
[ $(($(date +%s) - began)) -ge 4 ]
[ ! -s "$work/said" ]
