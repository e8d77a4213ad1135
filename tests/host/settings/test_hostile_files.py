# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Any file is explained: no traceback, no long wait."""

from types import SimpleNamespace

import pytest
import tomli
from chargerctl.boards.boot_out import BootOut
from chargerctl.deploy.bytecode.translate import translated
from chargerctl.deploy.libraries.versions import untested
from chargerctl.deploy.secrets import masked_lines, without_secrets
from chargerctl.settings import toml_file
from chargerctl.settings.board_edit import BoardEdit
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.edit import assign
from chargerctl.settings.effective import combine
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.secret_names import is_secret, repeatable
from chargerctl.settings.table import SETTINGS
from hypothesis import given
from hypothesis import strategies as st

# name: (content of a size, the size)
HOSTILE = {
    "an array in an array in …": (lambda size: b"port = " + b"[" * size, 30000),
    "a table in a table in …": (lambda size: b"port = " + b"{a=" * size, 20000),
    "a number of 5000 digits": (lambda size: b"port = " + b"9" * size, 5000),
    "a name of 20000 parts": (lambda size: b".".join([b"a"] * size) + b" = 1", 20000),
    "a section of 5000 parts": (lambda size: b"[" + b".".join([b"a"] * size) + b"]\nx = 1", 5000),
    "ten thousand open arrays": (lambda size: b"a = [\n" * size, 10000),
    "one name seven thousand times": (lambda size: b"port = 1\n" * size, 7000),
    "only quotes": (lambda size: b'"' * size, 60000),
    "a line of letters": (lambda size: b"a" * size, 16000),
    "blanks and no value": (lambda size: b"a" + b" " * size + b"b", 16000),
    "blanks before a name": (lambda size: b" \t" * (size // 2) + b"b", 16000),
    "blanks after a value": (lambda size: b'port = "1"' + b" " * size + b"b", 16000),
    "backslashes in an open text": (lambda size: b'"' + b'\\"' * (size // 2), 16000),
}
hostile = pytest.mark.parametrize(("content", "size"), HOSTILE.values(), ids=list(HOSTILE))


@hostile
def test_it_is_explained(chargerctl, write, content, size):
    path = write(b"[mqtt]\n" + content(size))
    for arguments in (("config", "check"), ("config", "set", "mqtt.tls", "true")):
        status, out, err = chargerctl(*arguments)
        assert status == 2
        assert (out + err).startswith("settings.toml:")
    assert path.read_bytes() == b"[mqtt]\n" + content(size)


@hostile
def test_the_work_grows_no_faster_than_the_file(monkeypatch, content, size):
    """Work: characters that tomli is given to parse. Twice the file must not be four times the work."""
    parsed = []

    def loads(text):
        parsed.append(len(text))
        return tomli.loads(text)

    monkeypatch.setattr(
        toml_file, "tomli", SimpleNamespace(loads=loads, TOMLDecodeError=tomli.TOMLDecodeError)
    )

    def work(data: bytes) -> int:
        parsed.clear()
        toml_file.parse(b"[mqtt]\n" + data, "f")
        return sum(parsed)

    assert 0 < work(content(size)) < 2.5 * work(content(size // 2))


LONG = {
    "letters": "a" * 16000,
    "digits": "1" * 16000,
    "blanks": " " * 16000 + "x",
    "blanks after a name": "a" + " " * 16000 + "x",
    "blanks after =": "a =" + " " * 16000 + '"',
    "blanks after a value": "a = x" + " " * 16000 + '"',
    "quotes": '"a"' * 5000,
    "names": "".join(f"a{number} = " for number in range(2000)),
    "a secret's name": "password" * 2000,
    "errors": "aError" * 3000 + ": " + "'a" * 3000,
    "frames": ", in a" * 3000 + "\n" * 16000 + "x",
    "a version": "1." * 8000,
}


@pytest.mark.parametrize("line", LONG.values(), ids=list(LONG))
def test_what_reads_a_line_never_tries_every_way_to_divide_it(line):
    """Where two parts of a regex can take the same letters, one of these lines takes minutes or hours."""
    settings = f'{line}\nCHARGER_NAME = "a"\n'
    assert masked_lines(settings)[-1] == 'CHARGER_NAME = "a"'
    assert without_secrets(settings).endswith('CHARGER_NAME = "a"\n')
    edit = BoardEdit(read_board_file(settings.encode()))
    for index in range(settings.count("\n")):
        edit.put("CHARGER_NAME", [index], "b")
    assert edit.content()
    assert isinstance(is_secret(line), bool)
    assert repeatable(line) in line
    assert translated(line, {"a": "b"}).startswith(line[:1])
    assert untested({"lib/adafruit_ntp.mpy": line.encode(), "lib/adafruit_ntp.py": line.encode()}) == []
    assert BootOut.read(f"Adafruit CircuitPython {line}\nBoard ID:{line}\n".encode()).release >= (0, 0, 0)


LINE = st.one_of(
    st.sampled_from(
        [
            "[mqtt]",
            "[wifi]",
            "[mqqt]",
            "[",
            "[[a]]",
            "mqtt.port = 1",
            'CHARGER_NAME = "a"',
            "# c",
            "",
            "x",
            "=",
            "a =",
        ]
    ),
    st.builds(
        "{} = {}".format,
        st.sampled_from(["port", "ssid", "password", "CHARGER_NAME", "a.b", '"q"']),
        st.one_of(
            st.sampled_from(
                ["1", '"a"', "'a'", '"""', "'''", "[", "{", "1.5", "true", "nan", '"\\', "{a = 1}", "[[1]]"]
            ),
            st.text(max_size=8),
        ),
    ),
)


@given(st.one_of(st.lists(LINE, max_size=8).map("\n".join), st.text(max_size=200)))
def test_no_text_raises(text):
    data = text.encode(errors="surrogatepass")
    found = combine([from_bytes(data, "f")])
    for problem in found.problems:
        assert 1 <= problem.place.line <= text.count("\n") + 2
        assert problem.place.column >= 1


@given(st.lists(LINE, max_size=8).map("\n".join))
def test_what_toml_refuses_is_a_mistake_and_what_it_takes_is_read_alike(text):
    found = from_bytes(text.encode(), "f")
    try:
        table = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError):
        assert any(not problem.warning for problem in found.problems)
        return
    given_port = table.get("mqtt", {}).get("port") if isinstance(table.get("mqtt"), dict) else None
    if "mqtt.port" in found.given and given_port is not None:
        assert found.given["mqtt.port"].text == str(given_port)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=50)


@given(
    TEXTS,
    st.sampled_from(["", '[charger]\nname = "old"  # why\n', 'CHARGER_NAME = "old"\n', "# name\n[mqtt]\n"]),
)
def test_what_is_set_in_a_file_is_read_from_it(value, before):
    text = assign(before, SETTINGS["charger.name"], value)
    assert from_bytes(text.encode(), "f").given["charger.name"].text == value
    for comment in ("# why", "# name"):
        assert (comment in before) == (comment in text) or comment in value
