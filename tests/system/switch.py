"""The network between virtual hosts: a namespace with one bridge per network and one cable per
host and network, which can be pulled at either end or made lossy."""

import subprocess

import kernel


class Switch:
    """Networks are numbered from 0. Host n has 10.0.<network>.<n> on eth<network>."""

    def __init__(self, networks):
        self.networks = networks
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo ready; exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, preexec_fn=kernel.die_with_parent)
        self._holder.stdout.readline()
        self.pid = self._holder.pid
        lines = []
        for network in range(networks):
            bridge = f"net{network}"
            lines += [f"link add name {bridge} type bridge forward_delay 0 mcast_snooping 0",
                      f"link set dev {bridge} up"]
        self.ip(lines)

    def ip(self, lines):
        """One batch of ip(8) commands in the switch's namespace."""
        done = subprocess.run(["nsenter", "--target", str(self.pid), "--net", "ip", "-batch", "-"],
                              input="\n".join(lines) + "\n", text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"ip: {done.stderr.strip()} in {lines}")

    @staticmethod
    def mac(network, number):
        return f"02:00:00:00:{network:02x}:{number:02x}"

    @staticmethod
    def address(network, number):
        return f"10.0.{network}.{number}"

    @staticmethod
    def link_local(network, number):
        """The IPv6 address that a host's card makes of its MAC address by itself."""
        return f"fe80::ff:fe00:{network:02x}{number:02x}"

    @staticmethod
    def port(network, number):
        return f"port{number}-{network}"

    def connect(self, host, number):
        """Plugs a freshly booted host into every network."""
        for network in range(self.networks):
            self.plug_in(host, number, network)

    def plug_in(self, host, number, network):
        port, bridge = self.port(network, number), f"net{network}"
        device, address = f"eth{network}", self.address(network, number)
        # After a power cut the kernel may still be about to remove the old cable.
        subprocess.run(["nsenter", "--target", str(self.pid), "--net", "ip", "link", "delete", "dev",
                        port], capture_output=True)
        self.ip([f"link add name {port} type veth peer name {device} address "
                 f"{self.mac(network, number)} netns {host.init}",
                 f"link set dev {port} master {bridge} up"])
        host.shell(f"sysctl -qw net.ipv6.conf.{device}.accept_dad=0 2>/dev/null; "
                   f"ip address add {address}/24 broadcast + dev {device}; ip link set dev "
                   f"{device} up")

    def unplug(self, number, network):
        """The cable is out: the host sees its link go down."""
        self.ip([f"link set dev {self.port(network, number)} down"])

    def unplug_all(self, numbers, network):
        """The cables of all these hosts at the same instant."""
        self.ip([f"link set dev {self.port(network, number)} down" for number in numbers])

    def lose_power(self, network):
        """The switch of that network is dead: every host's link stays up, nothing passes."""
        self.ip([f"link set dev net{network} down"])

    def has_power(self, network):
        self.ip([f"link set dev net{network} up"])

    def plug(self, number, network):
        port = self.port(network, number)
        self.ip([f"link set dev {port} master net{network}", f"link set dev {port} up"])

    def isolate(self, number, network):
        """The host's link stays up but nothing passes, as with a dead switch."""
        self.ip([f"link set dev {self.port(network, number)} nomaster"])

    def remove_card(self, number, network):
        """The interface vanishes from the host (a driver reload)."""
        self.ip([f"link delete dev {self.port(network, number)}"])

    def close(self):
        self._holder.kill()
        self._holder.wait()
        self._holder.stdout.close()


def lose(host, percent, direction="input", match=""):
    """Loses that share of the packets in one direction, by nftables inside the host."""
    share = f"numgen random mod 100 < {percent}" if percent < 100 else ""
    host.run("nft", "-f", "-", stdin=f"""
        table inet loss_{direction} {{
            chain lossy {{
                type filter hook {direction} priority 0;
                {match} {share} counter drop
            }}
        }}""")


def lose_no_more(host, direction="input"):
    host.run("nft", "delete", "table", "inet", f"loss_{direction}", check=False)


def packets_lost(host, direction="input"):
    text = host.run("nft", "list", "table", "inet", f"loss_{direction}").stdout
    return int(text.split("counter packets ")[1].split()[0])
