# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may connect, and what the others are told."""

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.books.interface import BooksError
from chargerctl.central.ocppj import admission
from chargerctl.central.ocppj.addresses import Patience
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.ocppj.origin import is_foreign_page
from chargerctl.central.passwords import hash_password
from chargerctl.ocppj import SUBPROTOCOL, basic_auth, client_tls, server_tls
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from tests.certificates import make_certificates
from tests.host.central.ocppj.conftest import PASSWORD, WAIT_S, await_
from tests.host.central.ocppj.raw import RawClient
from tests.mosquitto import needs_mosquitto


def refusal(setup, *arguments, **options):
    """The HTTP answer to a handshake that is refused."""
    with pytest.raises(InvalidStatus) as caught:
        setup.connect(*arguments, **options)
    return caught.value.response


@pytest.fixture
def checks(monkeypatch):
    """The hashes that a password was checked against, which is what costs."""
    checked = []

    def count(stored, password):
        checked.append(stored)
        return original(stored, password)

    original = admission.password_matches
    monkeypatch.setattr(admission, "password_matches", count)
    return checked


def test_a_charger_with_the_right_password_connects(setup):
    setup.start(without_password=False)
    with setup.connect("CP2", PASSWORD):
        setup.desk.wait_for("connected", "CP2")


def test_the_key_of_the_specification_as_bytes_and_as_digits(setup):
    key = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
    setup.start(without_password=False)
    setup.accounts["AL1000"] = Account("AL1000", hash_password(key.hex().encode(), iterations=1000))
    for password in (key, key.hex().encode()):
        setup.connect("AL1000", password).close()


def test_an_identity_with_a_space_or_a_colon(setup):
    setup.start()
    for path, identity in [("RDAM%20123", "RDAM 123"), ("AA:BB:CC", "AA:BB:CC")]:
        setup.accounts[identity] = Account(identity, hash_password(PASSWORD, iterations=1000))
        with setup.connect(path, additional_headers={"Authorization": basic_auth(identity, PASSWORD)}):
            setup.desk.wait_for("connected", identity)


def test_a_wrong_password_is_401_and_asks_for_one(setup):
    setup.start()
    response = refusal(setup, "CP2", b"wrong")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert setup.wait_for_log("CP2: OCPP-J from 127.0.0.1: refused: wrong password (HTTP 401)")
    assert "wrong" not in setup.log[0].replace("wrong password", "")


def test_the_password_of_another_charger_is_401(setup):
    setup.start()
    setup.accounts["CP3"] = Account("CP3", hash_password(b"another", iterations=1000))
    assert refusal(setup, "CP2", b"another").status_code == 401
    headers = {"Authorization": basic_auth("CP3", b"another")}
    assert refusal(setup, "CP2", additional_headers=headers).status_code == 401


def test_a_charger_that_has_a_password_needs_it_everywhere(setup):
    setup.start(without_password=True)
    assert refusal(setup, "CP2").status_code == 401
    assert setup.wait_for_log("CP2: OCPP-J from 127.0.0.1: refused: no password, or")


def test_a_charger_without_a_password_connects_only_where_that_is_allowed(setup):
    setup.start(without_password=False)
    assert refusal(setup, "CP1").status_code == 401
    assert refusal(setup, "CP1", b"any").status_code == 401
    assert setup.wait_for_log("CP1: OCPP-J from 127.0.0.1: refused: it has no password in the books")


def test_an_unknown_charger_is_404_where_no_password_is_demanded(setup):
    # OCPP-J 3.2.
    setup.start()
    assert refusal(setup, "CP9").status_code == 404
    assert setup.wait_for_log("CP9: OCPP-J from 127.0.0.1: refused: unknown charger (HTTP 404)")


