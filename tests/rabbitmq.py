# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real RabbitMQ cluster with its MQTT plugin for tests. Nothing of it is outside its folder: names of nodes, cookie and
settings are its own. It runs as whoever runs the tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.cluster import Cluster, Node, free_ports, program

CONFIGURATION = Path(__file__).parent.parent / "docs/brokers"
# Debian's rabbitmq-server in the path would change the user; this is what it calls.
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
# On one processor, and of other nodes none but those here.
_ERLANG = "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +SDcpu 1 +SDio 1 +A 1"


class RabbitMQ(Cluster):
    """With the configuration of docs/brokers.md, and a port without TLS. chargers: serials that have the account and the
    rights of its charger. certificates: a folder; then the nodes have `tls_ports`, too."""

    def __init__(self, nodes=2, chargers=("garage-1", "garage-2"), certificates=None):
        program("rabbitmq-server")
        super().__init__("rabbitmq-")
        self.certificates = certificates
        epmd, *ports = free_ports(1 + 3 * nodes)
        self.tls_ports = ports[2 * nodes :]
        self._epmd = subprocess.Popen([program("epmd"), "-port", str(epmd), "-address", "127.0.0.1"])
        (self.folder / "definitions.json").write_text(_definitions(chargers))
        for number in range(nodes):
            self.nodes.append(self._node(number, *ports[2 * number : 2 * number + 2], epmd))
        for node in self.nodes:
            node.start()

    def _node(self, number, port, distribution, epmd):
        folder = self.folder / f"node-{number}"
        folder.mkdir()
        (folder / "rabbitmq.conf").write_text(
            "\n".join([*self._settings(number), f"mqtt.listeners.tcp.default = 127.0.0.1:{port}", ""])
        )
        shutil.copy(CONFIGURATION / "enabled_plugins", folder)
        cookie = folder / ".erlang.cookie"
        cookie.write_text("tests")
        cookie.chmod(0o400)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(epmd),
            "RABBITMQ_ALLOW_INPUT": "1",  # the server is this process, and none below it
            "RABBITMQ_NODENAME": f"node-{number}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
        }
        return Node(folder, port, [_SERVER], environment)

    @staticmethod
    def password_of(name):
        return f"the password of {name}"

    def _settings(self, number):
        """Of the documentation, but for what says where something is."""
        for line in (CONFIGURATION / "rabbitmq.conf").read_text().splitlines():
            if line.startswith("load_definitions"):
                yield f"load_definitions = {self.folder / 'definitions.json'}"
            elif line.startswith(("mqtt.listeners.ssl", "ssl_options")):
                if self.certificates:
                    here = line.replace("8883", f"127.0.0.1:{self.tls_ports[number]}")
                    yield here.replace("/etc/rabbitmq", str(self.certificates))
            elif not line.startswith(("mqtt.listeners.tcp", "cluster_formation.classic")):
                yield line
        # The first one founds the cluster without asking who else is there.
        yield "cluster_formation.classic_config.nodes.1 = node-0@localhost"

    def close(self):
        super().close()
        self._epmd.kill()
        self._epmd.wait()


def _definitions(chargers):
    found = json.loads((CONFIGURATION / "definitions.json").read_text())
    for kind in ("users", "permissions", "topic_permissions"):
        entries = {each.get("user", each.get("name")): each for each in found[kind]}
        pattern = json.dumps(entries["garage-1"])
        copies = [json.loads(pattern.replace("garage-1", serial)) for serial in chargers]
        found[kind] = [entries["central"], *copies]
    return json.dumps(found)
