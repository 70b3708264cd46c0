#!/bin/bash
# hb_report: what is in the archive and what is not (secrets), the other node over an ssh that runs here,
# time spans of logs, commands that hang, exit statuses. Usage: report.sh SOURCE-DIR
# shellcheck disable=SC2016 # scripts are written
set -u
report=$1/tools/hb_report
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0
bad() { echo "wrong: $*"; wrong=1; }
mkdir -p "$work/bin" "$work/out"
cd "$work/out" || exit 1

# A node is a folder: configuration, state, log.
node() { # name
    local at=$work/$1
    mkdir -p "$at/etc/resource.d" "$at/state" "$at/log"
    echo "$1" >"$at/etc/nodeinfo"
    printf '#my old key: KeyOfYesterday\nauth 2\n1 crc\n2 sha1 TheKeyOfTheCluster\n' >"$at/etc/authkeys"
    cat >"$at/etc/ha.cf" <<EOF
logfile $at/log/ha-log
debugfile $at/log/ha-debug
node alpha beta
stonith external/ipmi $at/etc/ipmi.conf
stonith_host alpha external/riloe hostlist=beta ilo_password=IloSecret1 lanplus=1
#stonith_host beta apcmaster 10.0.0.5 apcuser ApcSecret2
EOF
    printf '# once PassOfOld\nhostname=beta\nuserid=operator\npasswd=IpmiSecret3 with blanks\n' >"$at/etc/ipmi.conf"
    echo 'alpha Filesystem:://srv/x::/mnt::cifs::user=u,password=CifsSecret4,ro' >"$at/etc/haresources"
    {
        echo "$(date -d '-3 hours' '+%b %d %T') $1 heartbeat: [1]: info: too old"
        echo 'a line that belongs to it'
        echo "$(date -d '-1 hour' '+%b %d %T') $1 heartbeat: [1]: info: in time TheKeyOfTheCluster end"
        echo 'ERROR: belongs to it, IloSecret1'
        echo "heartbeat[1]: $(date -d '-30 minutes' +%Y/%m/%d_%T) CRIT: other form, Passwd: PlainSecret5"
        echo "$(date -d '+1 hour' +%Y-%m-%dT%T) $1 too new"
    } >"$at/log/ha-log"
    echo "$(date -d '-50 minutes' '+%b %d %T') $1 heartbeat: [1]: info: rotated away" | gzip >"$at/log/ha-log.1.gz"
    echo "$(date -d '-50 minutes' '+%b %d %T') ancient" >"$at/log/ha-log.2"
    touch -d '-3 days' "$at/log/ha-log.2"
    printf 'heartbeat of %s' "$1" >"$at/recording"
    printf 'options="--record %s"\n' "$at/recording" >"$at/default"
}
# on-node NAME COMMAND...: as if on that node.
cat >"$work/bin/on-node" <<'EOF'
#!/bin/sh
at=$WORK/$1
shift
exec env HA_DIR="$at/etc" HB_STATE_DIR="$at/state" HB_DEFAULTS="$at/default" HB_PID_FILE="$at/pid" \
    HB_SYSTEM_LOGS='' "$@"
