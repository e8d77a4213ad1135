# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page as a part of the service: what it needs is told in one line, before anything is served."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from contextlib import closing

import httpx2 as httpx
import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.books.store import open_books
from chargerctl.central.books.turns import Turns
from chargerctl.central.live.watch import Watch
from chargerctl.central.service.service import serve as serve_all
from chargerctl.central.settings import load_central
from chargerctl.central.web import serving as serving_module
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.serving import serving
from chargerctl.cli import main
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.loop_thread import LoopThread
from chargerctl.settings.kinds import host_names
from chargerctl.web import extra
from starlette.requests import Request

from tests.certificates import make_certificates
from tests.host.central.ocppj.running import RunningCentral

BOUND_S = 60


@pytest.fixture
def store(tmp_path):
    store = open_books(str(tmp_path / "books.sqlite"))
    yield store
    store.close()


def settings(tmp_path, **options):
    given = {"http": "127.0.0.1:0", "database": str(tmp_path / "books.sqlite"), **options}
    return load_central(None, {}, given).values


def start(settings, store):
    """What it says where it cannot begin."""
    watch = Watch(store)
    try:
        with pytest.raises(ChargerctlError) as raised, serving(settings, store, watch, lambda event: None):
            pass
    finally:
        watch.close()
    return raised.value


def test_a_certificate_without_its_key(tmp_path, store):
    error = start(settings(tmp_path, http_certificate="a.pem"), store)
    assert isinstance(error, InputError)
    assert error.message == "`http_certificate` and `http_key` belong together: give both, or none"


def test_a_wrong_certificate(tmp_path, store):
    (tmp_path / "wrong.pem").write_text("no certificate")
    wrong = str(tmp_path / "wrong.pem")
    error = start(settings(tmp_path, http_certificate=wrong, http_key=wrong), store)
    assert "no certificate and its unencrypted key in PEM format" in error.message


@pytest.mark.parametrize("options", [{"http": "0.0.0.0:0"}, {"http_hosts": "charge.example.org"}])
def test_without_an_account_nobody_beyond_this_computer_gets_in(tmp_path, options):
    events = []
    with pytest.raises(InputError, match="chargerctl central user add"):
        serve_all(settings(tmp_path, listen="127.0.0.1:0", **options), events.append, threading.Event())
    assert events == []


def test_who_serves_no_page_needs_no_package_of_it():
    program = "import sys, chargerctl.central.service.service; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"starlette", "fastapi", "uvicorn", "jinja2", "argon2", "prometheus_client"} & set(
        found.stdout.split()
    ) == set()


def test_without_the_extra_serve_names_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(extra, "_MODULES", ("fastapi", "no_such_module"))
    options = ["--http", "127.0.0.1:0", "--database", str(tmp_path / "b.sqlite")]
    assert main.main(["central", "serve", *options]) == 1
    assert capsys.readouterr().err == (
        "chargerctl: --http needs packages that are not installed (no_such_module): pip install 'chargerctl[page]'\n"
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("charge.lan", ("charge.lan",)),
        (" Charge.Example.org , b.lan,", ("charge.example.org", "b.lan")),
    ],
)
def test_names_of_the_page(tmp_path, text, names):
    assert settings(tmp_path, http_hosts=text).http_hosts == names


@pytest.mark.parametrize(
    "text", ["https://charge.lan", "charge.lan:443", "charge.lan/x", "a b", "a\x00", "a," * 600]
)
def test_what_is_no_name(tmp_path, text):
    with pytest.raises(ValueError, match="must be names such as "):
        host_names().check(text, tmp_path)


def test_the_page_of_a_service_with_tls(tmp_path, monkeypatch):
    make_certificates(tmp_path)
    options = {
        "listen": "127.0.0.1:0",
        "http_certificate": str(tmp_path / "server.pem"),
        "http_key": str(tmp_path / "server.key"),
    }
    stop = threading.Event()
    found = []

    def tell(event):
        if event.what == "listening" and "url" in event.details:
            assert event.text == f"web page: open {event.details['url']} in a browser"
            answer = httpx.get(event.details["url"] + "nowhere", verify=False, timeout=BOUND_S)
            found.append(
                (answer.status_code, answer.json()["error"], "strict-transport-security" in answer.headers)
            )
            stop.set()

    serve_all(settings(tmp_path, **options), tell, stop)
    assert found == [(404, "there is no such page", True)]


async def never():
    await asyncio.Event().wait()


async def disconnect():
    return {"type": "http.disconnect"}


@pytest.fixture
def quiet(tmp_path):
    """A central system that runs, and its charger, which is not connected."""
    thread = LoopThread()
    central = RunningCentral(tmp_path, thread)
    with central.store.writing() as connection:
        owner.add_charger(connection, "CP1", time.time())
    parts = Parts(central.store, Watch(central.store), Pages(), settings(tmp_path))
    yield parts
    parts.watch.close()
    central.close()
    thread.close()


def test_a_call_to_a_charger_ends_when_the_service_does(quiet):
    """A viewer would have waited for a charger that cannot answer any more."""
    stop = threading.Timer(0.2, quiet.stopping.set)
    stop.start()
    with pytest.raises(ChargerctlError, match="the central system stops"):
        asyncio.run(quiet.call(Request({"type": "http"}, never), "CP1", "ClearCache", {}, timeout_s=3600))
    stop.join()


def test_a_call_that_was_not_sent_is_taken_back_when_its_client_goes(tmp_path):
    with closing(open_books(str(tmp_path / "books.sqlite"), worker="works")) as store:
        with store.writing() as connection:
            owner.add_charger(connection, "CP1", time.time())
        with store.unit() as unit:
            unit.working(time.time() + 3600)  # however slow the machine is
        parts = Parts(store, Watch(store), Pages(), settings(tmp_path))
        gone = Request({"type": "http"}, disconnect)
        with closing(parts.watch), pytest.raises(ChargerctlError, match="nobody waits"):
            asyncio.run(parts.call(gone, "CP1", "ClearCache", {}, timeout_s=3600))
        with store.reading() as connection:
            [call] = last_calls(connection, "CP1", 2)
    assert call.error == "Cancelled"


def test_who_finds_no_turn_to_read_is_told_in_words(tmp_path, store, monkeypatch):
    turns = Turns(at_once=1, patience_s=0.01)
    monkeypatch.setattr(serving_module, "Turns", lambda: turns)
    watch = Watch(store)
    wanted = settings(tmp_path)
    try:
        with serving(wanted, store, watch, lambda event: None) as server:
            url = f"http://127.0.0.1:{server.port}/sessions"
            with turns.turn():
                refused = httpx.get(url, timeout=BOUND_S)
            answer = httpx.get(url, timeout=BOUND_S)
    finally:
        watch.close()
    assert refused.status_code == 503
    assert refused.json()["error"].startswith("the books are busy: too many requests read them at once")
    assert answer.status_code == 200
