# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The configurations of docs/brokers.md with their TLS, and the certificates of docs/security.md."""

import pytest

from tests.certificates import make_certificates
from tests.cluster import is_open
from tests.host.brokers.accounts import until
from tests.host.central.mqtt.client import Client
from tests.nats import Nats


def until_let_in(cluster, port, folder):
    """A cluster that has just begun lets nobody in for a while."""
    until(lambda: is_open(port))
    code = None
    while code != "Success":
        password = cluster.password_of("garage-2")
        client = Client(port, "garage-2", password, tls=str(folder / "ca.pem"), host="localhost")
        code = client.code
        client.close()


@pytest.mark.timeout(120)
def test_a_charger_connects_to_rabbitmq_with_tls(rabbitmq_alone):
    until_let_in(rabbitmq_alone, rabbitmq_alone.tls_ports[0], rabbitmq_alone.certificates)


@pytest.mark.timeout(120)
def test_a_charger_connects_to_nats_with_tls(tmp_path):
    folder = make_certificates(tmp_path)
    with Nats(certificates=folder) as cluster:
        until_let_in(cluster, cluster.ports[0], folder)
