"""Debian's unmodified client programs at our daemon, beside the same at a real Heartbeat 3.0.6 in the
same cluster."""

import json
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cluster import DEBIAN, OURS, wait_for
from runner import test
from workspace import REPO

LIBEXEC = "/usr/libexec/heartbeat"
PROGRAMS = {"debian": "/usr/bin/cl_status-debian", "ours": "/usr/bin/cl_status-ours"}
AS_CLUSTER = ("setpriv", "--reuid", "hacluster", "--regid", "haclient", "--clear-groups")
CLIENTS = ("apiauth dopd uid=hacluster", "apiauth ping gid=haclient uid=root")


def mixed(context, *extra):
    """alpha runs 3.0.6, beta ours; a router answers pings. Both serve one group."""
    cluster = context.cluster(product=(DEBIAN, OURS), networks=2)
    router = cluster.guest("router")
    cluster.witness.ignore(cluster.number(router))
    cluster.router = cluster.switch.address(0, cluster.number(router))
    cluster.configure("alpha svc::a\nbeta svc::b\n", media=("bcast eth0", "bcast eth1"),
                      deadtime="2", warntime="1", initdead="5", keepalive="300ms",
                      extra=(f"ping {cluster.router}", *CLIENTS, *extra))
    cluster.start()
    real, ours = cluster.hosts
    cluster.wait_runs(real, "a", timeout=40)
    cluster.wait_runs(ours, "b", timeout=40)
    for host in cluster.hosts:
        shutil.copy("/usr/bin/cl_status", host.path(PROGRAMS["debian"]))
        shutil.copy(context.stage / "usr/bin/cl_status", host.path(PROGRAMS["ours"]))
        wait_for(lambda: ask(host, "rscstatus") == ("local\n", 0), 30, f"{host.name} is at rest",
                 every=0.2)
        wait_for(lambda: ask(host, "nodestatus", cluster.router) == ("ping\n", 0), 30,
                 f"{host.name} hears the router", every=0.2)
    return cluster, real, ours


def ask(host, *words, program="debian"):
    done = host.run(PROGRAMS[program], *words, check=False)
    return done.stdout, done.returncode


def ask_ours(host, *words):
    return ask(host, *words, program="ours")


def questions(router):
    """Every sub-command of cl_status, with right and wrong arguments."""
    nodes = ("alpha", "beta", router, "nobody")
    yield ("hbstatus",)
    yield from (("listnodes", *more) for more in ((), ("-n",), ("-p",), ("-np",), ("-m",), ("-v",)))
    for command in ("nodestatus", "nodetype", "nodeweight", "nodesite", "listhblinks"):
        yield from ((command, node) for node in nodes)
        yield (command, "-m", "alpha")
        yield (command,)
    yield from (("listhblinks", "-v", "beta"), ("listnodes", "-mv"))
    for link in ("eth0", "eth1", "eth9"):
        yield from (("hblinkstatus", node, link) for node in nodes)
    yield ("hblinkstatus", router, router)
    yield ("hblinkstatus", "-m", "beta", "eth0")
    yield from (("clientstatus", "alpha", "ipfail", "5000"), ("clientstatus", router, "ipfail"),
                ("clientstatus", "nobody", "ipfail"), ("clientstatus",))
    yield from (("rscstatus",), ("rscstatus", "-m"))
    for name in ("keepalive", "deadtime", "warntime", "initdead", "deadping", "baud", "udpport",
                 "auto_failback", "hopfudge", "logfacility", "logfile", "debugfile", "rtprio",
                 "watchdog", "realtime", "debug", "coreroot", "cluster", "msgfmt", "nothing"):
        yield ("hbparameter", "-p", name)
    yield from (("hbparameter",), ("hbparameter", "-m", "-p", "keepalive"), ("nonsense",))


