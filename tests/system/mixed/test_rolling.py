"""The rolling upgrade itself, as README tells it, with somebody using the service all the time; and
the way back."""

import shutil
import time

from cluster import DEBIAN, OURS, wait_for
from mixed.client import Client
from mixed.scenario import scenario
from runner import REPO
from test_upgrade import debian_package

ADDRESS, PORT = "10.0.0.100", 7000
# An init script like any: it starts a server that says the name of its node.
_WEB = r"""#!/bin/sh
pid=/run/web.pid
case $1 in
start)
    [ -e $pid ] && kill -0 "$(cat $pid)" 2>/dev/null && exit 0
    setsid python3 - <<'END' >/dev/null 2>&1 &
import os, socket
server = socket.create_server(("10.0.0.100", 7000))
open("/run/web.pid", "w").write(str(os.getpid()))
while True:
    line, _ = server.accept()
    line.sendall(os.uname().nodename.encode() + b"\n")
    line.close()
END
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -e $pid ] && touch /run/svc-web && exit 0
        sleep 0.05
    done
    exit 1 ;;
stop)
    [ ! -e $pid ] || kill -9 "$(cat $pid)" 2>/dev/null
    rm -f $pid /run/svc-web ;;
status)
    if [ -e $pid ] && kill -0 "$(cat $pid)" 2>/dev/null; then echo running; else echo stopped; fi ;;
esac
"""


def identity(host):
    return host.path("/var/lib/heartbeat/hb_uuid").read_bytes()


def generation(host):
    return int(host.read("/var/lib/heartbeat/hb_generation"))


def to_ours(pair, host, stage):
    """Debian's package goes, our files come; /etc/ha.d and /var/lib/heartbeat stay."""
    host.run("dpkg", "--remove", "heartbeat", timeout=120)
    host.run("cp", "-a", f"{stage}/.", "/")
    pair.cluster.runs_now(host, OURS)


def to_debian(pair, host, manifest, package):
    """The way back: our files go, Debian's package comes."""
    host.shell(f"xargs rm -f <{manifest}")
    host.run("dpkg", "--force-confmiss", "--force-confold", "-i", package,
             timeout=120)
    pair.cluster.runs_now(host, DEBIAN)


class Upgrade:
    def __init__(self, pair):
        self.pair = pair
        self.first, self.second = (pair.alpha, pair.beta) if pair.role == "ours_alpha" else \
            (pair.beta, pair.alpha)
        self.client = None

    def step(self, what, action, served_by):
        """Carries out one step of the guide; then that node serves, and both are at rest."""
        began = time.time()
        action()
        wait_for(lambda: self.client.served_by() == served_by.name, 30,
                 f"{what}: {served_by.name} serves")
        time.sleep(1)
        self.pair.wait_stable(timeout=40)
        self.pair.notes[what] = f"{self.client.outage(began) * 1000:.0f} ms without an answer"

    def replaced(self, host, change):
        """Stops the daemon, changes what is installed, starts again with the same files."""
        pair = self.pair
        uuid, number, files = identity(host), generation(host), host.read("/etc/ha.d/ha.cf")
        pair.stop(host)
        change()
        assert identity(host) == uuid and host.read("/etc/ha.d/ha.cf") == files, "files were lost"
        since = pair.cluster.log_end(host)
        pair.cluster.start(host)
        pair.cluster.wait_log(host, "Initial resource acquisition complete", timeout=40,
                              since=since)
        assert identity(host) == uuid and generation(host) > number


@scenario(limit=240)
def the_guide_step_by_step(pair):
    """What README promises: one node at a time, while the cluster runs, and back again."""
    pair.build(role="reference", names=(ADDRESS, "web"), failback="off", deadtime="4",
               warntime="2", initdead="6", haresources="")
    upgrade = Upgrade(pair)
    first, second = upgrade.first, upgrade.second
    for host in pair.cluster.hosts:
        host.write("/etc/init.d/web", _WEB, mode=0o755)
        host.write("/etc/ha.d/haresources", f"{second.name} IPaddr2::{ADDRESS}/24/eth0 web\n")
    pair.cluster.start()
    pair.wait_places(second.name, second.name, timeout=40)
    pair.settled()
    pair.wait_stable()
    guest = pair.cluster.guest("client")
    upgrade.client = client = Client(guest, ADDRESS, PORT)
    wait_for(lambda: client.served_by() == second.name, 10, "the client is served")
    if pair.role == "reference":
        change_to_ours = change_to_debian = {host: lambda: None for host in (first, second)}
    else:
        shutil.copytree(pair.context.stage, pair.cluster.shared / "ours", symlinks=True)
        shutil.copy(debian_package(), pair.cluster.shared / "heartbeat.deb")
        shutil.copy(REPO / "build/release/install_manifest.txt", pair.cluster.shared)
        stage, package = "/srv/shared/ours", "/srv/shared/heartbeat.deb"
        manifest = "/srv/shared/install_manifest.txt"
        change_to_ours = {h: lambda h=h: to_ours(pair, h, stage) for h in (first, second)}
        change_to_debian = {h: lambda h=h: to_debian(pair, h, manifest, package)
                            for h in (first, second)}
    upgrade.step("1 the idle node is replaced",
                 lambda: upgrade.replaced(first, change_to_ours[first]), second)
    upgrade.step("2 moved to it by the old node's hb_standby",
                 lambda: pair.tool(second, "hb_standby"), first)
    upgrade.step("3 the other node is replaced",
                 lambda: upgrade.replaced(second, change_to_ours[second]), first)
    upgrade.step("4 moved back by hb_standby", lambda: pair.tool(first, "hb_standby"), second)
    upgrade.step("5 way back: the idle node gets Debian's package again",
                 lambda: upgrade.replaced(first, change_to_debian[first]), second)
    upgrade.step("6 moved to it by our hb_standby", lambda: pair.tool(second, "hb_standby"), first)
    upgrade.step("7 moved back by its hb_standby", lambda: pair.tool(first, "hb_standby"), second)
    client.close()