EOF
chmod +x "$work/bin/on-node"
export WORK=$work PATH=$work/bin:$PATH HB_SSH_SECONDS=60
for name in alpha beta; do node $name; done
# ssh that knows beta only, and only root there. stdin is the script.
cat >"$work/bin/ssh" <<'EOF'
#!/bin/bash
echo "$*" >>"$WORK/ssh-calls"
while [ "$1" != -- ]; do shift; done
[ "$2" = root@beta ] || { echo "$2: Permission denied (publickey)." >&2; exit 255; }
[ ! -e "$WORK/beta-is-away" ] || { echo 'ssh: connect to host beta: No route to host' >&2; exit 255; }
[ ! -e "$WORK/beta-hangs" ] || exec sleep 1000
exec on-node beta sh -c "$3"
EOF
answer() { # program, what it does
    printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
chmod +x "$work/bin/ssh"
answer heartbeatd 'echo "heartbeatd $*"'
answer cl_status 'echo "cl_status $*"; exit 2'
answer hb_check 'echo "2 risky"; exit 1'
answer journalctl 'echo "journal $*"'
answer timedatectl 'exit 0'
answer systemctl 'echo "unit"; exit 3'
answer dpkg 'exit 0'

# make EXIT-STATUS WORD...: the report in the folder $work/report.
make() {
    local wanted=$1 code=0
    shift
    rm -rf "$work/report" "$work/ssh-calls"
    on-node alpha timeout 120 "$report" "$@" >"$work/stdout" 2>"$work/stderr" || code=$?
    [ "$code" = "$wanted" ] || bad "$*: exit status $code, expected $wanted ($(cat "$work/stderr"))"
    [ -f "$(cat "$work/stdout")" ] || return 0
    mkdir "$work/report"
    tar -xzf "$(cat "$work/stdout")" -C "$work/report" --strip-components=1
}
has() { # file, pattern
    grep -qe "$2" "$work/report/$1" 2>/dev/null || bad "$1 lacks '$2': $(cat "$work/report/$1" 2>&1)"
}
lacks() { ! grep -qe "$2" "$work/report/$1" || bad "$1 has '$2'"; }

make 0 -f '2 hours ago' first
[ "$(cat "$work/stdout")" = first.tar.gz ] || bad "said '$(cat "$work/stdout")'"
[ "$(stat -c %a first.tar.gz)" = 600 ] || bad 'others may read the archive'
[ "$(tar -tzf first.tar.gz | head -n 1)" = first/ ] || bad 'files do not lie in one folder'
for name in alpha beta; do
    log=$name/$(echo "${work#/}/$name/log/ha-log" | tr / _)
    has "$log" 'in time \*\*\* end'
    has "$log" 'ERROR: belongs to it, \*\*\*'
    has "$log" 'CRIT: other form, Passwd: \*\*\*'
    has "$log" 'rotated away'
    for word in old 'a line that' 'too new' ancient; do lacks "$log" "$word"; done
    has $name/authkeys '^auth 2$'
    has $name/authkeys '^2 sha1 (key of 18 bytes removed)$'
    has $name/ha.cf '^stonith_host alpha external/riloe hostlist=beta ilo_password=\*\*\* lanplus=1$'
    has $name/ha.cf '^#stonith_host beta apcmaster (3 parameters removed)$'
    has $name/stonith-device-1 '^hostname=beta$'
    has $name/stonith-device-1 '^passwd=\*\*\*$'
    has $name/haresources 'user=u,password=\*\*\*,ro$'
    has $name/status '^heartbeatd -s -v$'
    has $name/status '(exit status 2)'
    has $name/status.json 'cl_status status --json'
    has $name/versions 'heartbeatd -V'
    has $name/hb_check '2 risky'
    has $name/journal 'journal .*-u heartbeat --since @'
    has $name/ip_addr ' lo'
    has $name/mount ' /proc '
    has $name/files 'haresources'
    has report.txt "^$name: .*/recording was left out: it holds the keys"
done
secrets=$(grep -rlE 'Secret[0-9]|TheKeyOf|KeyOfYesterday|PassOfOld|apcuser|heartbeat of' "$work/report")
[ -z "$secrets" ] || bad "secrets in: $secrets"
has analysis.txt 'alpha.*ERROR: belongs to it'
has analysis.txt 'beta.*CRIT: other form'
grep -q 'BatchMode=yes' "$work/ssh-calls" || bad 'ssh might ask for a password'

# An old report is not overwritten by itself.
make 1 first
grep -q 'first.tar.gz is there already; -Z replaces it' "$work/stderr" || bad "$(cat "$work/stderr")"
make 0 -Z -S -Q --with-recording first
has alpha/recording 'heartbeat of alpha'
has report.txt 'IT HOLDS THE KEYS OF authkeys'
[ ! -e "$work/report/beta" ] || bad '-S asked the other node'
[ ! -e "$work/ssh-calls" ] || bad '-S called ssh'
[ ! -e "$work/report/alpha/hb_check" ] || bad '-Q ran hb_check'
make 0 -f '20 minutes ago' -t now -p 'user' -L rotated -u root -X '-p 2222' -n 'alpha beta' second
lacks "alpha/$(echo "${work#/}/alpha/log/ha-log" | tr / _)" CRIT
has beta/haresources 'user=\*\*\*,'
grep -q -- '-p 2222 -- root@beta' "$work/ssh-calls" || bad "ssh was called so: $(cat "$work/ssh-calls")"
make 0 -S -Q -d folder
[ -f folder/report.txt ] || bad '-d leaves no folder'
mkdir -p other
make 1 -S -Q -d -Z other
[ -d other ] || bad '-Z removed a folder that is no report'

# The other node cannot be reached, or the way to it hangs; a command here hangs.
: >"$work/beta-is-away"
make 3 -Q third
has report.txt '^beta: MISSING; .*No route to host'
grep -q 'run hb_report -S there' "$work/stderr" || bad "$(cat "$work/stderr")"
has alpha/status 'heartbeatd -s'
rm "$work/beta-is-away"
: >"$work/beta-hangs"
began=$SECONDS
HB_SSH_SECONDS=2
make 3 -Q fourth
[ $((SECONDS - began)) -lt 60 ] || bad "a hanging ssh held it up for $((SECONDS - began)) s"

# Wrong words.
make 2 -f yesteryear x
make 2 -f cts:12 x
make 2 -f '1 hour ago' -t '2 hours ago' x
make 2 -k
make 2 --nonsense
make 2 one two
make 1 -S -Q no/such/folder/x
on-node alpha "$report" -h | grep -q '^usage: hb_report' || bad 'no usage'
version=$(sed -n 's/^project(heartbeat VERSION \([0-9.]*\).*/\1/p' "$1/CMakeLists.txt")
[ "$(on-node alpha "$report" -V)" = "hb_report (heartbeat) $version" ] || bad 'another version than the project'
leftovers=$(find . -name '.hb_report*')
[ -z "$leftovers" ] || bad "left behind: $leftovers"
exit $wrong
