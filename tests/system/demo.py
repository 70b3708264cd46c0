"""The demo: two hosts, one service; the owner loses its power. Prints what happens as it happens."""

import re
import sys
import threading
import time

import workspace
from cluster import LOG, Cluster, wait_for

ADDRESS = "10.0.0.100"
WHY = re.compile(r"(Local status now|Status update|is dead|Resources being acquired|Running /|"
                 r"No STONITH|not protected|Resource group .* (runs|is released)|takeover complete|"
                 r"wants to go standby|giving .* back|standby: acquire|returning|restart on node)")


class Story:
    """Prints lines with the seconds since the beginning; follows the logs of both hosts."""

    def __init__(self, cluster):
        self.cluster = cluster
        self._began = time.time()
        self._seen = {host: 0 for host in cluster.hosts}
        self._lock = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def say(self, text):
        with self._lock:
            print(f"{time.time() - self._began:7.2f} s  {text}", flush=True)

    def _follow(self):
        while self._open:
            for host in self.cluster.hosts:
                text = host.read(LOG)[self._seen[host]:]
                complete = text[:text.rfind("\n") + 1]
                self._seen[host] += len(complete)
                for line in complete.splitlines():
                    if WHY.search(line):
                        said = re.sub(r"^.*?heartbeat(d)?(: )?\[\d+\]: ", "", line)
                        self.say(f"    {host.name:5}  {said}")
            time.sleep(0.01)

    def owner(self, host, timeout=30):
        """Waits until the whole group runs there, and says so."""
        wait_for(lambda: self.cluster.runs(host, "web")
                 and self.cluster.holders(ADDRESS) == [host], timeout, f"{host.name} owns the group")
        time.sleep(0.1)
        self.say(f"==> {host.name} owns {ADDRESS} and the service `web`")

    def end(self):
        time.sleep(0.2)
        self._open = False
        self._thread.join()


def tell(work):
    cluster = Cluster(work, (workspace.install(work / "tree"),))
    alpha, beta = cluster.hosts
    cluster.init_script("web")
    cluster.configure(f"alpha {ADDRESS}/24/eth0 web\n", scripts=())
    print("\nTwo hosts on one switch, each with /etc/ha.d/haresources:\n"
          f"    {alpha.read('/etc/ha.d/haresources').strip()}\n"
          "keepalive 200 ms, deadtime 1 s, auto_failback on. What happens:\n", flush=True)
    story = Story(cluster)
    story.say("==> alpha and beta boot, heartbeatd starts on both")
    cluster.start()
    story.owner(alpha)
    cluster.settled(beta)
    story.say("    (for 5 s after its start a node asks its peers for 2 s more patience)")
    cluster.wait_steady()
    story.say("==> the power of alpha is cut")
    cut = cluster.power_cut(alpha)
    arp = cluster.witness.wait_arp(ADDRESS, cluster.number(beta), cut, timeout=20)
    last = cluster.witness.last_heartbeat(cluster.number(alpha), before=arp)
    story.owner(beta)
    time.sleep(1)
    story.say("==> alpha is switched on again")
    cluster.boot(alpha)
    cluster.start(alpha)
    story.owner(alpha)
    story.say("==> both are stopped")
    for host in cluster.hosts:
        cluster.ask_to_stop(host)
    for host in cluster.hosts:
        cluster.daemons[host].wait(30)
    story.end()
    held = cluster.holders(ADDRESS)
    cluster.close()
    if held:
        print(f"demo: {ADDRESS} is still there after the stop", file=sys.stderr)
        return 1
    print(f"\ntakeover: {(arp - last) * 1000:.1f} ms from alpha's last heartbeat to beta's first "
          "ARP, both seen on the switch (deadtime 1000 ms)")
    return 0


if __name__ == "__main__":
    sys.exit(workspace.run_apart(tell))