@test(crowd=True, limit=150)
def cl_status_says_the_same(context):
    """What monitoring reads must not change with the daemon: every sub-command, text and status."""
    cluster, real, ours = mixed(context)
    ask(ours, "hbstatus")
    different = []
    for words in questions(cluster.router):
        there, here = ask(real, *words), ask(ours, *words)
        if there != here:
            there = ask(real, *words)    # a slow 3.0.6 may have run into the program's own limit
        program = ask_ours(ours, *words)
        if not there == here == program:
            different.append(f"cl_status {' '.join(words)}\n  3.0.6: {there}\n  at ours: {here}\n"
                             f"  our program: {program}")
    # Our program at a 3.0.6.
    for words in (("listnodes", "-v"), ("clientstatus", "beta", "ipfail", "3000"), ("rscstatus",)):
        there, program = ask(real, *words), ask_ours(real, *words)
        if there != program:
            different.append(f"cl_status {' '.join(words)}\n  3.0.6: {there}\n  ours: {program}")
    assert not different, "\n".join(different)
    assert ask_ours(real, "status") == ("", 13)
    version, status = ask(ours, "hbstatus", "-v")
    for words in (("hbstatus", "-v"), ("hbstatus", "-mv"), ("test",)):    # they name the node
        assert ask(ours, *words) == ask_ours(ours, *words)
    assert status == 0 and "version:\t3.0.6 (heartbeatd " in version, version
    assert 'managed by:\t"haresources"' in version, version
    assert ask(ours, "hbparameter", "-p", "hbversion")[0].startswith("3.0.6 (heartbeatd ")
    whole_status(ours)
    assert cluster.stop(ours) == 0
    for program in (ask, ask_ours):
        assert program(ours, "hbstatus") == ("Heartbeat is stopped on this machine.\n", 1)
        assert program(ours, "listnodes") == ("", 1)
    assert not ours.path("/run/heartbeat/register").exists()


KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
         "null": type(None)}


def unlike(data, schema, root, path="status"):
    """Where `data` breaks the schema, by the few words that the schema uses."""
    if "anyOf" in schema:
        if all(list(unlike(data, each, root, path)) for each in schema["anyOf"]):
            yield f"{path}: {data!r} is none of {schema['anyOf']}"
        return
    if "$ref" in schema:
        yield from unlike(data, root["$defs"][schema["$ref"].split("/")[-1]], root, path)
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(data) is KINDS[kind] for kind in kinds):
        yield f"{path}: {data!r} is no {kinds}"
        return
    if data not in schema.get("enum", [data]) or \
            isinstance(data, int) and data < schema.get("minimum", data):
        yield f"{path}: {data!r} is out of bounds"
    if isinstance(data, list):
        for each in data:
            yield from unlike(each, schema["items"], root, path + "[]")
    elif isinstance(data, dict):
        if set(data) != set(schema["properties"]) or set(schema["required"]) - set(data):
            yield f"{path}: has the names {sorted(data)}"
        for name in set(data) & set(schema["properties"]):
            yield from unlike(data[name], schema["properties"][name], root, f"{path}.{name}")


def whole_status(host):
    """What a live daemon says of itself fits its schema and names what it should."""
    page, status = ask_ours(host, "status")
    assert status in (0, 2), page
    assert page.startswith("beta: ") and "\ngroups\n" in page and "3.0.6 or older" in page, page
    told = json.loads(ask_ours(host, "status", "--json")[0])
    schema = json.loads((REPO / "man/heartbeat-status.schema.json").read_text())
    misfits = list(unlike(told, schema, schema))
    assert not misfits, misfits
    assert {group["name"]: group["owner"] for group in told["groups"]} == \
        {"svc::a": "alpha", "svc::b": "beta"}, told["groups"]
    assert [node["name"] for node in told["nodes"]] == ["alpha"] and told["holdings"] == "local"
    # Whoever may not ask is told so.
    nobody = host.run("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
                      PROGRAMS["ours"], "hbstatus", check=False)
    assert (nobody.stdout, nobody.returncode) == ("", 13), nobody
    assert "only root and programs of the group haclient may ask" in nobody.stderr, nobody
    member = host.run(*AS_CLUSTER, PROGRAMS["ours"], "rscstatus", check=False)
    assert (member.stdout, member.returncode) == ("local\n", 0), member


