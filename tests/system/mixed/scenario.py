"""Scenarios of a mixed cluster. Each is one function that runs three times: on two real Heartbeat
3.0.6 (the reference), with ours as alpha, and with ours as beta. What must hold in every scenario
is checked here: one owner at a time, and no bad news in the real node's log that two real nodes do
not have as well."""

import functools
import json
import time

from cluster import DEBIAN, OURS, wait_for
from mixed.bad_news import bad_news
from runner import REPO, test
from watched import GROUPS, Watched

ROLES = {"reference": (DEBIAN, DEBIAN), "ours_alpha": (OURS, DEBIAN), "ours_beta": (DEBIAN, OURS)}
STORE = REPO / "build" / "mixed-reference"
DEBUG_LOG = "/var/log/ha-debug"
_LOST = "Message with zero fields"
# The polls see a moment more or less of the same event.
SLACK = 0.1


class Pair(Watched):
    """The cluster of one run, and its role."""

    def __init__(self, context, role, overlaps_expected, tolerated):
        super().__init__(context)
        self.role, self.tolerated = role, tolerated
        self.overlaps_expected = overlaps_expected
        self.notes = {}    # figures of a scenario, by name: of the reference for the others

    def build(self, haresources=GROUPS, names=("a", "b"), networks=1, role=None, **ha_cf):
        return super().build(haresources, names, networks, ROLES[role or self.role], **ha_cf)

    def configure(self, haresources=GROUPS, **ha_cf):
        options = {"deadtime": "2", "warntime": "1", "initdead": "5", "failback": "on", **ha_cf}
        options["extra"] = (f"debugfile {DEBUG_LOG}", *options.get("extra", ()))
        super().configure(haresources, **options)

    @property
    def real(self):
        """The hosts that run Heartbeat 3.0.6."""
        return [host for host in self.cluster.hosts if self.cluster.products[host] is DEBIAN]

    @property
    def ours(self):
        return [host for host in self.cluster.hosts if self.cluster.products[host] is OURS]

    def is_real(self, host):
        return self.cluster.products[host] is DEBIAN

    def stable(self):
        """No real node is in a transition. (Ours let a command wait for the end of one.)"""
        return all("transition" not in self.rscstatus(host) for host in self.real if host.alive)

    def rscstatus(self, host):
        """What `cl_status rscstatus` says there; "transition" while it has no answer."""
        done = host.run("cl_status", "rscstatus", check=False)
        return done.stdout if done.returncode == 0 else "transition"

    def wait_stable(self, timeout=60):
        # Each question is a process in each real host.
        wait_for(self.stable, timeout, "the real node is stable", every=0.3)

    def serving(self, *places, timeout=80):
        """A 3.0.6 on a busy machine now and then loses what one of its own scripts writes into its
        FIFO, and then never starts its groups (in one of some hundred boots): both start anew."""
        self.cluster.start()
        wanted, lost_at = self._at(places or ("alpha", "beta")), []

        def served_or_lost():
            if self.owners.holders() == wanted:
                return True
            if not lost_at and any(_LOST in self.log(host) + host.read(DEBUG_LOG)
                                   for host in self.real):
                lost_at.append(time.time())
            return lost_at and time.time() > lost_at[0] + 10

        wait_for(served_or_lost, timeout, f"wanted {wanted}", every=0.1)
        if self.owners.holders() == wanted:
            self.settled()
            return self
        self.context.report("a 3.0.6 lost a word of its own scripts; both are started anew")
        for host in self.cluster.hosts:
            self.cluster.ask_to_stop(host)
        for host in self.cluster.hosts:
            self.wait_ended(host)
        return super().serving(*places, timeout=timeout)

    def tool(self, host, name, *words):
        """Says hb_standby or hb_takeover once more when a 3.0.6 lost it like that."""
        mark = self.cluster.log_end(host)
        done = super().tool(host, name, *words)
        if self.is_real(host):
            end = time.monotonic() + 1
            while "go standby" not in self.log(host, mark) and time.monotonic() < end:
                if _LOST in self.log(host, mark):
                    self.context.report(f"{host.name} lost a word of its own scripts; said again")
                    return super().tool(host, name, *words)
                time.sleep(0.02)
        return done

    def wait_restarted(self, marks):
        """A real node that was counted dead, or counted us dead, restarts itself 2 s after it hears
        us again; waits until those that do have done so."""
        time.sleep(3)
        for host in self.real:
            if "returning after partition" not in self.log(host, marks[host]):
                continue
            self.cluster.wait_log(host, "Heartbeat restart triggered", since=marks[host])
            started = self.cluster.wait_log(host, "(?s)Heartbeat restart triggered.*Starting heartbeat",
                                            since=marks[host]).end() + marks[host]
            self.cluster.wait_log(host, "Initial resource acquisition complete", timeout=40,
                                  since=started)

    # --- an end in order ---

    def stop(self, host):
        """Asks it to stop, and waits until its daemon is gone."""
        self.cluster.ask_to_stop(host)
        self.wait_ended(host)

    def wait_ended(self, host, timeout=30):
        name = "heartbeat" if self.is_real(host) else "heartbeatd"
        wait_for(lambda: not host.pids(name), timeout, f"the daemon of {host.name} ends")

    # --- what must hold in every scenario ---

    def bad_news(self):
        found = set()
        for host in self.real:
            found |= bad_news(self.cluster.log(host)) | bad_news(host.read(DEBUG_LOG))
        return found

    def finish(self, name):
        self.owners.close()
        overlaps = self.owners.overlaps()
        longest = max((span.end - span.begin for span in overlaps), default=0.0)
        news = self.bad_news()
        if self.role == "reference":
            _save(name, {"overlap": longest, "bad_news": sorted(news), "notes": self.notes})
            return
        reference = _load(name, self.context)
        shown = ", ".join(f"{s.name} {s.end - s.begin:.2f} s" for s in overlaps)
        if self.overlaps_expected:
            assert longest <= reference["overlap"] + SLACK, \
                f"two owners for {longest:.2f} s, two real nodes {reference['overlap']:.2f} s"
            if overlaps:
                self.context.report(f"two owners ({self.overlaps_expected}): {shown}; two real "
                                    f"nodes at most {reference['overlap']:.2f} s")
        else:
            assert not overlaps, f"two owners with every line up: {shown}"
            assert not self.conflicts(), f"the scripts met: {self.conflicts()}"
        fresh = {line for line in news - set(reference["bad_news"])
                 if not any(part in line for part in self.tolerated)}
        assert not fresh, "only the mixed cluster's real node says:\n" + "\n".join(sorted(fresh))
        for text, figure in self.notes.items():
            other = reference["notes"].get(text)
            self.context.report(f"{text}: {figure}" + (f" (two real nodes: {other})"
                                                       if other is not None else ""))


