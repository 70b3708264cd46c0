"""The power switch of a cluster: hosts order cuts through files on the folder that all share, and
the test carries them out. Offered to the daemon in four ways, each as a real device would be: a
plugin of its own (tests/plugin/zoo/power_switch.c), a script of cluster-glue's protocol, a fence
agent, and Debian's fence_ipmilan over LAN against a simulated BMC. The first three misbehave as
files NODE.no, .hang, .crash and .lie say, and refuse to reset what is off, as many devices do."""

import time

from cluster import wait_for

FOLDER = "/srv/shared/power"
PLUGINS = "/usr/lib/heartbeat/plugins/stonith"

# Asks for a cut and waits until it was made; 1 when the switch refuses or nothing happens.
_OFF = """
off() {
    test ! -e $folder/$1.no || { echo "outlet of $1 is locked" >&2; return 1; }
    test ! -e $folder/$1.hang || { trap '' TERM; sleep 600; }
    test ! -e $folder/$1.crash || kill -SEGV $$
    test ! -e $folder/$1.lie || return 0
    touch $folder/$1.off
    tries=0
    while [ ! -e $folder/$1.is-off ]; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || return 1
        sleep 0.02
    done
}
"""

_EXTERNAL = "#!/bin/sh" + _OFF + """
case $1 in
gethosts) echo alpha beta ;;
reset) test ! -e $folder/$2.is-off && off "$2" ;;
off) off "$2" ;;
on) rm -f $folder/$2.is-off ;;
status) test -w $folder ;;
getconfignames) echo folder ;;
getinfo-devid | getinfo-devdescr) echo "power switch of the tests" ;;
getinfo-devurl) echo "file:$folder" ;;
getinfo-xml)
    echo '<parameters><parameter name="folder" unique="1" required="1"><content type="string"/>'
    echo '<shortdesc lang="en">Folder</shortdesc></parameter></parameters>'
    ;;
*) exit 1 ;;
esac
"""

_AGENT = "#!/bin/sh" + _OFF + """
if [ "$*" = "-o metadata" ]; then
    cat <<END
<?xml version="1.0" ?>
<resource-agent name="fence_switch" shortdesc="Power switch of the tests"><longdesc>text</longdesc>
<vendor-url>http://x</vendor-url><parameters>
<parameter name="action" required="1"><content type="string"/></parameter>
<parameter name="folder" required="1"><content type="string"/></parameter>
<parameter name="plug" required="1"><content type="string"/></parameter>
</parameters><actions><action name="on"/><action name="off"/><action name="reboot"/>
<action name="status"/><action name="monitor"/></actions></resource-agent>
END
    exit 0
fi
while read -r line; do
    case $line in
    action=*) action=${line#*=} ;;
    folder=*) folder=${line#*=} ;;
    plug=*) plug=${line#*=} ;;
    esac
done
case $action in
reboot) test ! -e $folder/$plug.is-off && off "$plug" ;;
off) off "$plug" ;;
on) rm -f $folder/$plug.is-off ;;
monitor) test -w $folder ;;
status)
    test ! -e $folder/$plug.is-off || { echo "Status: OFF"; exit 2; }
    echo "Status: ON"
    ;;
*) exit 1 ;;
esac
"""

# What ipmi_sim runs: PROG ADDRESS get|set power [0|1].
_CHASSIS = "#!/bin/sh\nfolder=" + FOLDER + " node=NODE" + _OFF + """
case "$2 $3 $4" in
"get power ") if [ -e $folder/$node.is-off ]; then echo power:0; else echo power:1; fi ;;
"set power 0") off $node ;;
"set power 1") rm -f $folder/$node.is-off ;;
esac
"""

_BMC = """name "NODE"
set_working_mc 0x20
startlan 1
  addr 127.0.0.1 9701
  priv_limit admin
  allowed_auths_callback none md2 md5 straight
  allowed_auths_user none md2 md5 straight
  allowed_auths_operator none md2 md5 straight
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
chassis_control "/etc/bmc/chassis 0x20"
user 1 true "" "test" user 10 none md2 md5 straight
user 2 true "admin" "verysecret" admin 10 none md2 md5 straight
"""

