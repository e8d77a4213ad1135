# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real NATS cluster with JetStream and MQTT for tests. Nothing of it is outside its folder."""

import re
import subprocess
from pathlib import Path

from tests.cluster import Cluster, Node, free_ports, program

_DOCS = Path(__file__).parent.parent / "docs/brokers"
CONFIGURATION = _DOCS / "nats.conf"
_ROUTE = "nats://cluster:the-password-of-the-cluster@"


class Nats(Cluster):
    """With the configuration of docs/brokers.md. chargers: serials that have the account and the rights of its charger.
    certificates: a folder; None: without TLS. supervised: each node has its nats-watch; mend() does what it asks for."""

    def __init__(self, nodes=3, chargers=("garage-1", "garage-2"), certificates=None, supervised=False):
        self._server = program("nats-server")
        super().__init__("nats-")
        self._watches = []
        self._text = _configuration(chargers)
        if certificates:
            self._text = self._text.replace("/etc/nats", str(certificates))
        else:
            self._text = re.sub(r"  tls \{[^}]*\}\n", "", self._text)
        ports = free_ports(4 * nodes)
        mqtt, clients, monitors, routes = (ports[each::4] for each in range(4))
        for number in range(nodes):
            self.nodes.append(self._node(number, mqtt[number], clients[number], monitors[number], routes))
            if supervised:
                self._watch(number, monitors[number])
        # None is ready before most of them are there.
        for node in self.nodes:
            node.begin()
        for node in self.nodes:
            node.until_ready()

    def mend(self):
        """As systemd restarts the nodes whose nats-watch asks for it: how many."""
        asked = [node for node in self.nodes if self._request(node).exists()]
        for node in asked:
            self._request(node).unlink()
            if node.is_running:
                node.stop()
                node.begin()
        return len(asked)

    def close(self):
        for watch in self._watches:
            watch.kill()
            watch.wait()
        super().close()

    @staticmethod
    def _request(node):
        return node.folder / "restart"

    def _watch(self, number, monitor):
        """The very one of docs/brokers.md; its command leaves a request for mend()."""
        program("curl")
        [seconds] = re.findall(
            r"^ExecStart=\S+ \S+ (\d+) ", (_DOCS / "nats-watch.service").read_text(), re.MULTILINE
        )
        command = ["touch", self._request(self.nodes[number])]
        with (self.folder / f"watch-{number}").open("wb") as output:
            self._watches.append(
                subprocess.Popen(
                    ["sh", _DOCS / "nats-watch", f"http://127.0.0.1:{monitor}", seconds, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            )

    @staticmethod
    def password_of(name):
        return f"the-password-of-{name}"

    def _node(self, number, port, client, monitor, routes):
        folder = self.folder / f"node-{number}"
        folder.mkdir()
        others = "\n".join(f"    {_ROUTE}127.0.0.1:{each}" for each in routes)
        text = self._text
        # What says where something is.
        for pattern, here in (
            (r"server_name: .*", f"server_name: node-{number}"),
            (r"listen: 127\.0\.0\.1:4222", f"listen: 127.0.0.1:{client}"),
            (r"http: 127\.0\.0\.1:8222", f"http: 127.0.0.1:{monitor}"),
            (r"store_dir: .*", f"store_dir: {folder}"),
            (r"listen: 0\.0\.0\.0:6222", f"listen: 127.0.0.1:{routes[number]}"),
            (r"routes: \[[^]]*\]", f"routes: [\n{others}\n  ]"),
            (r"listen: 0\.0\.0\.0:8883", f"listen: 127.0.0.1:{port}"),
        ):
            text, count = re.subn(pattern, here, text)
            assert count == 1, pattern
        (folder / "nats.conf").write_text(text)
        return Node(folder, port, [self._server, "-c", folder / "nats.conf"])


def _configuration(chargers):
    text = CONFIGURATION.read_text()
    first = _entry(text, "garage-1")
    text = text.replace(_entry(text, "garage-2"), "")
    return text.replace(first, "".join(first.replace("garage-1", serial) for serial in chargers))


def _entry(text, user):
    [found] = re.findall(rf"      {{\n        user: {user}\n.*?\n      }}\n", text, re.DOTALL)
    return found
