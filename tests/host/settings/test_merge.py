# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Deployed before, on the drive, on the laptop: who changed wins; both is a person's decision; nothing is lost."""

import itertools
import json

import pytest
from chargerctl.settings import render
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.differences import Difference, salted_hashes, winner_of
from chargerctl.settings.merge import MergeError, merge
from chargerctl.settings.pull import changes_to_pull

# last deployed, drive, laptop ("-": not there) -> who wins, and what the drive then has
COMBINATIONS = {
    "---": ("same", "-"),
    "--A": ("laptop", "A"),
    "--B": ("laptop", "B"),
    "-A-": ("drive", "A"),
    "-AA": ("same", "A"),
    "-AB": ("conflict", ""),
    "-B-": ("drive", "B"),
    "-BA": ("conflict", ""),
    "-BB": ("same", "B"),
    "A--": ("same", "-"),
    "A-A": ("drive", "-"),
    "A-B": ("conflict", ""),
    "AA-": ("laptop", "-"),
    "AAA": ("same", "A"),
    "AAB": ("laptop", "B"),
    "AB-": ("conflict", ""),
    "ABA": ("drive", "B"),
    "ABB": ("same", "B"),
    "B--": ("same", "-"),
    "B-A": ("conflict", ""),
    "B-B": ("drive", "-"),
    "BA-": ("conflict", ""),
    "BAA": ("same", "A"),
    "BAB": ("drive", "A"),
    "BB-": ("laptop", "-"),
    "BBA": ("laptop", "A"),
    "BBB": ("same", "B"),
}


@pytest.fixture
def merged(good):
    """merged("AB-") merges CHARGER_NAME in these three states, beside settings that are alike everywhere."""

    def run(states: str, keep: str | None = None):
        before, drive, laptop = ({**good, **({} if s == "-" else {"CHARGER_NAME": s})} for s in states)
        return merge(salted_hashes(before), render(drive).encode(), laptop, keep)

    return run


def value(content: bytes, variable: str = "CHARGER_NAME") -> str:
    return read_board_file(content).values.get(variable, "-")


def test_all_27_combinations_are_there():
    assert set(COMBINATIONS) == set(map("".join, itertools.product("-AB", repeat=3)))


@pytest.mark.parametrize(("states", "expected"), COMBINATIONS.items())
def test_combination(merged, states, expected):
    winner, result = expected
    found = merged(states)
    if winner == "conflict":
        assert [one.variable for one in found.conflicts] == ["CHARGER_NAME"]
        with pytest.raises(MergeError):
            found.check()
        return
    found.check()
    assert value(found.content) == result
    assert [change.winner for change in found.changes] == ([] if winner == "same" else [winner])
    assert all("CHARGER" not in str(change) and "charger.name" in str(change) for change in found.changes)


@pytest.mark.parametrize(("states", "expected"), COMBINATIONS.items())
def test_keep_drive_decides_conflicts_and_nothing_else(merged, states, expected):
    winner, result = expected
    found = merged(states, "drive")
    found.check()
    assert value(found.content) == (states[1] if winner == "conflict" else result)


@pytest.mark.parametrize("states", COMBINATIONS)
def test_keep_laptop_writes_the_laptops_wherever_the_two_differ(merged, states):
    """But what only the drive has, and the laptop never had, stays."""
    found = merged(states, "laptop")
    found.check()
    base, drive, laptop = states
    assert value(found.content) == (drive if base == laptop == "-" else laptop)


def difference(states: str, **more) -> Difference:
    base, drive, laptop = (None if state == "-" else state for state in states)
    by = "laptop" if drive == base else "drive" if laptop == base else "both"
    return Difference("CHARGER_NAME", drive, laptop, by, **more)


# last deployed, drive, laptop -> the winner without --keep, with --keep drive, with --keep laptop
WINNERS = {
    "AAB": ("laptop", "laptop", "laptop"),
    "AA-": ("laptop", "laptop", "laptop"),
    "--A": ("laptop", "laptop", "laptop"),
    "ABA": ("drive", "drive", "laptop"),
    "A-A": ("drive", "drive", "laptop"),
    "-A-": ("drive", "drive", "drive"),
    "ABC": (None, "drive", "laptop"),
    "AB-": (None, "drive", "laptop"),
    "A-B": (None, "drive", "laptop"),
    "-AB": (None, "drive", "laptop"),
}


