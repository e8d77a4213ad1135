# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings of [bridge]: what is wrong is named, and no secret with it."""

from pathlib import Path

import pytest
from chargerctl.bridge.settings import BridgeSettings, load_bridge
from chargerctl.central.document import PAGES, with_table
from chargerctl.errors import ChargerctlError
from chargerctl.settings.problems import SettingsError

TO = "wss://csms.example/ocpp"


def problem(to=TO, **settings):
    with pytest.raises(ChargerctlError) as caught:
        load_bridge(None, {}, {"to": to, **settings})
    error = caught.value
    return "\n".join(map(str, error.problems)) if isinstance(error, SettingsError) else str(error)


@pytest.fixture(autouse=True)
def _nobodys(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("https://csms.example", "must begin with wss://, not with https://"),
        ("http://csms.example", "must begin with ws://, not with http://"),
        ("csms.example:9000", "must be a URL such as wss://host/path"),
        ("ws:csms.example", "must be a URL such as"),
        ("wss://me:Zq-secret@csms.example/ocpp", "must have no user and no password in it"),
        ("wss://csms.example/#Zq-secret", "without #"),
        ("wss://csms.example/a b", "percent-encoded"),
        ("wss://csms.example/\x1b[31m", "percent-encoded"),
        ("wss://säule.example/", "percent-encoded"),
        ("wss:///ocpp", "must name a host"),
        ("wss://csms.example:0/", "port from 1 to 65535"),
        ("wss://csms.example:99999/", "port from 1 to 65535"),
        ("wss://[Zq-secret/", "an IPv6 address goes in brackets"),
        ("", "--to is missing"),
    ],
)
def test_a_url_that_is_none(to, reason):
    found = problem(to)
    assert reason in found
    assert "Zq" not in found


@pytest.mark.parametrize("to", [TO, "ws://localhost:9000", "ws://[::1]:9000/a%20b?x=1", "wss://h"])
def test_a_url_that_is_one(to):
    assert load_bridge(None, {}, {"to": to}).values.to == to


def test_what_does_not_go_together():
    assert "--ca is for wss://" in problem("ws://h", ca="ca.pem")
    assert "must have no colon" in problem(user="a:b")
    assert "hexadecimal digits" in problem(password="hex:Zq")
    assert "Zq" not in problem(password="hex:Zq")
    assert "'a b/c' is none" in problem(only="x, a b/c")
    assert "has a comma without a serial" in problem(only="a b,,c")


def test_the_file_has_passwords_and_identities_and_may_be_read_by_others_only_with_a_warning():
    path = Path("bridge.toml")
    path.write_text(
        f'[bridge]\nto = "{TO}"\npassword = "all"\n[bridge.passwords]\nc1 = "one"\nc2 = "hex:00ff"\n'
        '[bridge.identities]\nc2 = "RDAM 123"\n'
    )
    path.chmod(0o644)
    loaded = load_bridge(None, {"CHARGERCTL_BRIDGE_ONLY": "c1, c2"})
    settings = loaded.values
    assert [settings.password_of(each) for each in ("c1", "c2", "c3")] == [b"one", b"\x00\xff", b"all"]
    assert (settings.identity("c1"), settings.identity("c2")) == ("c1", "RDAM 123")
    assert settings.only == ("c1", "c2")
    assert any("bridge.toml" in str(each) for each in loaded.warnings)
    path.chmod(0o600)
    assert load_bridge(None, {}).warnings == []


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('[bridge.passwords]\n"../x" = "Zq"\n', "is no serial"),
        (
            '[bridge.identities]\nc1 = "a/b"\n',
            "[bridge.identities] c1: must be 1 to 48 letters, digits and ._~!$&'()*,;=:@-, spaces inside",
        ),
        ('[bridge.password]\nc1 = "Zq"\n', "password"),
    ],
)
def test_tables_with_mistakes(lines, reason):
    Path("bridge.toml").write_text(f'[bridge]\nto = "{TO}"\n{lines}')
    with pytest.raises(ChargerctlError) as caught:
        load_bridge(None, {})
    found = "\n".join(caught.value.lines())
    assert reason in found
    assert "Zq" not in found


@pytest.mark.parametrize("database", ["mysql://h/x", "books.sqlite", "postgresql://", "postgresql:", "x\n"])
def test_a_database_that_no_other_bridge_reaches(database):
    found = problem(broker="broker.lan", database=database)
    assert "must be postgresql://USER@HOST/NAME" in found or "control character" in found


def test_bridges_with_a_database_are_at_one_broker():
    assert "name that one with --broker" in problem(database="postgresql://db.lan/bridges")
    found = load_bridge(
        None, {}, {"to": TO, "broker": "b", "database": "postgres://me:Zq@db.lan/bridges?sslpassword=Zq"}
    )
    assert found.values.database == "postgresql+psycopg://me:Zq@db.lan/bridges?sslpassword=Zq"
    assert "Zq" not in repr(found.values)
    shown = {each.key.name: each.text for each in found.explained}
    assert shown["database"] == "postgres://me:***@db.lan/bridges?sslpassword=***"


def test_a_password_that_leaves_this_computer_in_clear_text_is_noticed():
    assert BridgeSettings(to="ws://csms.lan", password="x").password_in_clear_text
    assert BridgeSettings(to="ws://csms.lan", passwords={"c1": "x"}).password_in_clear_text
    assert not BridgeSettings(to="ws://localhost:9000", password="x").password_in_clear_text
    assert not BridgeSettings(to="wss://csms.lan", password="x").password_in_clear_text
    assert not BridgeSettings(to="ws://csms.lan").password_in_clear_text


def test_the_password_of_the_broker_may_be_in_a_file():
    Path("bridge.password").write_text("s3cret\nmore\n")
    found = load_bridge(None, {}, {"to": TO, "broker_password_file": "bridge.password"}).values
    assert found.broker_secret == "s3cret"
    gone = load_bridge(None, {}, {"to": TO, "broker_password_file": "gone"}).values
    with pytest.raises(ChargerctlError, match="gone: file not found"):
        _ = gone.broker_secret


def test_a_file_that_is_not_there_is_named_without_a_command_that_there_is_not():
    with pytest.raises(ChargerctlError, match=r"^gone\.toml: file not found; correct its path$"):
        load_bridge(Path("gone.toml"), {}, {"to": TO})


def test_the_page_has_the_table_of_today():
    page = (Path(__file__).resolve().parents[3] / "docs" / "bridge.md").read_text(encoding="utf-8")
    assert page == with_table(page, *PAGES["bridge.md"]), "python -m chargerctl.central.document"
