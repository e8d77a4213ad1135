# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger gets a new password over OCPP, its AuthorizationKey (security white paper, A00), and connects with it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from chargerctl.central.books import owner
from chargerctl.ocppj import SUBPROTOCOL, basic_auth
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.host.central.ocppj.conftest import WAIT_S

OLD, NEW = b"the old password 1", b"the new password 2"


def connected(central, password):
    return connect(
        f"{central.url}/CP1",
        proxy=None,
        subprotocols=[SUBPROTOCOL],
        additional_headers={"Authorization": basic_auth("CP1", password)},
        open_timeout=WAIT_S,
    )


def give_new_password(central, charger, status):
    """What the command gets; the charger answers every other call with a CALLERROR."""
    key = {"key": "AuthorizationKey", "value": NEW.decode()}
    with ThreadPoolExecutor(1) as command:
        asked = command.submit(central.call, "CP1", "ChangeConfiguration", key)
        while not asked.done():
            try:
                _kind, call_id, action, payload = json.loads(charger.recv(timeout=0.1))
            except TimeoutError:
                continue
            if action == "ChangeConfiguration":
                assert payload == key
                charger.send(json.dumps([3, call_id, {"status": status}]))
            else:
                charger.send(json.dumps([4, call_id, "NotSupported", "", {}]))
        return asked.result().answer


@pytest.mark.parametrize(("status", "right", "wrong"), [("Accepted", NEW, OLD), ("Rejected", OLD, NEW)])
def test_the_new_password_counts_once_the_charger_took_it(central, status, right, wrong):
    with central.store.writing() as connection:
        owner.add_charger(connection, "CP1", 0.0, password=OLD)
    with connected(central, OLD) as charger:
        assert give_new_password(central, charger, status) == {"status": status}
    with pytest.raises(InvalidStatus) as refused:
        connected(central, wrong)
    assert refused.value.response.status_code == 401
    with connected(central, right):
        pass