@pytest.mark.parametrize(("states", "winners"), WINNERS.items())
def test_winner_of_a_difference(states, winners):
    assert tuple(winner_of(difference(states), keep) for keep in (None, "drive", "laptop")) == winners


@pytest.mark.parametrize("states", ["ABA", "-A-", "ABC"])
def test_an_unreadable_line_on_the_drive_never_wins(states):
    one = difference(states, unreadable="has no closing quote")
    assert tuple(winner_of(one, keep) for keep in (None, "drive", "laptop")) == (None, None, "laptop")


@pytest.mark.parametrize(("laptop", "by"), [(None, "drive"), ("A", "drive"), ("A", "both")])
def test_a_bad_value_on_the_drive_never_wins(laptop, by):
    one = Difference("CHARGER_NAME", "x" * 51, laptop, by)
    assert tuple(winner_of(one, keep) for keep in (None, "drive", "laptop")) == (None, None, "laptop")


@pytest.mark.parametrize(
    "states", [each for each, (winner, _) in COMBINATIONS.items() if winner != "conflict"]
)
def test_deploying_again_changes_nothing(merged, good, states):
    laptop = {**good, **({} if states[2] == "-" else {"CHARGER_NAME": states[2]})}
    first = merged(states)
    again = merge(salted_hashes(laptop), first.content, laptop)
    again.check()
    assert again.content == first.content


def test_the_text_of_a_change(merged):
    assert str(merged("AAB").changes[0]) == 'charger.name: "B" replaces "A", changed on the laptop'
    assert str(merged("ABA").changes[0]) == (
        'charger.name: kept "B", changed on the drive (the laptop has "A")'
    )
    assert str(merged("AA-").changes[0]) == 'charger.name: "A" removed, changed on the laptop'
    assert str(merged("--A").changes[0]) == 'charger.name: "A" added'
    assert str(merged("A-A").changes[0]) == (
        'charger.name: removed on the drive, not added again (the laptop has "A")'
    )
    assert str(merged("ABA", "laptop").changes[0]) == 'charger.name: "A" replaces "B", changed on the drive'


def test_a_conflict_shows_both_sides_and_the_remedy(merged):
    with pytest.raises(MergeError) as caught:
        merged("-AB").check()
    assert caught.value.exit_status == 2
    assert caught.value.lines() == [
        'charger.name: the drive has "A", the laptop has "B"',
        "chargerctl: changed on the drive and on the laptop: choose with --keep laptop or --keep drive",
    ]
    assert caught.value.as_json()["conflicts"] == [
        {"setting": "charger.name", "changed_by": "both", "drive": "A", "laptop": "B"}
    ]


def test_a_conflict_names_what_else_keep_laptop_would_overwrite(good):
    drive = {**good, "CHARGER_MQTT_BROKER": "nas", "CHARGER_WIFI_SSID": "cellar", "CHARGER_NAME": "mine"}
    laptop = {**good, "CHARGER_MQTT_BROKER": "10.0.0.1"}
    with pytest.raises(MergeError) as caught:
        merge(salted_hashes(good), render(drive).encode(), laptop).check()
    assert caught.value.lines()[:-1] == [
        'mqtt.broker: the drive has "nas", the laptop has "10.0.0.1"',
        "wifi.ssid: changed only on the drive; --keep laptop would overwrite it, too",
    ]


def test_secrets_are_masked_in_changes_and_conflicts(good):
    before = {**good, "CHARGER_WIFI_PASSWORD": "hunter-one", "CHARGER_MQTT_PASSWORD": "hunter-one"}
    drive = {**before, "CHARGER_WIFI_PASSWORD": "hunter-two", "CHARGER_WEB_API_PASSWORD": "hunter-two"}
    laptop = {**before, "CHARGER_WIFI_PASSWORD": "hunter-three", "CHARGER_MQTT_PASSWORD": "hunter-three"}
    found = merge(salted_hashes(before), render(drive).encode(), laptop)
    with pytest.raises(MergeError) as caught:
        found.check()
    printed = [*map(str, found.changes), *caught.value.lines(), json.dumps(caught.value.as_json())]
    assert 'wifi.password: the drive has "***", the laptop has "***"' in printed
    assert "hunter" not in "".join(printed)