def test_elsewhere_an_unknown_charger_looks_like_a_wrong_password_and_costs_as_much(setup, checks):
    setup.start(without_password=False)
    answers = [refusal(setup, identity, b"wrong") for identity in ("CP2", "CP9", "CP1")]
    assert [stored[:3] for stored in checks] == ["$7$"] * 3
    heads = [
        [(name, value) for name, value in each.headers.raw_items() if name != "Date"] for each in answers
    ]
    assert heads[0] == heads[1] == heads[2]
    assert {each.status_code for each in answers} == {401}
    assert len({bytes(each.body) for each in answers}) == 1
    assert setup.wait_for_log("CP9: OCPP-J from 127.0.0.1: refused: unknown charger (HTTP 401)")


def test_a_right_password_is_checked_once(setup, checks):
    setup.start()
    for _ in range(5):
        setup.connect("CP2", PASSWORD).close()
    assert len(checks) == 1


def test_a_changed_password_counts_at_the_next_connection(setup):
    setup.start()
    setup.connect("CP2", PASSWORD).close()
    setup.accounts["CP2"] = Account("CP2", hash_password(b"the new one", iterations=1000))
    assert refusal(setup, "CP2", PASSWORD).status_code == 401
    setup.connect("CP2", b"the new one").close()
    del setup.accounts["CP2"]
    assert refusal(setup, "CP2", b"the new one").status_code == 404


def test_without_books_a_charger_is_to_come_later(setup):
    setup.start()
    setup.trouble = BooksError("the database is locked")
    response = refusal(setup, "CP1")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert setup.wait_for_log("the books cannot be read: the database is locked (HTTP 503)")


FEW = Limits(free_failures=3, longest_wait_s=0.1)


class Timeless(Patience):
    """For which no time passes between one try and the next, however slow the machine is."""

    def failed(self, network, now):
        super().failed(network, 0)

    def wait(self, network, now):
        return super().wait(network, 0)


@pytest.fixture
def timeless(monkeypatch):
    monkeypatch.setattr(admission, "Patience", Timeless)


@pytest.mark.usefixtures("timeless")
def test_who_guesses_behind_the_same_address_locks_no_charger_out(setup, checks):
    """All of a garage are behind one address, and after a restart no password is remembered."""
    setup.start(without_password=False, limits=FEW)
    names = [f"S{number}" for number in range(10)]
    assert {refusal(setup, name, b"wrong").status_code for name in names} == {401}
    assert len(checks) < 6  # ... and takes little of the time for theirs
    while refusal(setup, "CP1", b"wrong").status_code != 429:
        pass
    setup.connect("CP2", PASSWORD).close()


@pytest.mark.usefixtures("timeless")
def test_known_and_unknown_names_are_slowed_alike(setup):
    setup.start(without_password=False, limits=FEW)
    answers = [[refusal(setup, name, b"wrong").status_code for _ in range(8)] for name in ("CP2", "CP9")]
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("timeless")
def test_an_address_that_keeps_failing_waits_while_known_chargers_there_do_not(setup, checks):
    setup.start(limits=FEW)
    setup.connect("CP2", PASSWORD).close()
    statuses = [refusal(setup, "CP2", b"wrong").status_code for _ in range(8)]
    assert statuses[:4] == [401, 401, 401, 401]
    assert statuses[-1] == 429
    before = len(checks)
    setup.connect("CP2", PASSWORD).close()
    assert len(checks) == before
    assert setup.wait_for_log("too many wrong passwords for it from this address (HTTP 429)")


@pytest.mark.parametrize(
    "path", ["", "../../etc/passwd/", "CP1%2F..", "CP1%00", "CP%0a1", "%252e", "A" * 5000, "CP1%2B"]
)
def test_a_path_that_ends_without_an_identity_is_404(setup, path):
    setup.start()
    assert refusal(setup, path).status_code == 404
    assert len(setup.wait_for_log("identity")) < 300
    assert setup.desk.heard == []


def test_a_web_page_cannot_connect(setup):
    setup.start()
    assert refusal(setup, "CP1", origin="https://evil.example").status_code == 403
    assert setup.wait_for_log("a web page opened it")
    setup.connect("CP1", origin=f"http://127.0.0.1:{setup.server.port}").close()