@test(crowd=True, limit=150)
def ipfail_and_its_like_sign_on(context):
    """Debian's ipfail, dopd and ccm must find at our daemon what they need, and each other."""
    cluster, real, ours = mixed(context)

    def online(host, node, client):
        return ask(host, "clientstatus", node.name, client, "3000")[0].strip()

    programs = {}
    for host in cluster.hosts:
        for name in ("ipfail", "dopd", "ccm"):
            programs[host, name] = host.spawn(*AS_CLUSTER, f"{LIBEXEC}/{name}")
    for name in ("ipfail", "dopd", "ccm"):
        cluster.wait_log(ours, f"client {name} signed on")
        for host in cluster.hosts:
            for node in cluster.hosts:
                wait_for(lambda: online(host, node, name) == "online", 30,
                         f"{host.name} finds {name} of {node.name}", every=0.2)
    # The ipfails count ping nodes for each other, the ccms agree on who is a member.
    for number in (1, 2):
        wait_for(lambda: [packet for packet in cluster.witness.messages(number)
                          if packet.fields.get("to_id") == "ipfail"
                          and packet.fields["t"] in ("num_ping_nodes", "abort_giveup")], 60,
                 f"node {number}: ipfail speaks", every=0.1)
        wait_for(lambda: any(packet.fields["t"].startswith("CCM_TYPE")
                             for packet in cluster.witness.messages(number)), 60,
                 f"node {number}: ccm speaks", every=0.1)
    again = ours.run(*AS_CLUSTER, f"{LIBEXEC}/ipfail", check=False)
    assert again.returncode == 1, again
    cluster.wait_log(ours, r"client ipfail \(pid \d+, uid \d+\) cannot sign on: duplicate add request")
    ours.kill("ipfail", 15)
    cluster.wait_log(ours, "client ipfail left: signoff")
    ours.kill("dopd", 9)
    cluster.wait_log(ours, "client dopd left: EOF")
    assert online(ours, ours, "ipfail") == "offline"
    wait_for(lambda: online(real, ours, "dopd") == "offline", 20, "alpha hears that dopd has left")
    assert programs[ours, "ccm"].poll() is None
    # Both ccms show their clients the same membership.
    members = []
    for host in cluster.hosts:
        shown = host.run("timeout", "2", f"{LIBEXEC}/ccm_testclient", check=False)
        members.append(set(re.findall(r"nodeid=\d+, uname=\w+", shown.stdout + shown.stderr)))
    assert members[0] == members[1] and len(members[0]) == 2, members


@test(crowd=True, limit=120)
def both_libraries_work(context):
    """Debian's api_test goes through the whole old library. At a 3.0.6 it ends in the middle: its answers
    come too late for the program. A program with our library works at either daemon."""
    cluster, real, ours = mixed(context)
    done = ours.run("timeout", "8", f"{LIBEXEC}/api_test", check=False)
    said = re.sub(r"(?m)^.*?\]: (info|ERROR): ", r"\1: ", done.stdout + done.stderr)
    wrong = [line for line in said.splitlines() if line.startswith("ERROR")]
    # No daemon has this parameter any more.
    assert wrong == ["ERROR: Mandantory Parameter normalpoll is not available!"], said
    for line in ("info: Current resource status: local", "info: Cluster node: alpha: status: active",
                 "info: \tnode alpha: intf: eth1 ifstatus: up", "info: beta/api_test status: [online]",
                 f"info: Cluster node: {cluster.router}: status: ping",
                 "info: Waiting for messages..."):
        assert line in said.splitlines(), f"{line!r} is not in {said}"
    # Whether the real node's answer comes in time is for the machine to say.
    assert re.search(r"info: alpha/api_test status: \[(offline|timeout)\]", said), said
    # A client of the real node and one of ours hear each other: words to all, words to one, the leave.
    for host in cluster.hosts:
        for name in ("client_crowd.py", "client_talk.py"):
            shutil.copy(Path(__file__).with_name(name), host.path("/usr/local/bin"))
    talking = [real.spawn("python3", "/usr/local/bin/client_talk.py", "beta", "first"),
               ours.spawn("python3", "/usr/local/bin/client_talk.py", "alpha")]
    for host, process in zip(cluster.hosts, talking):
        status = process.wait(timeout=40)
        assert status == 0, f"{host.name}: {host.console.read_text(errors='replace')[-400:]}"
    libheartbeat_at_both(context, cluster, real, ours)


