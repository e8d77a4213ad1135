# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The files for a broker: written once, changed only where something changed, all or none, and nobody else's."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.broker import folder as writing
from chargerctl.central.broker.certificates import certificate_in, names_in
from chargerctl.central.broker.mosquitto import MARK, remembered
from chargerctl.central.broker.rights import has_valid_name
from chargerctl.central.broker.setup import set_up
from chargerctl.central.passwords import hash_password, password_matches
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.mqtt.topics import Topics

from tests.host.commands import contents

NOW = datetime(2026, 7, 1, tzinfo=UTC)
HASH = hash_password(b"secret", 101)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def make(place):
    """make("box-1", port=1884, ...) -> Done."""

    def make(*serials, now=NOW, topics=Topics(), **given):  # noqa: B008
        return set_up(
            place, {"user": "root", **given}, [Account(each, HASH) for each in serials], topics, now
        )

    return make


def lines_of(path):
    return path.read_text().splitlines()


def test_without_certificates_it_listens_on_this_computer_only(make, place):
    done = make("box-1")
    assert "listener 1883 127.0.0.1" in lines_of(place / "mosquitto.conf")
    assert [each for each in lines_of(place / "mosquitto.conf") if "listener" in each] == [
        "listener 1883 127.0.0.1"
    ]
    assert done.changed == ["central.password", "acl", "passwords", "mosquitto.conf"]
    assert done.next_step == "start"
    assert not done.notes


def test_beyond_this_computer_without_tls_is_warned_of(make):
    (note,) = make("box-1", address="0.0.0.0").notes
    assert "without TLS" in note


def test_with_certificates_it_listens_with_tls_for_all_and_without_for_programs_here(make, place):
    make("box-1", names=("broker.lan",))
    listeners = [
        each for each in lines_of(place / "mosquitto.conf") if each.startswith(("listener", "certfile"))
    ]
    assert listeners == ["listener 8883", f"certfile {place}/server.pem", "listener 1883 127.0.0.1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_authoritys_certificate_is_for_everybody(make, place):
    make("box-1", names=("broker.lan",))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()}
    assert modes.pop("ca.pem") == 0o644
    assert set(modes.values()) == {0o600}


def test_the_same_again_changes_nothing(make, place):
    make("box-1", names=("broker.lan",))
    before = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    done = make("box-1")
    assert (done.changed, done.next_step) == ([], "nothing")
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == before


def test_a_new_charger_changes_accounts_and_rights_only(make):
    make("box-1", names=("broker.lan",))
    done = make("box-1", "box-2")
    assert (done.changed, done.next_step) == (["acl", "passwords"], "reload")


def test_what_is_not_given_again_stays_as_it_was(make):
    first = make(
        "box-1", names=("broker.lan",), port=8884, local_port=1884, programs=("central", "bridge")
    ).values
    assert make("box-1").values == first


def test_another_port_needs_a_restart(make):
    make("box-1")
    done = make("box-1", port=1884)
    assert (done.changed, done.next_step) == (["mosquitto.conf"], "restart")


@pytest.mark.parametrize(
    "damage",
    [
        "{",
        "[]",
        '{"port": "x", "names": 5, "address": null}',
        '{"port": true, "programs": [1], "names": [null]}',
        "",
    ],
)
def test_values_that_are_damaged_are_the_defaults_again(damage):
    assert remembered(f"{MARK}\n# values: {damage}\n") == {}


def test_a_program_keeps_its_password_and_its_hash(make, place):
    make("box-1")
    password = (place / "central.password").read_bytes()
    line = [each for each in lines_of(place / "passwords") if each.startswith("central:")]
    make("box-1", "box-2", programs=("central", "bridge"))
    assert (place / "central.password").read_bytes() == password
    assert line == [each for each in lines_of(place / "passwords") if each.startswith("central:")]
    assert password_matches(line[0].partition(":")[2], password.strip())
    assert (place / "bridge.password").read_bytes() != password


def test_another_password_for_a_program_is_taken_from_its_file(make, place):
    make("box-1")
    (place / "central.password").write_bytes(b"another-one\n")
    assert make("box-1").changed == ["passwords"]


@pytest.mark.parametrize(
    "serial", ["+", "#", "a/b", "a+b", "a b", "a:b", "box-1@doctor", "", "ä", "x" * 26, "a\n", "$SYS"]
)
def test_a_serial_that_would_be_more_than_a_name_gets_no_account(make, place, serial):
    done = make("box-1", serial)
    assert not has_valid_name(serial)
    assert done.chargers == ["box-1"]
    assert "OCPP-J" in done.left_out[serial]
    users = [each for each in lines_of(place / "acl") if each.startswith("user ")]
    assert users == ["user central", "user box-1", "user box-1@doctor"]


