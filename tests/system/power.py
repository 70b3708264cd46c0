"""The power switch of a cluster: hosts order cuts through files on the folder that all share
(tests/plugin/zoo/power_switch.c), and the test carries them out."""

import time

from cluster import wait_for

FOLDER = "/srv/shared/power"


class PowerSwitch:
    """`fired`: (wall time, name) of each host that was cut. A test serves while it waits."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.folder = cluster.shared / "power"
        self.folder.mkdir()
        self.fired = []

    def offer(self, host):
        """Installs the plugin, under the name of one whose type ha.cf knows."""
        plugins = "/usr/lib/heartbeat/plugins/stonith"
        host.run("mkdir", "-p", plugins)
        host.run("cp", "--remove-destination", "/usr/lib/heartbeat/zoo/zoo_power_switch.so",
                 f"{plugins}/null.so")

    def serve(self):
        for order in self.folder.glob("*.off"):
            host = self.cluster[order.stem]
            if host.alive:
                self.cluster.power_cut(host)
                self.fired.append((time.time(), host.name))
            (self.folder / f"{host.name}.is-off").touch()
            order.unlink()

    def set(self, name, how, on=True):
        """`how`: lie or no."""
        path = self.folder / f"{name}.{how}"
        path.touch() if on else path.unlink(missing_ok=True)

    def wait(self, condition, timeout, what):
        return wait_for(lambda: self.serve() or condition(), timeout, what, every=0.005)
