#!/bin/bash
# The helpers of 3.0.6 (ResourceManager, req_resource, mach_down, harc, hb_addnode ...): output and exit
# status with scripts that write down their calls, without a daemon and with one that answers as told.
# Usage: legacy.sh SOURCE-DIR
# shellcheck disable=SC2016 # scripts are written
set -u
source_dir=$1/tools/legacy
work=$(mktemp -d)
reader=''
trap '[ -z "$reader" ] || kill "$reader"; rm -rf "$work"' EXIT
tools=$work/tools
mkdir -p "$tools" "$work/etc/resource.d" "$work/etc/rc.d" "$work/init.d" "$work/state"
cp -r "$source_dir"/{ResourceManager,req_resource,mach_down,legacy-*,rc.d} "$tools"
for name in hb_addnode hb_delnode hb_setweight hb_setsite; do cp "$source_dir/membership" "$tools/$name"; done
export HA_DIR=$work/etc/ HB_TOOLS=$tools HB_DAEMON=$work/heartbeatd HB_CL_STATUS=$work/cl_status
export HB_INIT_DIR=$work/init.d HB_FIFO=$work/fifo WORK=$work HB_ASK_TIMEOUT=20 HB_IDLE_TIMEOUT=3
export HA_CURHOST=alpha HA_LOGFILE=$work/log HA_DEBUGLOG=$work/debug
unset HA_LOGFACILITY
wrong=0
bad() { echo "wrong: $*"; wrong=1; }

# run WORD...: stdout in $said, stderr in $work/stderr, the exit status in $code.
run() {
    : >"$work/asked"
    : >"$work/log"
    said=$(timeout 60 "$@" 2>"$work/stderr")
    code=$?
}
gives() { # exit status, stdout, command...
    local status=$1 out=$2
    shift 2
    run "$@"
    [ "$code" = "$status" ] || bad "$*: exit status $code, expected $status ($(cat "$work/stderr"))"
    [ "$said" = "$out" ] || bad "$*: said '$said', expected '$out'"
}
asked() { [ "$(paste -s -d, "$work/asked")" = "$1" ] || bad "called '$(paste -s -d, "$work/asked")', expected '$1'"; }
logged() { grep -q "$1" "$work/log" || bad "not logged: $1 (log: $(cat "$work/log"))"; }
complains() { grep -q "$1" "$work/stderr" || bad "not said: $1 (stderr: $(cat "$work/stderr"))"; }

