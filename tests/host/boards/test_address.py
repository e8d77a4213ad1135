# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a board is named: a folder, a serial port, a host, or a name of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from chargerctl.boards.address import AUTO, Address, Folder, SerialPort, WebHost, parse, serial_port, web_host
from chargerctl.errors import InputError


@pytest.mark.parametrize(
    ("text", "address", "flag"),
    [
        ("/media/me/CIRCUITPY", Folder(Path("/media/me/CIRCUITPY")), "--drive /media/me/CIRCUITPY"),
        ("my drive", Folder(Path("my drive")), "--drive 'my drive'"),
        ("D:/", Folder(Path("D:/")), "--drive D:"),
        ("./garage", Folder(Path("garage")), "--drive garage"),
        ("serial:/dev/ttyACM0", SerialPort("/dev/ttyACM0"), "--port /dev/ttyACM0"),
        ("SERIAL:COM3", SerialPort("COM3"), "--port COM3"),
        ("serial:AUTO", SerialPort(AUTO), "--port auto"),
        ("http://cpy-1a2b3c.local", WebHost("cpy-1a2b3c.local"), "--host cpy-1a2b3c.local"),
        ("http://10.0.0.9:8080/", WebHost("10.0.0.9", 8080), "--host 10.0.0.9:8080"),
        ("http://[fe80::1%eth0]", WebHost("[fe80::1%eth0]"), "--host '[fe80::1%eth0]'"),
    ],
)
def test_each_form_is_understood_and_can_be_typed_again(text: str, address: Address, flag: str) -> None:
    found = parse(text)
    assert (found, found.flag) == (address, flag)
    name, _, value = found.flag.partition(" ")
    again = {"--drive": parse, "--port": serial_port, "--host": web_host}[name](value.strip("'"))
    assert again.digest == found.digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "--drive is empty"),
        ("serial:", "serial: is empty"),
        ("ftp://10.0.0.9", "does not support ftp: addresses"),
        ("https://10.0.0.9", "does not support https: addresses"),
        ("http:10.0.0.9", "does not support http: addresses"),
        ("http://", "is not HOST[:PORT]"),
        ("http://10.0.0.9/fs/", "is not HOST[:PORT]"),
        ("http://10.0.0.9:0", "is not HOST[:PORT]"),
        ("http://10.0.0.9:99999", "is not HOST[:PORT]"),
        (f"http://{'a' * 64}.local", "is not HOST[:PORT]"),
        ("http://garage..local", "is not HOST[:PORT]"),
        ("http://.local", "is not HOST[:PORT]"),
        ("http://.", "is not HOST[:PORT]"),
        (f"http://{'ü' * 60}.local", "is not HOST[:PORT]"),
    ],
)
def test_any_other_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert said in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "http://:hunter2@10.0.0.9",
        "https://me:hunter2@10.0.0.9",
        "me:hunter2@10.0.0.9",
        "my_name:hunter2@10.0.0.9",
        "m:hunter2@10.0.0.9",
        "m:hunter2/@hunter2@10.0.0.9",
        "http://hunter2@10.0.0.9",
        "serial:me:hunter2@10.0.0.9",
        "me:hunter2\n@10.0.0.9",
    ],
)
@pytest.mark.parametrize("given_as", [parse, serial_port, web_host])
def test_a_password_in_an_address_is_refused_and_not_repeated(
    text: str, given_as: Callable[[str], Address]
) -> None:
    with pytest.raises(InputError) as refused:
        given_as(text)
    assert "hunter2" not in refused.value.message
    assert "10.0.0.9: an address has no user and no password" in refused.value.message


def test_an_at_sign_is_no_password_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "12:30@home").mkdir()
    for text in ("me@home", "D:/me@home", "D:\\me@home", str(tmp_path / "12:30@home")):
        assert parse(text) == Folder(Path(text))


def test_a_name_comes_before_the_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("garage").mkdir()
    garage = SerialPort("/dev/ttyACM0", called="garage")
    named = {"garage": garage}.get
    assert parse("garage", named) is garage
    assert garage.flag == "garage"
    assert parse("./garage", named) == Folder(Path("garage"))


def test_every_spelling_of_a_place_has_one_digest(tmp_path: Path) -> None:
    (tmp_path / "ttyACM0").touch()
    (tmp_path / "by-id").symlink_to("ttyACM0")
    ports = {
        SerialPort(str(tmp_path / name)).digest
        for name in ("ttyACM0", "by-id", "../" + tmp_path.name + "/ttyACM0")
    }
    assert len(ports) == 1
    assert WebHost("Garage.local").digest == WebHost("garage.local", 80).digest
    assert len({each.digest for each in (Folder(Path("x")), SerialPort("x"), WebHost("x"))}) == 3
