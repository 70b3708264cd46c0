"""The daemon is killed at each step of a takeover and of a hand-over; two seconds later at most it
runs again, as systemd would see to (Restart=on-failure)."""

import time

from cluster import wait_for
from faults.lab import scenario

# Group a has two members, so that there is a moment between them.
GROUPS = "alpha svc::a1 svc::a2\nbeta svc::b\n"
NAMES = ("a1", "a2", "b")
# Long enough to be met, short enough for a script that outlives the daemon to end soon.
SLOW = "1.5"


def serving(lab, **ha_cf):
    lab.build(GROUPS, NAMES, **ha_cf).serving("alpha", "alpha", "beta")
    lab.cluster.wait_steady()
    lab.supervise()


def slow(host, name, action):
    host.write(f"/run/svc-{name}.slow-{action}", SLOW)


def quick(host, name, action):
    host.path(f"/run/svc-{name}.slow-{action}").unlink()


def called(lab, host, name, action, since):
    return any(call[0] > since for call in lab.cluster.trace(host, name, action))


def wait_called(lab, host, name, action, since):
    wait_for(lambda: called(lab, host, name, action, since), 15, f"{host.name} asks {name} {action}")


def rests(lab, *places):
    """Both have settled, each group runs once (at these places, if they are told), and nothing moves
    any more."""
    for host in lab.cluster.hosts:
        wait_for(lambda: lab.log(host).rfind("Initial resource acquisition complete")
                 > lab.log(host).rfind("Starting heartbeat"), 20, f"{host.name} has settled")
    if places:
        lab.wait_places(*places)
    lab.wait_once_each()
    lab.stays_once_each(3)


def killed_in_takeover(lab, name, action, run=False):
    """alpha loses its power; beta's daemon is killed when it asks that of that member, or when the
    member runs. Beta, alone, must serve everything in the end; then alpha is back."""
    serving(lab)
    if not run:
        slow(lab.beta, name, action)
    cut = lab.cluster.power_cut(lab.alpha)
    if run:
        lab.cluster.wait_runs(lab.beta, name)
    else:
        wait_called(lab, lab.beta, name, action, cut)
        quick(lab.beta, name, action)
    lab.kill_daemon(lab.beta)
    lab.wait_places("beta", "beta", "beta")
    took = time.time() - cut
    assert not lab.cluster.trace(lab.beta, "b", "stop"), "b, which ran all the time, was stopped"
    if run:
        assert not lab.cluster.trace(lab.beta, "a1", "stop"), "what ran was not adopted"
    lab.report(f"power cut, and the survivor's daemon killed: all groups on it after {took:.2f} s")
    lab.back(lab.alpha)
    rests(lab, "beta", "beta", "beta")


@scenario()
def before_the_first_start(lab):
    """26 Daemon killed in a takeover, before the first start."""
    killed_in_takeover(lab, "a1", "status")


@scenario()
def in_a_start(lab):
    """26 Daemon killed in a takeover, in a member's start, which goes on without it."""
    killed_in_takeover(lab, "a1", "start")


@scenario()
def between_members(lab):
    """26 Daemon killed in a takeover, between two members of a group."""
    killed_in_takeover(lab, "a2", "status")


@scenario()
def after_the_last_start(lab):
    """26 Daemon killed in a takeover, when the last member runs."""
    killed_in_takeover(lab, "a2", "start", run=True)


def killed_in_hand_over(lab, victim, slow_host, name, action):
    """alpha gives everything to beta; the victim's daemon is killed when that script is asked. It
    is back within deadtime, so that nobody is counted dead."""
    serving(lab, deadtime="5", warntime="2", initdead="6")
    host = lab.cluster[slow_host]
    slow(host, name, action)
    began = time.time()
    lab.tool(lab.alpha, "hb_standby", "local")
    wait_called(lab, host, name, action, began)
    quick(host, name, action)
    lab.kill_daemon(lab.cluster[victim])
    rests(lab)
    lab.report(f"killed in a hand-over: at rest after {time.time() - began - 3:.2f} s, "
               f"places {lab.owners.holders()}")
    assert not lab.conflicts(), "two copies"
    assert not lab.lines(lab.alpha, "is dead") + lab.lines(lab.beta, "is dead")


@scenario()
def giver_in_its_release(lab):
    """26 Daemon killed in a hand-over: the giver's, in a member's stop."""
    killed_in_hand_over(lab, "alpha", "alpha", "a2", "stop")


@scenario()
def giver_between_two_stops(lab):
    """26 Daemon killed in a hand-over: the giver's, in the stop of the last member it has."""
    killed_in_hand_over(lab, "alpha", "alpha", "a1", "stop")


@scenario()
def giver_after_its_release(lab):
    """26 Daemon killed in a hand-over: the giver's, when everything is released and the taker
    begins."""
    killed_in_hand_over(lab, "alpha", "beta", "a1", "start")


@scenario()
def taker_in_its_start(lab):
    """26 Daemon killed in a hand-over: the taker's, in a member's start."""
    killed_in_hand_over(lab, "beta", "beta", "a1", "start")


@scenario()
def taker_between_two_starts(lab):
    """26 Daemon killed in a hand-over: the taker's, between two members."""
    killed_in_hand_over(lab, "beta", "beta", "a2", "start")


@scenario()
def at_rest_and_back_within_deadtime(lab):
    """26 Daemon killed at rest, back within deadtime: what runs is adopted, nothing is touched."""
    serving(lab, deadtime="5", warntime="2", initdead="6")
    calls = lab.calls()
    for host in (lab.alpha, lab.beta):
        lab.kill_daemon(host)
        rests(lab, "alpha", "alpha", "beta")
    assert lab.calls() == calls, "something was started or stopped"


@scenario()
def at_rest_and_back_after_deadtime(lab):
    """26 Daemon killed at rest, back only after deadtime: the one overlap without a cut line; it
    ends soon after the daemon is back."""
    lab.build(GROUPS, NAMES).serving("alpha", "alpha", "beta")
    lab.cluster.wait_steady()
    lab.supervise(pause=2.5)
    lab.kill_daemon(lab.alpha)
    back = time.time()
    lab.wait_once_each()
    lab.report(f"daemon gone for 2.5 s at deadtime 1 s: each group once {time.time() - back:.2f} s "
               f"after it was started again")
    rests(lab)


@scenario()
def a_script_is_killed(lab):
    """26 Each process in turn: a start script is killed; that is a failed start, so the peer gets
    the group."""
    serving(lab)
    lab.tool(lab.alpha, "hb_standby", "local")
    lab.wait_places("beta", "beta", "beta")
    time.sleep(0.5)
    slow(lab.alpha, "a2", "start")
    began = time.time()
    lab.tool(lab.alpha, "hb_takeover", "local")
    wait_called(lab, lab.alpha, "a2", "start", began)
    script = lab.cluster.trace(lab.alpha, "a2", "start")[-1][3]
    lab.alpha.run("kill", "-9", str(script))
    lab.wait_places("beta", "beta", "beta")
    assert lab.lines(lab.alpha, "Giving up resources due to failure of")
    rests(lab, "beta", "beta", "beta")