_MC = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""


class PowerSwitch:
    """`asked`: names of the hosts that were to be cut, `fired`: (wall time, name) of those that had
    power. A test serves while it waits."""

    lines = (f"stonith_host * null folder={FOLDER}",)
    shown = "null"
    delay = 2.0    # fence_delay, s
    slow = 0.0     # from an order to the cut, s

    def __init__(self, cluster):
        self.cluster = cluster
        self.folder = cluster.shared / "power"
        self.folder.mkdir()
        self.asked, self.fired = [], []
        self._ordered = {}    # when an order was first seen, by its file's name

    def offer(self, host):
        """Installs the plugin, under the name of one whose type ha.cf knows."""
        host.run("mkdir", "-p", PLUGINS)
        host.run("cp", "--remove-destination", "/usr/lib/heartbeat/zoo/zoo_power_switch.so",
                 f"{PLUGINS}/null.so")

    def serve(self):
        for order in self.folder.glob("*.off"):
            now = time.monotonic()
            if now < self._ordered.setdefault(order.name, now) + self.slow:
                continue
            del self._ordered[order.name]
            host = self.cluster[order.stem]
            self.asked.append(host.name)
            if host.alive:
                self.cluster.power_cut(host)
                self.fired.append((time.time(), host.name))
            (self.folder / f"{host.name}.is-off").touch()
            order.unlink()

    def booted(self, host):
        """That host has power again."""
        (self.folder / f"{host.name}.is-off").unlink(missing_ok=True)
        self.offer(host)

    def lost_power(self, host):
        """Nobody ordered it: the device knows all the same."""
        self.cluster.power_cut(host)
        (self.folder / f"{host.name}.is-off").touch()

    def set(self, name, how, on=True):
        """`how`: lie, no, hang or crash."""
        path = self.folder / f"{name}.{how}"
        path.touch() if on else path.unlink(missing_ok=True)

    def wait(self, condition, timeout, what):
        return wait_for(lambda: self.serve() or condition(), timeout, what, every=0.005)


class ExternalSwitch(PowerSwitch):
    lines = (f"stonith_host * external/switch folder={FOLDER}",)
    shown = "external/switch"
    scripts = f"{PLUGINS}/external"

    def offer(self, host):
        host.write(f"{self.scripts}/switch", _EXTERNAL, 0o755)


class AgentSwitch(PowerSwitch):
    lines = (f"stonith_host * rhcs/fence_switch folder={FOLDER}",)
    shown = "rhcs/fence_switch"

    def offer(self, host):
        host.write(f"{PLUGINS}/rhcs/fence_switch", _AGENT, 0o755)


class IpmiSwitch(PowerSwitch):
    """Each host reaches the BMC of the other one over its own loopback interface, as over a network
    for management that no cut of the cluster's lines concerns."""

    lines = ("stonith_host * rhcs/fence_ipmilan ip=127.0.0.1 ipport=9701 username=admin "
             "password=verysecret",)
    shown = "rhcs/fence_ipmilan"
    delay = 8.0    # fence_ipmilan is many programs, and the machine may be busy
    listens = "127.0.0.1"

    def victim_of(self, host):
        """Whose power the BMC on that host switches."""
        return self.cluster.peer(host)

    def offer(self, host):
        victim = self.victim_of(host).name
        host.write("/etc/bmc/chassis", _CHASSIS.replace("NODE", victim), 0o755)
        host.write("/etc/bmc/lan.conf",
                   _BMC.replace("NODE", victim).replace("127.0.0.1", self.listens))
        host.write("/etc/bmc/sim.emu", _MC)
        host.run("mkdir", "-p", "/etc/bmc/state")
        host.spawn("ipmi_sim", "-c", "/etc/bmc/lan.conf", "-f", "/etc/bmc/sim.emu",
                   "-s", "/etc/bmc/state", "-n")
        wait_for(lambda: ":25E5 " in host.run("cat", "/proc/net/udp").stdout, 20, "the BMC listens",
                 every=0.1)