# A service whose state is a file. `fail-ACTION` of its name lets the action fail.
cat >"$work/etc/resource.d/svc" <<'EOF'
#!/bin/sh
for action; do :; done
[ "$action" = status ] || echo "${0##*/} $*" >>"$WORK/asked"
[ "$action" = status ] || [ ! -e "$WORK/state/$1.fail-$action" ] || exit 7
case $action in
start) : >"$WORK/state/$1" ;;
stop) rm -f "$WORK/state/$1" ;;
status) [ -e "$WORK/state/$1" ] && echo "$1 is running" || echo "$1 is NOT running OK"; exit 4 ;;
esac
echo noise
EOF
printf '#!/bin/sh\necho "IPaddr $*" >>"$WORK/asked"\necho stopped\n' >"$work/etc/resource.d/IPaddr"
printf '#!/bin/sh\necho OK\n' >"$work/init.d/web"
chmod +x "$work/etc/resource.d"/* "$work/init.d/web"
cat >"$work/etc/haresources" <<'EOF'
# groups
Alpha svc::a::1::::2   svc::b \
      svc::c # svc::never
BETA  10.0.0.9/24/eth0 web
alpha svc::d \
# svc::gone \
      svc::e#1
alpha
EOF
rm_() { gives "$1" "$2" "$tools/ResourceManager" "${@:3}"; }

# --- no daemon: the file ---
rm_ 0 $'svc::a::1::::2\nsvc::d' listkeys ALPHA
rm_ 0 '10.0.0.9/24/eth0' listkeys beta
rm_ 0 '' listkeys bet
rm_ 0 $'svc::a::1::::2\n10.0.0.9/24/eth0\nsvc::d' listkeys '.*'
rm_ 0 $'svc::a::1::::2\n10.0.0.9/24/eth0\nsvc::d' allkeys
rm_ 0 $'svc::a::1::::2 svc::b svc::c\nsvc::d svc::e#1' ourkeys
rm_ 0 '10.0.0.9/24/eth0 web' otherkeys
rm_ 1 '' nonsense
complains usage
[ -z "$(tail -n 1 "$work/stderr")" ] || bad 'the usage does not end with an empty line'
rm_ 1 ''
rm_ 1 '' takegroup

# --- no daemon: scripts ---
rm_ 3 '' status svc::a
rm_ 3 '' status no-such-script
rm_ 0 '' status web
rm_ 0 NONE statgroup svc::d
rm_ 0 '' takegroup svc::a::1::::2
asked 'svc a 1 2 start,svc b start,svc c start'
logged 'ResourceManager(default)\[[0-9]*\]:    info: Acquiring resource group: alpha svc::a::1::::2 svc::b svc::c$'
logged 'info: Running .*/svc a 1 2 start$'
grep -q '^noise$' "$work/debug" || bad 'what scripts say is not in the debug log'
rm_ 0 ALL statgroup svc::a::1::::2
rm -f "$work/state/b"
rm_ 0 SOME statgroup svc::a::1::::2
rm_ 0 '' takegroup 'svc::a::1::::2 svc::b svc::c' # a whole line of ourkeys; what runs is not started
asked 'svc b start'
rm_ 1 '' verifyallidle
complains 'CRITICAL: .*svc::a::1'
[ "$(wc -l <"$work/stderr")" = 4 ] || bad "verifyallidle: $(wc -l <"$work/stderr") lines, expected 4"
[ "$(grep -c CRITICAL "$work/log")" = 4 ] || bad 'verifyallidle: expected four CRITICAL lines in the log'
rm_ 0 '' givegroup svc::a::1::::2
asked 'svc c stop,svc b stop,svc a 1 2 stop'
logged 'info: Releasing resource group: alpha svc::a'
rm_ 0 '' verifyallidle
rm_ 0 '' takegroup svc::unknown
complains 'no group svc::unknown'
rm_ 0 '' takegroup '10.0.0.9/24/eth0'
asked 'IPaddr 10.0.0.9/24/eth0 status,IPaddr 10.0.0.9/24/eth0 start'

: >"$work/state/c.fail-start"
rm_ 1 '' takegroup svc::a::1::::2 # 3.0.6: 0 (B1)
logged 'ERROR: Return code 7 from .*/svc c$'
logged 'CRIT: Giving up resources due to failure of svc::c$'
asked 'svc a 1 2 start,svc b start,svc c start,svc c stop,svc b stop,svc a 1 2 stop'
rm "$work/state/c.fail-start"

# A stop that fails: tried again; then it counts whether it runs.
: >"$work/state/d.fail-stop"
HA_STOPRETRYMAX=1 rm_ 0 '' givegroup svc::d
logged 'Retrying failed stop operation \[svc::d\]'
logged 'Machine reboot narrowly avoided!'
: >"$work/state/d"
HA_STOPRETRYMAX=1 rm_ 1 '' givegroup svc::d
logged 'Resource STOP failure. Reboot required!'
asked 'svc e#1 stop,svc d stop,svc d stop'
rm "$work/state"/*

# --- no daemon: req_resource, mach_down, harc ---
gives 0 '' "$tools/req_resource" svc::d
asked 'svc d start,svc e#1 start'
gives 0 '' "$tools/req_resource" svc::d
asked ''
gives 1 '' "$tools/req_resource" svc::unknown
gives 1 '' "$tools/req_resource"
gives 0 '' "$tools/mach_down" ALPHA # this node
HA_info=ping gives 0 '' "$tools/mach_down" beta
asked ''
gives 0 '' "$tools/mach_down" Beta
asked 'IPaddr 10.0.0.9/24/eth0 status,IPaddr 10.0.0.9/24/eth0 start'
logged 'Taking over resource group 10.0.0.9/24/eth0$'
logged 'mach_down takeover complete for node beta\.$'
printf '#!/bin/sh\nexit 1\n' >"$work/etc/resource.d/IPaddr"
HA_STOPRETRYMAX=1 gives 1 '' "$tools/mach_down" beta # 3.0.6: 0
! grep -q complete "$work/log" || bad 'mach_down: complete, although it failed'
gives 1 '' "$tools/mach_down"

harc() { run "$source_dir/harc" "$@"; }
HA_st=active HA_src=beta harc status
[ "$code" = 0 ] || bad "harc status: $code"
logged 'harc(default).*info: Running .*/rc.d/status status$'
printf '#!/bin/sh\necho stopped\n' >"$work/etc/resource.d/IPaddr"
HA_st=dead HA_src=beta harc status
[ "$code" = 0 ] || bad "harc status of a dead node: $code"
logged 'mach_down takeover complete for node beta'
harc no-such-thing
[ "$code" = 1 ] || bad "harc of a missing script: $code"
logged 'ERROR: there is no executable script no-such-thing'
harc ../etc/haresources
[ "$code" = 1 ] || bad 'harc left its folders'
printf '#!/bin/sh\necho "own $* $HA_CURHOST $HA_RSCTMP" >>"$WORK/asked"\nexit 9\n' >"$work/etc/rc.d/status"
chmod +x "$work/etc/rc.d/status"
harc status
[ "$code" = 9 ] || bad "harc does not give the exit status of a script: $code"
asked 'own status alpha /run/resource-agents'
HA_dest=alpha HA_ok=OK HA_ipaddr=svc::d HA_weown=yes harc ip-request-resp
logged 'received ip-request-resp svc::d OK yes'
harc ip-request-resp
[ "$code" = 1 ] || bad "ip-request-resp without a group: $code"
HA_src=beta HA_ipaddr=svc::d harc ip-request
asked 'svc e#1 stop,svc d stop'
printf '#!/bin/sh\necho "${0##*/} $*" >>"$WORK/asked"\n[ ! -e "$WORK/effect" ] || cp "$WORK/effect" "$WORK/status"\n' \
    >"$tools/hb_standby"