def test_a_charger_without_a_password_gets_no_account(place):
    done = set_up(place, {"user": "root"}, [Account("box-1", "")], Topics(), NOW)
    assert "password" in done.left_out["box-1"]
    assert "box-1" not in (place / "acl").read_text() + (place / "passwords").read_text()


def test_a_charger_with_the_name_of_a_program_is_refused(make, place):
    with pytest.raises(InputError, match="--program"):
        make("central")
    assert not place.exists()


@pytest.mark.parametrize(
    "topics", [("/charger-{serial}/x", "/system/{serial}"), ("/charger/{serial}", "/system-{serial}")]
)
def test_topics_for_which_a_broker_has_no_rights_are_refused(make, place, topics):
    with pytest.raises(InputError, match="must be one whole level"):
        make("box-1", topics=Topics(*topics))
    assert not place.exists()


def test_topics_of_ones_own(make, place):
    make("box-1", topics=Topics("ocpp/{serial}/up", "ocpp/{serial}/down"))
    assert lines_of(place / "acl")[2:13] == [
        "user central",
        "topic read ocpp/+/up",
        "topic read ocpp/+/up/connection",
        "topic write ocpp/+/down",
        "topic write ocpp/+/down/connection",
        "",
        "user box-1",
        "topic read ocpp/box-1/down",
        "topic read ocpp/box-1/down/connection",
        "topic write ocpp/box-1/up",
        "topic write ocpp/box-1/up/connection",
    ]


@pytest.mark.parametrize("name", ["mosquitto.conf", "passwords", "acl"])
def test_a_file_of_somebody_else_is_not_touched(make, place, name):
    place.mkdir()
    (place / name).write_text("listener 1883\n")
    with pytest.raises(InputError, match=f"{name} was not written by this command"):
        make("box-1")
    assert contents(place) == {name: b"listener 1883\n"}


def test_certificates_of_somebody_else_are_not_touched(make, place, tmp_path):
    make("box-1", names=("broker.lan",))
    foreign = (place / "server.pem").read_bytes(), (place / "server.key").read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    for name, content in zip(("server.pem", "server.key"), foreign, strict=True):
        (other / name).write_bytes(content)
    with pytest.raises(InputError, match="not the authority that signed it"):
        set_up(other, {"names": ("broker.lan",), "user": "root"}, [], Topics(), NOW)
    for name in ("ca.pem", "ca.key"):
        (place / name).unlink()
    for path in (place / "server.pem", place / "server.key"):
        path.unlink()
    make("box-1")
    for name, content in zip(("server.pem", "server.key"), foreign, strict=True):
        (place / name).write_bytes(content)
    with pytest.raises(InputError, match="was not made by this command"):
        make("box-1")


@pytest.mark.parametrize("missing", ["ca.pem", "server.pem", "server.key"])
def test_half_a_pair_is_named(make, place, missing):
    make("box-1", names=("broker.lan",))
    (place / missing).unlink()
    with pytest.raises(InputError, match=rf"is there, but {missing} is not"):
        make("box-1")


def test_the_authoritys_key_is_needed_only_to_sign(make, place):
    """Its owner has moved it away, as docs/security.md advises, and refuses a charger."""
    make("box-1", "box-2", names=("broker.lan",))
    (place / "ca.key").unlink()
    done = make("box-2")
    assert done.changed == ["acl", "passwords"]
    assert "box-1" not in (place / "acl").read_text()
    assert not (place / "ca.key").exists()
    with pytest.raises(InputError, match=r"ca\.key is not there, .*: bring it back"):
        make("box-2", names=("other.lan",))


def test_without_that_key_a_certificate_is_used_to_its_end(make, place):
    make("box-1", names=("broker.lan",))
    (place / "ca.key").unlink()
    done = make("box-2", now=NOW + timedelta(days=9 * 365))
    assert done.changed == ["acl", "passwords"]
    assert "bring ca.key back" in done.notes[0]
    with pytest.raises(InputError, match="bring it back"):
        make("box-2", now=NOW + timedelta(days=11 * 365))