def libheartbeat_at_both(context, cluster, real, ours):
    """Programs with our library ask their daemon, and talk to their like across the two."""
    library = "/usr/lib/libheartbeat-under-test.so"
    for host in cluster.hosts:
        shutil.copy(next(context.stage.glob("usr/lib/*/libheartbeat.so.1.*")), host.path(library))
        host.write("/tmp/talk.py", (REPO / "tests/system/talk.py").read_text())
    talk = (sys.executable, "/tmp/talk.py", library)
    for here, there in ((ours, real), (real, ours)):
        listener = there.spawn(*talk, "hear", here.name)
        told = json.loads(here.run(*talk, "say", there.name).stdout)
        assert listener.wait(20) == 0
        assert sorted(told["nodes"]) == sorted(
            [["alpha", "normal", "active"], ["beta", "normal", "active"],
             [cluster.router, "ping", "ping"]]), told
        assert told["unknown"] == 3 and told["other_online"] == "online", told
        assert told["status"] == ("beta" if here is ours else None), told
        assert told["heard"] == f"hi {here.name}, with love", told


OUR_LIBRARY = "/usr/lib/heartbeat/libhbclient.so.1.0.0"
THEIR_LIBRARY = "/usr/lib/libhbclient.so.1.0.0"


def some_questions(router):
    """One of each way through the library; all of them are asked in cl_status_says_the_same."""
    yield from (("hbstatus",), ("listnodes",), ("listnodes", "-v"), ("nonsense",))
    for command in ("nodestatus", "nodetype", "nodesite", "listhblinks"):
        yield from ((command, node) for node in ("beta", "nobody"))
    yield from (("nodeweight", "alpha"), ("nodestatus", router), ("listhblinks", "-v", "beta"),
                ("hblinkstatus", "alpha", "eth1"), ("hblinkstatus", "alpha", "eth9"),
                ("hblinkstatus", router, router), ("clientstatus", "alpha", "ipfail", "5000"),
                ("clientstatus", "beta", "ipfail", "5000"), ("clientstatus", "nobody", "ipfail"),
                ("rscstatus", "-m"), ("hbparameter", "-p", "hbversion"),
                ("hbparameter", "-p", "keepalive"), ("hbparameter", "-p", "nothing"))


def api_test(host):
    """What api_test says of the cluster, without times, pids and messages that come by chance."""
    done = host.run("timeout", "8", f"{LIBEXEC}/api_test", check=False)
    said = re.sub(r"(?m)^.*?\]: (info|ERROR|WARN|debug|notice): ", r"\1: ",
                  done.stdout + done.stderr)
    # A slow 3.0.6 may not answer within the program's own half second.
    said = re.sub(r"(?m)^(info: alpha/api_test status): \[(offline|timeout)\]", r"\1", said)
    told = re.compile(r"info: (Current resource|Cluster node|\tnode .* intf|Setting|Waiting|"
                      r".*_test status|Parameter)|ERROR")
    return [line for line in said.splitlines() if told.match(line)], done.returncode


