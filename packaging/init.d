#!/bin/sh
# shellcheck disable=SC2086 # $options are words
### BEGIN INIT INFO
# Provides:          heartbeat
# Required-Start:    $remote_fs $network $time $syslog
# Required-Stop:     $remote_fs $network $time $syslog
# Should-Start:      drbd
# Should-Stop:       drbd
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: two-node high availability
# Description:       starts and stops heartbeatd, which takes over addresses, file systems and services
### END INIT INFO
# Exit status as the LSB has it: 0 done, 1 failed, 2 wrong action, 3 (status) not running, 6 not
# configured, 7 (reload) not running. Without the program everything but status succeeds in silence, and
# without ha.cf start does: a package that was removed or only just installed is no fault of the machine.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
config=${HB_CONFIG_DIR:-/etc/ha.d}
daemon=${HB_DAEMON:-/usr/sbin/heartbeatd}
tools=${HB_TOOLS:-/usr/share/heartbeat}
defaults=${HB_DEFAULTS:-/etc/default/heartbeat}
options=''
# shellcheck disable=SC1090
[ ! -r "$defaults" ] || . "$defaults"
# With systemd as init the unit does it (this file replaces the action by systemctl's).
# shellcheck disable=SC1091
[ -n "${HB_NO_LSB:-}" ] || [ ! -r /lib/lsb/init-functions ] || . /lib/lsb/init-functions

# A site's own hook, as with 3.0.6.
hook() {
    [ ! -f "$config/resource.d/startstop" ] || [ ! -x "$config/resource.d/startstop" ] ||
        "$config/resource.d/startstop" "$@"
}

configured() {
    [ ! -f "$config/ha.cf" ] || return 0
    echo "Heartbeat not configured: $config/ha.cf not found."
    return 1
}

running() { "$daemon" $options -s >/dev/null 2>&1; }

# The device that a `watchdog` line names, made by the kernel's timer where there is none of hardware.
load_watchdog() {
    device=$(sed -n 's/^[[:blank:]]*watchdog[[:blank:]]\{1,\}\([^[:blank:]#]*\).*/\1/p' "$config/ha.cf")
    [ -z "$device" ] || [ -e "$device" ] || modprobe softdog 2>/dev/null || true
}

# Leaves its exit status in `code`.
call_daemon() {
    if said=$("$daemon" $options "$@" 2>&1); then
        code=0
        echo 'Done.'
    else
        code=$?
        echo "Heartbeat failure [rc=$code]. Failed."
        printf '%s\n' "$said" >&2
    fi
}

start() {
    configured || return 0
    hook pre-start
    printf 'Starting High-Availability services: '
    load_watchdog
    call_daemon
    hook post-start "$code"
    return "$code"
}

# Waits for the end, which comes when the last resource has stopped.
stop() {
    hook pre-stop
    printf 'Stopping High-Availability services: '
    call_daemon -k
    hook post-stop "$code"
    return "$code"
}

# No pause between the two: the other node has heard of the stop and has taken over when it ends.
restart() {
    stop && start
}

reload() {
    configured || return 6
    running || {
        echo 'Heartbeat is not currently running.'
        return 7
    }
    printf 'Reloading heartbeat configuration: '
    "$daemon" $options -r || return
    echo 'Done.'
}

# Everything to the other node; that needs a cluster that does not give it back at once.
standby() {
    running || {
        echo 'Heartbeat is not currently running.'
        return 1
    }
    failback=$(sed -n 's/^[[:blank:]]*auto_failback[[:blank:]]\{1,\}\([^[:blank:]#]*\).*/\1/p' \
        "$config/ha.cf" | tail -n 1)
    case ${failback:-legacy} in
    legacy)
        echo "auto_failback is ${failback:-not set}: standby needs on or off in $config/ha.cf" >&2
        return 1
        ;;
    esac
    echo "auto_failback: $failback"
    "$tools/hb_standby" all
}

if [ ! -x "$daemon" ]; then
    [ "${1:-}" = status ] && exit 3
    exit 0
fi
case ${1:-} in
start | stop | restart | reload | standby) "$1" ;;
force-reload) reload ;;
try-restart | condrestart) if running; then restart; fi ;;
status) "$daemon" $options -s ;;
*)
    echo "usage: $0 start|stop|status|restart|try-restart|reload|force-reload|standby" >&2
    exit 2
    ;;
esac
