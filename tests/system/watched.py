"""A cluster with its owners watched all the time: what a story about two nodes needs, whatever runs
on them. Waits and asks; what is right is for the stories to say."""

import time

from cluster import wait_for
from ownership import Ownership

GROUPS = "alpha svc::a\nbeta svc::b\n"


class Watched:
    """Built by build(); a story then starts daemons, does harm, and says where groups must be."""

    def __init__(self, context):
        self.context = context
        self.long = context.long
        self.cluster = self.owners = None

    def build(self, haresources=GROUPS, names=("a", "b"), networks=1, product=None, **ha_cf):
        """Boots both hosts and writes their files; starts no daemon."""
        options = {"product": product} if product else {}
        self.cluster = self.context.cluster(networks=networks, **options)
        self.configure(haresources, **ha_cf)
        self.owners = Ownership(self.cluster, names)
        return self

    def configure(self, haresources=GROUPS, **ha_cf):
        self.cluster.configure(haresources, **ha_cf)

    @property
    def alpha(self):
        return self.cluster.hosts[0]

    @property
    def beta(self):
        return self.cluster.hosts[1]

    def serving(self, *places, timeout=80):
        """Starts both, and waits until each group is at home and both nodes have settled."""
        self.cluster.start()
        self.wait_places(*(places or ("alpha", "beta")), timeout=timeout)
        self.settled()
        return self

    def settled(self, *hosts, timeout=60):
        """Until these nodes say that everything they wanted at the start is done."""
        for host in hosts or self.cluster.hosts:
            self.cluster.settled(host, timeout)

    # --- where the groups are ---

    def _at(self, places):
        """What holders() answers when each group, in order, is there (None: nowhere)."""
        return {name: {place} if place else set() for name, place in
                zip(self.owners.names, places)}

    def wait_places(self, *places, timeout=60):
        """Until each group, in order, runs on that host alone (None: nowhere)."""
        wanted = self._at(places)
        try:
            wait_for(lambda: self.owners.holders() == wanted, timeout, "")
        except TimeoutError:
            raise AssertionError(f"wanted {wanted}, got {self.owners.holders()} after "
                                 f"{timeout} s") from None

    def stays(self, *places, seconds=2):
        """Each group stays where it is for so long."""
        end = time.monotonic() + seconds
        wanted = self._at(places)
        while time.monotonic() < end:
            found = self.owners.holders()
            assert found == wanted, f"moved: wanted {wanted}, got {found}"
            time.sleep(0.05)

    def once_each(self):
        return all(len(hosts) == 1 for hosts in self.owners.holders().values())

    def wait_once_each(self, timeout=60):
        wait_for(self.once_each, timeout, "each group runs exactly once")

    def stays_once_each(self, seconds=3):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.once_each(), f"not once each: {self.owners.holders()}"
            time.sleep(0.05)

    # --- what happened ---

    def tool(self, host, name, *words):
        return self.cluster.tool(host, name, *words)

    def marks(self):
        """Where each node's log ends now."""
        return {host: self.cluster.log_end(host) for host in self.cluster.hosts}

    def log(self, host, since=0):
        return self.cluster.log(host, since)

    def conflicts(self):
        """What the scripts found locked by the other host: (time, service, host that started it),
        oldest first."""
        try:
            lines = (self.cluster.shared / "conflicts").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(float(at), name, host) for at, name, host in map(str.split, lines)]