def _save(name, facts):
    STORE.mkdir(parents=True, exist_ok=True)
    fresh = STORE / f"{name}.new"
    fresh.write_text(json.dumps(facts, indent=1))
    fresh.rename(STORE / f"{name}.json")


def _load(name, context):
    """The reference of this run when it is part of it; else the last one made."""
    file = STORE / f"{name}.json"
    if f"mixed.{name}.reference" in context.names:
        wait_for(lambda: file.exists() and file.stat().st_mtime >= context.began, 120,
                 f"the reference run of {name}")
    assert file.exists(), f"no reference yet: run mixed.{name}.reference first"
    facts = json.loads(file.read_text())
    assert facts, f"the reference run of {name} failed"
    return facts


def scenario(limit=120, overlaps="", tolerated=(), long_only=False):
    """Marks a scenario: function(pair). `overlaps`: why two owners are met here with two real
    nodes as well; then never longer than with them. `tolerated`: parts of lines that chance alone
    brings into a real node's log or keeps out of it; the scenario says why."""
    def mark(function):
        name = f"{function.__module__.rpartition('test_')[2]}.{function.__name__}"
        for role in ROLES:
            @functools.wraps(function)
            def run(context, role=role):
                pair = Pair(context, role, overlaps, tolerated)
                try:
                    function(pair)
                    pair.finish(name)
                except BaseException:
                    if role == "reference":
                        _save(name, {})    # the others need not wait for it
                    raise
            run.__name__ = f"{function.__name__}.{role}"
            test(crowd=True, long_only=long_only, limit=limit)(run)
        return function
    return mark