def test_hashes_are_salted_and_do_not_contain_the_values(good):
    hashes = salted_hashes(good)
    assert not set(good.values()) & set(hashes.values())
    assert hashes != salted_hashes(good)
    assert all(" " not in word for pair in hashes.items() for word in pair)


TYPED = b"""\
# my own comment
CHARGER_WIFI_SSID = "workshop"   # the one upstairs
  CHARGER_MQTT_BROKER="192.168.1.10"
MY_OWN = 12

CHARGER_CHARGER_SERIAL = "esp32c6-charger-4f2a9c"
CIRCUITPY_HEAP_START_SIZE = 100000
# the end"""


def test_comments_unknown_variables_and_untouched_lines_stay_as_they_were_typed(good):
    flat = {**good, "CHARGER_WIFI_SSID": "cellar", "CHARGER_NAME": "new"}
    found = merge(salted_hashes(good), TYPED, flat)
    found.check()
    assert found.content.decode() == (
        "# my own comment\n"
        'CHARGER_WIFI_SSID = "cellar"  # the one upstairs\n'
        '  CHARGER_MQTT_BROKER="192.168.1.10"\n'
        "MY_OWN = 12\n"
        "\n"
        'CHARGER_CHARGER_SERIAL = "esp32c6-charger-4f2a9c"\n'
        "CIRCUITPY_HEAP_START_SIZE = 100000\n"
        "# the end\n"
        'CHARGER_NAME = "new"\n'
    )


def test_a_variable_typed_under_another_spelling_is_the_same_setting(good):
    typed = render(good).replace("CHARGER_WIFI_SSID", "CHARGER_WIFI_ID").encode()
    assert merge(salted_hashes(good), typed, good).changes == []
    found = merge(salted_hashes(good), typed, {**good, "CHARGER_WIFI_SSID": "cellar"})
    assert value(found.content, "CHARGER_WIFI_SSID") == "cellar"
    assert value(found.content, "CHARGER_WIFI_ID") == "-"


def test_the_same_value_written_otherwise_is_no_change(good):
    flat = {**good, "CHARGER_HARDWARE_DISPLAY_ADDRESS": "0x3D", "CHARGER_MQTT_PORT": "1884"}
    typed = render(good).encode() + b'CHARGER_HARDWARE_DISPLAY_ADDRESS = "61"\nCHARGER_MQTT_PORT = 1884\n'
    found = merge(salted_hashes(flat), typed, flat)
    assert (found.changes, found.content) == ([], typed)


@pytest.mark.parametrize("drive", [None, b"", b"# made by CircuitPython\n"])
def test_a_drive_without_settings_takes_the_laptops_even_after_a_deploy(good, drive):
    found = merge(salted_hashes(good), drive, good)
    found.check()
    assert read_board_file(found.content).values == good


def test_bom_and_crlf_go(good):
    typed = b"\xef\xbb\xbf" + render(good).replace("\n", "\r\n").encode()
    found = merge(salted_hashes(good), typed, good)
    found.check()
    assert found.content == render(good).encode()