@pytest.mark.parametrize(
    ("origins", "hosts", "proven", "foreign"),
    [
        ([], ["anything"], False, False),
        (["https://evil.example"], ["evil.example"], True, False),
        (["http://192.0.2.1:9000"], ["192.0.2.1:9000"], False, False),
        (["http://[2001:db8::1]:9000"], ["[2001:db8::1]:9000"], False, False),
        (["http://localhost"], ["localhost"], False, False),
        (["http://localhost:8000"], ["localhost:9000"], False, True),
        # The page of a name that was made to point here.
        (["http://evil.example:9000"], ["evil.example:9000"], False, True),
        (["null"], ["127.0.0.1"], False, True),
        (["http://127.0.0.1", "http://127.0.0.1"], ["127.0.0.1"], False, True),
        (["http://127.0.0.1"], [], False, True),
        (["http://["], ["127.0.0.1"], False, True),
        (["http://127.0.0.1:99999"], ["127.0.0.1:99999"], False, True),
    ],
)
def test_what_a_foreign_page_is(origins, hosts, proven, foreign):
    assert is_foreign_page(origins, hosts, proven) == foreign


# TLS: security profile 2.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    needs_mosquitto()  # openssl is among what it looks for
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def test_a_charger_connects_over_tls_with_its_password(setup, certificates):
    setup.start(
        without_password=False, tls=server_tls(certificates / "server.pem", certificates / "server.key")
    )
    url = f"wss://localhost:{setup.server.port}/ocpp/CP2"
    headers = {"Authorization": basic_auth("CP2", PASSWORD)}
    tls = client_tls(certificates / "ca.pem")
    with connect(url, subprotocols=[SUBPROTOCOL], ssl=tls, additional_headers=headers, proxy=None):
        setup.desk.wait_for("connected", "CP2")


def test_a_charger_that_does_not_trust_the_certificate_is_in_the_log(setup, certificates):
    setup.start(tls=server_tls(certificates / "server.pem", certificates / "server.key"))
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        connect(
            f"wss://localhost:{setup.server.port}/CP1", ssl=client_tls(certificates / "other.pem"), proxy=None
        )
    assert setup.wait_for_log("a TLS handshake failed: ")


def test_tls_handshakes_that_stall_are_counted_by_their_address(setup, certificates):
    setup.start(
        tls=server_tls(certificates / "server.pem", certificates / "server.key"),
        limits=Limits(handshakes_of_address=3),
    )

    def connected():
        url = f"wss://localhost:{setup.server.port}/ocpp/CP1"
        tls = client_tls(certificates / "ca.pem")
        return connect(url, subprotocols=[SUBPROTOCOL], ssl=tls, proxy=None, open_timeout=WAIT_S)

    stalled = [RawClient(setup.server.port) for _each in range(2)]
    with connected():
        setup.desk.wait_for("connected", "CP1")  # its handshake is done
        stalled.append(RawClient(setup.server.port))
        with RawClient(setup.server.port) as late:
            assert setup.wait_for_log("3 handshakes of this address are open")
            assert late.head() == ""
    for client in stalled:
        client.socket.close()
    await_(lambda: _can(connected), "a charger connects after the stalled ones have gone")


def _can(connected):
    try:
        with connected():
            return True
    except (OSError, InvalidHandshake, EOFError):
        return False


# The parts.


def test_pauses_grow_and_are_forgiven():
    patience = Patience(Limits(free_failures=2, forgiven_s=10, longest_pause_s=4, longest_wait_s=1000))
    for _ in range(2):
        assert patience.wait("a", 0) == 0
        patience.failed("a", 0)
    starts = [patience.wait("a", 0) for _ in range(3)]
    assert starts == [0, 0.25, 0.5]
    for _ in range(10):
        patience.failed("a", 0)
    assert [patience.wait("a", 0), patience.wait("a", 0)] == [0.75, 4.75]
    assert patience.wait("b", 0) == 0
    assert patience.wait("a", 1000) == 0
    assert patience.wait("a", 1000) == 0