def exchange_library(host, tree):
    """From now on programs of that host find ours under the name of Debian's, set-gid ones too."""
    copy = host.path(OUR_LIBRARY)
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / OUR_LIBRARY[1:], copy)
    host.run("mount", "--bind", OUR_LIBRARY, THEIR_LIBRARY)
    host.run("cmp", OUR_LIBRARY, THEIR_LIBRARY)
    assert "/libhbclient.so.1 " in host.run("ldd", f"{LIBEXEC}/ipfail").stdout


@test(crowd=True, limit=150)
def our_library_serves_their_programs(context):
    """libheartbeat2 can be removed: Debian's programs do with our libhbclient.so.1 what they do with
    theirs, at our daemon and at a 3.0.6. Different, and meant to be: api_test at a 3.0.6 asks on when
    an answer comes late, as that one is not taken for the next one's; our words for errors."""
    cluster, real, ours = mixed(context)
    tree = Path(ours.trees[0])
    asked = list(some_questions(cluster.router))
    for host in cluster.hosts:    # every line has been heard, or the two libraries see another state
        wait_for(lambda host=host: "dead" not in ask(host, "listnodes", "-v")[0], 30,
                 f"{host.name}: all lines are up", every=0.2)

    def answers(host):
        return [ask(host, *words) for words in asked]

    with ThreadPoolExecutor(2) as pool:
        theirs = dict(zip(cluster.hosts, pool.map(answers, cluster.hosts)))
        their_test = api_test(ours)
        for host in cluster.hosts:
            exchange_library(host, tree)
        mine = dict(zip(cluster.hosts, pool.map(answers, cluster.hosts)))
    different = []
    for host in cluster.hosts:
        for words, there, here in zip(asked, theirs[host], mine[host]):
            if there != here:
                here = ask(host, *words)    # a slow 3.0.6 may have run into the program's own limit
            if there != here:
                different.append(f"{host.name}: cl_status {' '.join(words)}\n"
                                 f"  their library: {there}\n  ours:          {here}")
    assert not different, "\n".join(different)
    my_test = api_test(ours)
    assert my_test == their_test, f"their library: {their_test}\nours: {my_test}"
    at_real, _ = api_test(real)    # how far it comes in its 8 s depends on that daemon's pace
    for line in ("info: Current resource status: local", "info: Cluster node: alpha: status: active",
                 f"info: Cluster node: {cluster.router}: status: ping"):
        assert line in at_real, at_real
    assert [line for line in at_real if line.startswith("ERROR")] == [
        "ERROR: Mandantory Parameter normalpoll is not available!"], at_real

    programs = {}
    for host in cluster.hosts:
        for name in ("ipfail", "dopd", "ccm"):
            programs[host, name] = host.spawn(*AS_CLUSTER, f"{LIBEXEC}/{name}")
    for number in (1, 2):
        wait_for(lambda: [packet for packet in cluster.witness.messages(number)
                          if packet.fields.get("to_id") == "ipfail"
                          and packet.fields["t"] in ("num_ping_nodes", "abort_giveup")], 60,
                 f"node {number}: ipfail speaks", every=0.1)

    def members(host):
        shown = host.run("timeout", "2", f"{LIBEXEC}/ccm_testclient", check=False)
        return set(re.findall(r"nodeid=\d+, uname=\w+", shown.stdout + shown.stderr))

    for host in cluster.hosts:
        wait_for(lambda: len(members(host)) == 2, 60, f"ccm of {host.name} has two members")
    assert members(real) == members(ours)
    for host in cluster.hosts:
        again = host.run(*AS_CLUSTER, f"{LIBEXEC}/ipfail", check=False)
        assert again.returncode == 1, again
        for name, status in (("ipfail", 0), ("dopd", 0), ("ccm", 1)):
            host.kill(name, 15)
            assert programs[host, name].wait(20) == status, (host.name, name)
    cluster.wait_log(ours, "client ipfail left: signoff")