CORRECT_IT = "chargerctl: correct the drive's settings.toml, or use --keep laptop, which turns these lines into comments"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (b'CHARGER_MQTT_TLS = "true', "settings.toml:5:1: CHARGER_MQTT_TLS: has no closing quote"),
        (b"CHARGER_NAME = garage", "settings.toml:5:1: CHARGER_NAME: needs double quotes"),
        (b'CHARGER_MQTT_PORT = "0"', "settings.toml:5:1: CHARGER_MQTT_PORT: must be 1 to 65535, not 0"),
        (b'CHARGER_MQTT_PROT = "1"', "settings.toml:5:1: CHARGER_MQTT_PROT: did you mean CHARGER_MQTT_PORT?"),
        (b'CHARGER_WIFI_SSID = "b"', "settings.toml:5:1: CHARGER_WIFI_SSID: is already set in line 2"),
        (
            b'CHARGER_WIFI_ID = "b"',
            "settings.toml:5:1: CHARGER_WIFI_SSID: CHARGER_WIFI_SSID and CHARGER_WIFI_ID differ",
        ),
        (b"[mqtt]\nport = 1", "settings.toml:5:1: is a [section]: nothing below it is read"),
        (b'CHARGER_NAME = "caf\xe9"', "settings.toml:5:1: CHARGER_NAME: is not UTF-8"),
    ],
)
def test_a_line_typed_badly_is_printed_and_never_dropped(good, board_reads, typed, message):
    drive = render(good).encode() + typed + b"\n"
    for keep in (None, "drive"):
        with pytest.raises(MergeError) as caught:
            merge(salted_hashes(good), drive, good, keep).check()
        assert caught.value.lines() == [message, CORRECT_IT]
    found = merge(salted_hashes(good), drive, good, "laptop")
    found.check()
    assert board_reads(found.content)[1] == []
    for line in typed.split(b"\n"):
        assert line in found.content


@pytest.mark.parametrize("typed", ["CHARGER_WIFI_PASSWORD", "CHARGER_WIFI_PASWORD"])
def test_what_toml_takes_from_several_lines_becomes_one_comment(good, board_reads, typed):
    within = '\none\n\n # two\nCHARGER_NAME = "read by the board"\n'
    drive = f'{typed} = """{within}three"""\n{render(good)}'.encode()
    found = merge(salted_hashes(good), drive, good, "laptop")
    found.check()
    assert f'# {typed} = """\\none\\n\\n# two\\nthree"""\n'.encode() in found.content
    assert board_reads(found.content)[1] == []
    assert value(found.content) == "read by the board"
    assert b"\none" not in found.content


VITAL = {
    "CHARGER_HARDWARE_RELAY_ACTIVE": "low",
    "CHARGER_MQTT_TLS": "true",
    "CHARGER_MQTT_CA_FILE": "/ca.pem",
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CHARGER_HARDWARE_RELAY_ACTIVE", "CHARGER_HARDWARE_RELAY_ACTVE"),
        ("CHARGER_MQTT_TLS", "CHARGER_TSL"),  # no name is near
        ("CHARGER_WIFI_SSID", "[mqtt]\nCHARGER_WIFI_SSID"),  # at the beginning: nothing of the file is read
        ("CHARGER_MQTT_BROKER", "[mqtt]\nCHARGER_MQTT_BROKER"),
        ("CHARGER_MQTT_TLS", "\0\nCHARGER_MQTT_TLS"),
        ("CHARGER_MQTT_TLS", '"CHARGER_MQTT_TLS"'),
    ],
)
def test_what_a_stray_line_hides_belongs_to_the_laptop(good, board_reads, old, new):
    flat = good | VITAL
    typed = render(flat).replace(old, new).encode()
    for keep in (None, "drive"):
        with pytest.raises(MergeError):
            merge(salted_hashes(flat), typed, flat, keep).check()
    found = merge(salted_hashes(flat), typed, flat, "laptop")
    found.check()
    values, mistakes = board_reads(found.content)
    assert mistakes == []
    assert values == board_reads(render(flat).encode())[0]
    assert (values["hardware.relay_active"], values["mqtt.tls"]) == ("low", True)


