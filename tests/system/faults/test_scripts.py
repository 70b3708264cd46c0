"""Resource scripts that fail or hang."""

import time

from cluster import wait_for
from faults.lab import scenario


def with_fault(lab, fault, **ha_cf):
    """Service a misbehaves on alpha; nothing is started yet; b is healthy."""
    lab.build("alpha svc::a\nalpha svc::b\n", **ha_cf)
    lab.alpha.path(f"/run/svc-a.{fault}").touch()
    lab.cluster.start()


@scenario()
def hung_start(lab):
    """20 Hung start script: killed at its time limit, its group goes to the peer, others go on."""
    with_fault(lab, "hang-start", extra=("start_timeout 2",))
    lab.cluster.wait_runs(lab.alpha, "b")
    assert not lab.cluster.runs(lab.beta, "a"), "b waited for the time limit of a"
    lab.cluster.wait_runs(lab.beta, "a")
    hung = lab.cluster.trace(lab.alpha, "a", "start")[0][0]
    took = lab.cluster.trace(lab.beta, "a", "start")[0][0] - hung
    beats = [p.at for p in lab.cluster.witness.messages(1, "status") if p.at > hung]
    longest = max(after - before for before, after in zip(beats, beats[1:]))
    lab.report(f"hung start to start on the peer: {took:.2f} s (limit 2 s); longest gap between "
               f"heartbeats meanwhile {longest * 1000:.0f} ms")
    assert 2 <= took < 8 and longest < 1
    wait_for(lambda: len(lab.alpha.pids("sleep")) <= 1, 5, "only init's own sleep is left")
    assert lab.lines(lab.alpha, "was killed"), "the cause is not in the log"
    lab.stays("beta", "alpha", seconds=1)
    lab.cluster.assert_exclusive("b")


@scenario()
def failed_start(lab):
    """20 Failing start script: that group alone goes to the peer, and comes back by command only."""
    with_fault(lab, "fail-start")
    lab.wait_places("beta", "alpha")
    assert lab.lines(lab.alpha, "Giving up resources due to failure of")
    time.sleep(2)
    assert len(lab.cluster.trace(lab.alpha, "a", "start")) == 1, "it must come back by command only"
    lab.alpha.path("/run/svc-a.fail-start").unlink()
    lab.tool(lab.alpha, "hb_takeover", "local")
    lab.wait_places("alpha", "alpha")
    lab.cluster.assert_exclusive("a", "b")


@scenario()
def failed_stop_ends_in_the_last_resort(lab):
    """21 Failing stop, as far as a node alone can go: it gives itself up, and only then the peer
    starts the group. (Fencing by the peer comes with part 5.)"""
    lab.build(extra=("stop_retries 1",)).serving()
    lab.alpha.path("/run/svc-a.fail-stop").touch()
    with lab.cause("the daemon ended itself while a script refused to stop"):
        lab.tool(lab.alpha, "hb_standby", "local")
        lab.cluster.wait_log(lab.alpha, "Resource STOP failure. Reboot required!")
        assert len(lab.cluster.trace(lab.alpha, "a", "stop")) == 2, "stop_retries 1: two attempts"
        lab.cluster.daemons[lab.alpha].wait(10)
        assert not lab.cluster.runs(lab.beta, "a"), "started elsewhere before alpha was gone"
        lab.cluster.power_cut(lab.alpha)    # what the reboot would have done
    lab.wait_places("beta", "beta")
    assert lab.lines(lab.beta, "node alpha: is dead")
