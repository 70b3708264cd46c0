"""`cmake --install` below DESTDIR: every path where Heartbeat 3.0.6 on Debian has it."""

import os

import world as w
from world import has, same, sh

PROGRAMS = ["usr/sbin/heartbeatd", "usr/share/heartbeat/hb_standby",
            "usr/share/heartbeat/hb_takeover", "usr/libexec/heartbeat/hb_send_arp", "usr/libexec/heartbeat/hb_agent",
            "usr/libexec/heartbeat/heartbeat-plugin-helper",
            *(f"etc/ha.d/resource.d/{name}" for name in
              ("IPaddr", "IPaddr2", "IPv6addr", "IPsrcaddr", "Filesystem", "MailTo", "Delay",
               "SendArp"))]
LINKS = {"usr/libexec/heartbeat/heartbeat": "/usr/sbin/heartbeatd",
         "usr/sbin/hb_standby": "../share/heartbeat/hb_standby",
         "usr/sbin/hb_takeover": "../share/heartbeat/hb_takeover"}
FILES = ["lib/systemd/system/heartbeat.service", "usr/share/man/man1/hb_standby.1",
         "usr/share/man/man1/hb_takeover.1", "usr/share/man/man7/heartbeat-agents.7",
         "usr/lib/heartbeat/plugins/ipfail.so", "usr/share/man/man3/heartbeat-plugin.3", "usr/include/heartbeat/plugin.h",
         "usr/include/heartbeat/plugin.hpp"]


def test_install_layout(world):
    # Why: old init scripts, monitoring and people know these paths.
    if not (w.programs / "heartbeatd").exists():
        print("install layout: not tested, heartbeatd is not built")
        return
    top = world.folder / "T"
    sh(f"DESTDIR={top} cmake --install {w.programs.parent}")
    for name in PROGRAMS:
        assert (top / name).is_file() and os.access(top / name, os.X_OK), name
    same({link: os.readlink(top / link) for link in LINKS}, LINKS)
    for name in FILES:
        assert (top / name).is_file(), name
    for name in ("etc/ha.d/rc.d", "usr/lib/heartbeat/plugins"):
        assert (top / name).is_dir(), name
    assert not [path for path in (top / "etc/ha.d/resource.d").iterdir()
                if not os.access(path, os.X_OK)], "only programs belong there"
    has((top / FILES[0]).read_text(), "ExecStart=/usr/sbin/heartbeatd -f\n")
