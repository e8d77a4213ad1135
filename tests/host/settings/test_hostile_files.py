# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whatever stands in a file, it is explained: never a traceback, never a long wait."""

import time

import pytest
import tomli
from chargerctl.settings.edit import assign
from chargerctl.settings.effective import combine
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.table import SETTINGS
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = {
    "an array in an array in …": b"port = " + b"[" * 30000,
    "a table in a table in …": b"port = " + b"{a=" * 20000,
    "a number of 5000 digits": b"port = " + b"9" * 5000,
    "a name of 20000 parts": b".".join([b"a"] * 20000) + b" = 1",
    "a section of 5000 parts": b"[" + b".".join([b"a"] * 5000) + b"]\nx = 1",
    "ten thousand open arrays": b"a = [\n" * 10000,
    "one name nine thousand times": b"port = 1\n" * 9000,
    "only quotes": b'"' * 60000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=list(HOSTILE))
def test_it_is_explained_soon(chargerctl, write, data):
    path = write(b"[mqtt]\n" + data)
    begin = time.monotonic()
    for arguments in (("config", "check"), ("config", "set", "mqtt.tls", "true")):
        status, out, err = chargerctl(*arguments)
        assert status == 2
        assert (out + err).startswith("settings.toml:")
    assert time.monotonic() - begin < 20
    assert path.read_bytes() == b"[mqtt]\n" + data


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
def test_no_text_whatever_raises(text):
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
