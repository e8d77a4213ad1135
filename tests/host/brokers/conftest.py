# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Clusters of real brokers, one of each for all tests of a worker: they take seconds to start."""

import pytest

from tests.certificates import make_certificates
from tests.host.brokers.accounts import Accounts
from tests.nats import Nats
from tests.rabbitmq import RabbitMQ

# The last one is that of the firmware's link under test.
CHARGERS = "garage-1", "garage-2", "garage-3", "box-1"


def let_in(cluster):
    """Once each node lets a client in and grants it a subscription: an open port says little."""
    accounts = Accounts(cluster)
    for node in range(len(cluster.nodes)):
        accounts.central("/charger/+", node=node)
    accounts.close()
    return cluster


@pytest.fixture(scope="session")
def rabbitmq_cluster():
    with RabbitMQ(chargers=CHARGERS) as cluster:
        yield let_in(cluster)


@pytest.fixture(scope="session")
def rabbitmq_alone(tmp_path_factory):
    """One node, with TLS, and with a charger whose serial has a dot."""
    folder = make_certificates(tmp_path_factory.mktemp("certificates"))
    with RabbitMQ(1, ["garage.1", "garage-2"], folder) as cluster:
        yield let_in(cluster)


@pytest.fixture(scope="session")
def nats_cluster():
    with Nats(chargers=CHARGERS) as cluster:
        yield let_in(cluster)


@pytest.fixture
def rabbitmq(rabbitmq_cluster):
    accounts = Accounts(rabbitmq_cluster)
    yield accounts
    accounts.close()


@pytest.fixture
def nats(nats_cluster):
    accounts = Accounts(nats_cluster)
    yield accounts
    accounts.close()


@pytest.fixture(params=["rabbitmq", "nats"])
def broker(request):
    """Each of them: what both do alike."""
    return request.getfixturevalue(request.param)