def test_other_names_get_a_new_certificate_from_the_same_authority(make, place):
    make("box-1", names=("broker.lan",))
    done = make("box-1", names=("broker.lan", "192.168.1.10", "FD00::1"))
    assert done.changed == ["server.key", "server.pem", "mosquitto.conf"]
    names = names_in(certificate_in((place / "server.pem").read_bytes()))
    assert names == ["broker.lan", "192.168.1.10", "fd00::1"]
    assert make("box-1").changed == []


def test_a_certificate_that_ends_soon_is_made_anew(make):
    make("box-1", names=("broker.lan",))
    assert make("box-1", now=NOW + timedelta(days=7 * 365)).changed == []
    assert make("box-1", now=NOW + timedelta(days=9 * 365)).changed == ["server.key", "server.pem"]


@pytest.mark.parametrize(
    "name", ["", "-a", "a b", "*.lan", "a..b", "1.2.3", "1.2.3.400", "ä.lan", "fe80::1%eth0", "a/b", "x" * 64]
)
def test_what_is_no_name_is_in_no_certificate(make, place, name):
    with pytest.raises(InputError, match="is no "):
        make("box-1", names=(name,))
    assert not place.exists()


@pytest.fixture
def own(tmp_path):
    """Certificates as the owner of a broker has them: {name: path}."""
    folder = tmp_path / "own"
    set_up(folder, {"names": ("broker.lan",), "user": "root"}, [], Topics(), NOW)
    return {path.name: str(path) for path in folder.iterdir()}


def test_certificates_of_ones_own_are_used_where_they_are(make, place, own):
    done = make("box-1", certificate=own["server.pem"], key=own["server.key"], ca=own["ca.pem"])
    assert f"certfile {own['server.pem']}" in lines_of(place / "mosquitto.conf")
    assert not list(place.glob("*.pem"))
    assert done.host == "broker.lan"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"certificate": "server.pem"}, "belong together"),
        ({"key": "server.key"}, "belong together"),
        ({"ca": "ca.pem"}, "give both"),
        ({"certificate": "server.pem", "key": "server.key", "names": ("a",)}, "give one of them"),
        ({"certificate": "server.pem", "key": "ca.key"}, "is not the key of"),
        ({"certificate": "server.key", "key": "server.key"}, "holds no certificate"),
        ({"certificate": "server.pem", "key": "server.pem"}, "is no private key"),
        ({"certificate": "server.pem", "key": "missing"}, "no such file"),
        ({"certificate": "server.pem", "key": "server.key", "ca": "server.pem"}, "is not signed by"),
        ({"certificate": "ca.pem", "key": "ca.key"}, "no subjectAltName"),
    ],
)
def test_certificates_that_do_not_fit_are_named(make, place, own, given, why):
    paths = {
        name: own.get(value, value) if isinstance(value, str) else value for name, value in given.items()
    }
    with pytest.raises(InputError, match=why):
        make("box-1", **paths)
    assert not place.exists()


def test_an_expired_certificate_is_named(make, own):
    with pytest.raises(InputError, match="expired on 2036"):
        make("box-1", certificate=own["server.pem"], key=own["server.key"], now=NOW + timedelta(days=4000))


@pytest.mark.parametrize(
    "given", [{"user": "x\nlistener 1"}, {"user": ""}, {"names": ("a",), "local_port": 8883}]
)
def test_values_that_cannot_be_written_are_refused(make, place, given):
    with pytest.raises(InputError):
        make("box-1", **given)
    assert not place.exists()


def test_a_folder_that_mosquitto_cannot_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="use another folder"):
        set_up(tmp_path / "a\nlistener 1", {"user": "root"}, [], Topics(), NOW)


@pytest.mark.parametrize("number", range(8))
def test_all_files_are_written_or_none(make, place, monkeypatch, number):
    """The n-th file cannot be renamed."""
    make("box-1")
    before = contents(place)
    calls = []
    rename = Path.replace

    def fails(path, target):
        if target.parent == place and not path.name.endswith(".old"):
            calls.append(target)
            if len(calls) > number:
                raise OSError(28, "No space left on device", str(target))
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(ChargerctlError, match="nothing was changed"):
        make("box-1", "box-2", names=("broker.lan",), programs=("central", "bridge"))
    assert len(calls) == number + 1
    assert contents(place) == before


def test_a_new_folder_goes_when_the_files_cannot_be_written(make, place, monkeypatch):
    def fails(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", fails)
    with pytest.raises(ChargerctlError, match="No space left on device"):
        make("box-1")
    assert not place.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_user_who_is_not_there_is_named(make, place):
    with pytest.raises(ChargerctlError, match="no user nobody-at-all"):
        make("box-1", user="nobody-at-all")
    assert not place.exists()
