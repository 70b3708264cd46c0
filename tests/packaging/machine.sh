# A Debian 12 in a folder, for tests/packaging/upgrade: made, fetched for, booted, asked. Read with `.`.
# shellcheck shell=bash disable=SC2034
base=$here/build/debian12
log=$(mktemp /tmp/hb-upgrade-log.XXXXXX)
root=''
machine=''
export DEBIAN_FRONTEND=noninteractive

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; printf '== %s\n' "$*" >>"$log"; }
# Also from within a pipe: the whole test ends.
die() {
    echo "FAILED: $*" >&2
    tail -n 25 "$log" >&2
    [ -z "$root" ] || tail -n 25 "$root/var/log/ha-log" >&2 2>/dev/null || true
    echo "all of it: $log" >&2
    kill -TERM $$
    exit 1
}
finish() {
    local code=$?
    trap - EXIT TERM INT
    [ -z "$machine" ] || kill -9 "$machine" 2>/dev/null || true
    [ -z "$machine" ] || wait 2>/dev/null || true
    if [ -n "$keep" ]; then
        echo "the machine is in $root" >&2
    elif [ -n "$root" ]; then
        rm -rf --one-file-system "$root"
    fi
    [ $code -ne 0 ] || rm -f "$log"
    exit $code
}
trap 'exit 1' TERM INT
trap finish EXIT

wait_for() { # seconds, what, command...
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || die "waited in vain: $what"
        sleep 0.2
    done
}

# The machine while it is packed: with the network of this one, and no service starts.
outside() {
    unshare --mount --pid --fork --kill-child chroot "$root" sh -c \
        'mount -t proc proc /proc && exec "$@"' _ "$@" >>"$log" 2>&1 || die "$*"
}

make_machine() {
    if [ ! -e "$base/.complete" ]; then
        rm -rf "$base"
        mkdir -p "$base"
        debootstrap --variant=minbase bookworm "$base" "${HB_MIRROR:-http://deb.debian.org/debian}" \
            >>"$log" 2>&1 || die 'debootstrap'
        : >"$base/.complete"
    fi
    root=$(mktemp -d /tmp/hb-upgrade.XXXXXX)
    chmod 755 "$root"
    cp -a "$base/." "$root"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # Proxies and the like of this machine.
    apt-config dump | grep -i '^acquire::.*proxy' >"$root/etc/apt/apt.conf.d/99test" || true
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    outside apt-get update -q
}

# From now on services start and stop as dpkg wants, and nothing can be fetched. The first process
# reaps what daemons leave behind.
boot() {
    printf '#!/bin/sh\nexit 0\n' >"$root/usr/sbin/policy-rc.d"
    unshare --net --mount --pid --uts --ipc --fork --kill-child chroot "$root" bash -c '
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
        hostname alpha
        ip link set lo up
        ip link add d0 type veth peer name d1 && ip link set d1 up
        ip addr add 10.77.0.1/24 brd + dev d0 && ip link set d0 up
        : >/run/booted
        while :; do sleep 3600 & wait $!; done' >>"$log" 2>&1 &
    local shell=$!
    wait_for 30 'the machine is up' test -e "$root/run/booted"
    machine=$(pgrep -P "$shell")
}

inside() {
    nsenter --target "$machine" --mount --net --pid --uts --ipc chroot "$root" "$@" </dev/null
}

# What was fetched is installed; conffiles that were edited stay.
apt() {
    inside sh -c 'exec apt-get install -y -q --no-install-recommends \
        -o Dpkg::Options::=--force-confold '"$*" >>"$log" 2>&1 || die "apt-get install $*"
}