DAMAGES = {
    "a letter is lost": lambda line: [line[:10] + line[11:]],
    "two letters change places": lambda line: [line[:11] + line[12] + line[11] + line[13:]],
    "small letters": lambda line: [line.lower()],
    "a section above": lambda line: ["[mqtt]", line],
    "the name in quotes": lambda line: [f'"{line.split()[0]}" = {line.split()[-1]}'],
    "no closing quote": lambda line: [line[:-1]],
    "another value": lambda line: [f'{line.split()[0]} = "nas"'],
    "a second line": lambda line: [line, f'{line.split()[0]} = "nas"'],
    "a comment": lambda line: [f"# {line}"],
    "removed": lambda line: [],
    "a NUL byte": lambda line: ["\0", line],
    "no equals sign": lambda line: [line.replace("=", "")],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("line", range(6))
def test_after_any_damage_to_a_line_keep_laptop_gives_the_laptops_settings(good, board_reads, damage, line):
    flat = good | VITAL
    lines = [each for each in render(flat).split("\n") if each.startswith("CHARGER_")]
    lines[line : line + 1] = damage(lines[line])
    found = merge(salted_hashes(flat), "\n".join(lines).encode(), flat, "laptop")
    found.check()
    assert board_reads(found.content) == (board_reads(render(flat).encode())[0], [])


@pytest.mark.parametrize("keep", [None, "drive", "laptop"])
def test_what_a_stray_line_hides_is_not_pulled_as_a_deletion(good, keep):
    flat = good | VITAL
    typed = render(flat).replace("CHARGER_MQTT_BROKER", "[mqtt]\nCHARGER_MQTT_BROKER").encode()
    taken, conflicts, problems = changes_to_pull(
        salted_hashes(flat), read_board_file(typed), flat, keep, "settings.toml"
    )
    assert (taken, conflicts, bool(problems)) == ([], [], keep != "laptop")


def test_a_required_setting_deleted_on_the_drive_is_asked_about(good):
    typed = render(good).replace('CHARGER_MQTT_BROKER = "192.168.1.10"\n', "").encode()
    with pytest.raises(MergeError) as caught:
        merge(salted_hashes(good), typed, good).check()
    assert caught.value.lines()[0] == (
        'settings.toml:1:1: CHARGER_MQTT_BROKER: is required; the laptop has "192.168.1.10"'
    )


def test_pins_are_checked_together_after_the_merge(good):
    typed = render({**good, "CHARGER_HARDWARE_RELAY_PIN": "D1"}).encode()
    laptop = {**good, "CHARGER_HARDWARE_CABLE_PIN": "D1", "CHARGER_HARDWARE_LED_PIN": "none"}
    found = merge(salted_hashes(good), typed, laptop, board_id="seeed_xiao_esp32c6")
    assert [problem.message for problem in found.problems] == [
        "CHARGER_HARDWARE_CABLE_PIN: D1 is already used for hardware.relay_pin"
    ]


def test_circuitpythons_pair_follows_what_was_typed_on_the_drive(good):
    laptop = {**good, "CHARGER_WIFI_PASSWORD": "12345678", "CHARGER_WEB_API_PASSWORD": "web"}
    pair = {
        "CIRCUITPY_WIFI_SSID": "workshop",
        "CIRCUITPY_WIFI_PASSWORD": "12345678",
        "CIRCUITPY_WEB_API_PASSWORD": "web",
    }
    flat = laptop | pair
    typed = render(flat).replace('CHARGER_WIFI_SSID = "workshop"', 'CHARGER_WIFI_SSID = "cellar"').encode()
    found = merge(salted_hashes(flat), typed, flat)
    found.check()
    assert value(found.content, "CHARGER_WIFI_SSID") == "cellar"
    assert value(found.content, "CIRCUITPY_WIFI_SSID") == "cellar"
    again = merge(salted_hashes(flat), found.content, flat)
    again.check()
    assert again.content == found.content


def test_the_wifi_variables_go_with_the_web_password_unless_a_person_typed_them(good):
    pair = {
        "CIRCUITPY_WIFI_SSID": "workshop",
        "CIRCUITPY_WIFI_PASSWORD": "",
        "CIRCUITPY_WEB_API_PASSWORD": "web",
    }
    flat = {**good, "CHARGER_WEB_API_PASSWORD": "web", **pair}
    gone = merge(salted_hashes(flat), render(flat).encode(), good)
    gone.check()
    assert read_board_file(gone.content).values == good
    stays = merge(salted_hashes(good), render({**good, **pair}).encode(), good)
    stays.check()
    assert read_board_file(stays.content).values == {**good, **pair}
