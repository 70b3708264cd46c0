#!/bin/bash
# /etc/init.d/heartbeat with a daemon that answers as told: what it is asked, what is said, and the exit
# status of each action in each state (LSB; resources.md 6.2). Usage: init.sh SOURCE-DIR
set -u
script=$1/packaging/init.d
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HB_CONFIG_DIR=$work/etc HB_DAEMON=$work/heartbeatd HB_TOOLS=$work HB_DEFAULTS=$work/default
export HB_NO_LSB=1 WORK=$work
wrong=0
bad() { echo "wrong: $*"; wrong=1; }

# A daemon whose state is a file; $WORK/fails holds the exit status of what is to go wrong.
cat >"$work/daemon" <<'END'
#!/bin/sh
echo "${EXTRA:+$EXTRA }heartbeatd${*:+ $*}" >>"$WORK/asked"
[ ! -e "$WORK/fails" ] || [ "$*" = -s ] || { echo 'ha.cf:3: no such thing'; exit "$(cat "$WORK/fails")"; }
case $* in
-s) [ -e "$WORK/runs" ] && echo 'heartbeat OK' || { echo 'heartbeat is stopped'; exit 3; } ;;
-k) rm -f "$WORK/runs" ;;
-r) [ -e "$WORK/runs" ] ;;
*) : >"$WORK/runs" ;;
esac
END
printf '#!/bin/sh\necho "hb_standby $*" >>"$WORK/asked"\n' >"$work/hb_standby"
chmod +x "$work/daemon" "$work/hb_standby"
ha_cf() { mkdir -p "$work/etc/resource.d"; printf '%s\n' "$@" >"$work/etc/ha.cf"; }

# check STATE ACTION EXIT-STATUS ASKED [WORDS-THAT-ARE-SAID]: STATE is stopped or running
check() {
    local said code
    : >"$work/asked"
    rm -f "$work/runs"
    [ "$1" = stopped ] || : >"$work/runs"
    # shellcheck disable=SC2086
    said=$("$script" $2 2>&1)
    code=$?
    [ $code = "$3" ] || bad "$1: $2: exit status $code, expected $3 ($said)"
    [ "$(paste -s -d, "$work/asked")" = "$4" ] ||
        bad "$1: $2: asked '$(paste -s -d, "$work/asked")', expected '$4'"
    [[ $said == *"${5:-}"* ]] || bad "$1: $2: said '$said', expected '$5'"
}

# The package was removed: nothing fails, nothing is said, nothing runs.
check stopped start 0 ''
check stopped stop 0 ''
check stopped reload 0 ''
check stopped status 3 ''
cp "$work/daemon" "$HB_DAEMON"

# Installed and not configured yet.
check stopped start 0 '' "Heartbeat not configured: $work/etc/ha.cf not found."
check stopped reload 6 '' 'Heartbeat not configured'
check stopped stop 0 'heartbeatd -k'
check stopped status 3 'heartbeatd -s' stopped

ha_cf 'auto_failback on' 'node alpha beta'
check stopped start 0 heartbeatd 'Starting High-Availability services: Done.'
check running start 0 heartbeatd Done.
check running stop 0 'heartbeatd -k' 'Stopping High-Availability services: Done.'
check stopped stop 0 'heartbeatd -k' Done.
check running status 0 'heartbeatd -s' 'heartbeat OK'
check stopped status 3 'heartbeatd -s' 'heartbeat is stopped'
check running restart 0 'heartbeatd -k,heartbeatd' Done.
check stopped restart 0 'heartbeatd -k,heartbeatd' Done.
check running try-restart 0 'heartbeatd -s,heartbeatd -k,heartbeatd'
check stopped try-restart 0 'heartbeatd -s'
check stopped condrestart 0 'heartbeatd -s'
check running reload 0 'heartbeatd -s,heartbeatd -r' Done.
check running force-reload 0 'heartbeatd -s,heartbeatd -r' Done.
check stopped reload 7 'heartbeatd -s' 'Heartbeat is not currently running.'
check stopped force-reload 7 'heartbeatd -s' 'Heartbeat is not currently running.'
check running standby 0 'heartbeatd -s,hb_standby all' 'auto_failback: on'
check stopped standby 1 'heartbeatd -s' 'Heartbeat is not currently running.'
check running takeover 2 '' usage:
check running '' 2 '' usage:

# What the daemon says of a failure is passed on, with its exit status.
echo 6 >"$work/fails"
check stopped start 6 heartbeatd 'Heartbeat failure [rc=6]. Failed.'
check stopped start 6 heartbeatd 'ha.cf:3: no such thing'
check running stop 6 'heartbeatd -k' 'Failed.'
check running restart 6 'heartbeatd -k' 'Failed.' # what did not stop is not started
check running reload 6 'heartbeatd -s,heartbeatd -r' 'no such thing' # 3.0.6: 0
rm "$work/fails"

ha_cf 'auto_failback legacy'
check running standby 1 'heartbeatd -s' legacy
ha_cf 'node alpha'
check running standby 1 'heartbeatd -s' 'not set'

# /etc/default/heartbeat is read; a site's own hook is called around start and stop.
printf 'export EXTRA=extra\noptions="-l -d"\n' >"$HB_DEFAULTS"
check stopped start 0 'extra heartbeatd -l -d'
rm "$HB_DEFAULTS"
printf '#!/bin/sh\necho "hook $*" >>"$WORK/asked"\n' >"$work/etc/resource.d/startstop"
check stopped start 0 heartbeatd # not executable
chmod +x "$work/etc/resource.d/startstop"
check stopped start 0 'hook pre-start,heartbeatd,hook post-start 0'
check running stop 0 'hook pre-stop,heartbeatd -k,hook post-stop 0'
exit $wrong