chmod +x "$tools/hb_standby"
cp "$tools/hb_standby" "$tools/hb_takeover"
HA_src=beta HA_rsc_hold=failback harc hb_takeover
asked 'hb_standby foreign'
HA_src=alpha HA_rsc_hold=all harc hb_takeover
asked ''

# --- with a daemon: its answers decide, and no script is called ---
printf '#!/bin/sh\n[ -e "$WORK/runs" ] || exit 3\n' >"$HB_DAEMON"
cat >"$HB_CL_STATUS" <<'EOF'
#!/bin/sh
case $* in
'hbparameter -p auto_failback') cat "$WORK/failback" ;;
'status --json') cat "$WORK/status"; exit 2 ;;
esac
EOF
chmod +x "$HB_DAEMON" "$HB_CL_STATUS"
# status_is FILE BETA-STATE [KEY OWNER STATE WHY]...: as `cl_status status --json` prints it.
status_is() {
    local file=$1 beta=$2 comma=''
    shift 2
    {
        printf '{\n  "groups": ['
        while [ $# -ge 4 ]; do
            printf '%s\n    {\n      "about": "",\n      "name": "%s",\n      "owner": "%s",\n' "$comma" "$1" "$2"
            printf '      "preferred": "%s",\n      "resources": [\n        {\n          "name": "x",\n' \
                "$([[ $1 == 10* ]] && echo beta || echo alpha)"
            printf '          "start": {\n            "state": "wrong"\n          },\n          "stop": null\n'
            printf '        }\n      ],\n      "rival": "",\n      "state": "%s",\n      "why": "%s"\n    }' "$3" "$4"
            comma=,
            shift 4
        done
        printf '\n  ],\n  "handover": "idle",\n  "lines": [],\n  "name": "alpha",\n  "nodes": [\n    {\n'
        printf '      "claim": "alive",\n      "left": false,\n      "links": [],\n      "name": "beta",\n'
        printf '      "state": "%s"\n    }\n  ],\n  "timers": {\n    "deadtime_ms": 1\n  }\n}\n' "$beta"
    } >"$work/$file"
}
: >"$work/runs"
echo on >"$work/failback"
a=svc::a::1::::2 d=svc::d b=10.0.0.9/24/eth0
status_is status active $a alpha running '' $d beta on_peer '' $b beta on_peer ''
rm_ 0 '' takegroup $a
rm_ 0 '' givegroup $b
asked ''
status_is effect active $a alpha running '' $d alpha running '' $b beta on_peer ''
rm_ 0 '' takegroup $d
asked 'hb_takeover local'
complains "asked it for 'hb_takeover local', which means: $a $d$"
rm "$work/effect"
status_is status active $a alpha running '' $d beta on_peer '' $b beta on_peer ''
status_is effect active $a alpha running '' $d '' failed start_failed $b beta on_peer ''
gives 1 '' "$tools/req_resource" $d
asked 'hb_takeover local'
complains "ERROR: group $d does not run here: it is failed (start_failed)"
status_is status active $a alpha running '' $d alpha running '' $b alpha running ''
status_is effect active $a alpha running '' $d alpha running '' $b beta on_peer ''
rm_ 0 '' givegroup $b
asked 'hb_standby foreign'
rm "$work/effect"
# Nobody takes it.
status_is status active $a alpha running '' $d alpha running '' $b alpha running ''
HB_ASK_TIMEOUT=2 rm_ 1 '' givegroup $b
complains "ERROR: group $b is still here: it is running on alpha"
status_is status dead $a alpha running '' $d alpha running '' $b alpha running ''
rm_ 1 '' givegroup $b
complains 'no other node is there'
asked ''
gives 0 '' "$tools/mach_down" beta
logged 'mach_down takeover complete for node beta'
status_is status dead $a alpha running '' $d alpha running '' $b '' failed failed_everywhere
gives 1 '' "$tools/mach_down" beta
complains "group $b of beta does not run here: it is failed (failed_everywhere)"
status_is status active $a alpha running '' $d alpha running '' $b beta on_peer ''
gives 1 '' "$tools/mach_down" beta
complains 'beta is active: nothing is taken from a node that heartbeat hears'
gives 1 '' "$tools/mach_down" gamma
complains 'knows no node gamma'
echo legacy >"$work/failback"
rm_ 1 '' takegroup $b
complains 'auto_failback is legacy'
asked ''
rm_ 0 '' takegroup svc::nowhere
complains 'the running heartbeat has no group svc::nowhere'
status_is status active $a alpha running ''
rm_ 1 '' takegroup $d
complains 'heartbeat has not read that yet'
HA_src=beta HA_ipaddr=$a harc ip-request # the daemon answers it
asked ''
: >"$work/status" # it runs, but says nothing yet
rm_ 1 '' takegroup $a
complains 'does not say yet what it holds'
asked ''

# --- hb_addnode and the like ---
rm -f "$HB_FIFO"
gives 1 'usage: hb_addnode <node> <node> ...' "$tools/hb_addnode"
gives 1 'usage: hb_delnode <node> <node> ...' "$tools/hb_delnode" --help
gives 1 'usage: hb_setweight <node> <weight>' "$tools/hb_setweight" beta
gives 1 'usage: hb_setweight <node> <weight>' "$tools/hb_setweight" beta heavy
gives 1 'usage: hb_setsite <node> <site>' "$tools/hb_setsite"
gives 1 '' "$tools/hb_addnode" gamma
complains 'heartbeat is not running'
mkfifo "$HB_FIFO"
gives 1 '' "$tools/hb_addnode" gamma # nobody reads: 3.0.6 hangs (B14)
complains 'heartbeat is not running'
sends() { # message, what is said, command...
    local wanted=$1 words=$2
    shift 2
    timeout 20 cat "$HB_FIFO" >"$work/sent" &
    reader=$!
    # The reader's open(2) comes to its end with ours.
    for _ in {1..200}; do
        run "$@"
        grep -q 'is not running' "$work/stderr" || break
        sleep 0.05
    done
    wait "$reader"
    reader=''
    [ "$code" = 1 ] || bad "$*: exit status $code"
    complains "$words"
    [ "$(cat "$work/sent")" = "$wanted" ] || bad "$*: sent '$(cat "$work/sent")'"
}
sends $'>>>\nt=addnode\nnodelist=gamma delta\n<<<' "add 'node gamma delta' to" "$tools/hb_addnode" gamma delta
sends $'>>>\nt=delnode\nnodelist=gamma\n<<<' "take 'gamma' out of the node lines" "$tools/hb_delnode" gamma
sends $'>>>\nt=setweight\nnode=beta\nweight=50\n<<<' 'weighs the same' "$tools/hb_setweight" beta 50
sends $'>>>\nt=setsite\nnode=beta\nsite=x\n<<<' 'no site' "$tools/hb_setsite" beta x
gives 1 '' "$tools/hb_addnode" $'gamma\nt=shutdown'
complains 'is no name'
exit $wrong
