# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The script language as text: what each line means, and what is said about a wrong one."""

import inspect
from pathlib import Path

import pytest
from chargerctl.simulator.script import language as script
from chargerctl.simulator.script import values
from chargerctl.simulator.script.document import with_table
from chargerctl.simulator.script.lines import LINES as FORMS
from chargerctl.simulator.script.values import ALWAYS
from chargerctl.simulator.script.whom import FORMS as PREFIXES

ROOT = Path(__file__).parents[3]

LINES = [
    ("plug", "plug", {}),
    ("unplug", "unplug", {}),
    ("swipe 04a1b2c3", "swipe", {"uid": "04A1B2C3"}),
    ("swipe 04A1B2C3D4E5F6 1.5", "swipe", {"uid": "04A1B2C3D4E5F6", "hold": 1.5}),
    ("swipe 04A1B2C3D4E5F6A7B8C9", "swipe", {"uid": "04A1B2C3D4E5F6A7B8C9"}),
    ("press estop", "press", {"switch": "estop"}),
    ("release service", "release", {"switch": "service"}),
    ("meter 3.6", "meter", {"kilowatts": 3.6}),
    ("wait .25", "wait", {"seconds": 0.25}),
    ("ntp kiss", "ntp", {"how": "kiss"}),
    ("ntp wrong -3.5", "ntp_wrong", {"seconds": -3.5}),
    ("wifi down", "wifi", {"state": "down"}),
    ("broker up", "broker", {"state": "up"}),
    ("power off", "power", {"state": "off"}),
    ("weld", "weld", {}),
    ("stuck open", "stuck_open", {}),
    ("reset", "reset", {}),
    ("brownout", "brownout", {}),
    ("link half-open", "link", {"state": "half-open"}),
    ("upload silent", "upload", {"how": "silent"}),
    ('type "?hold"', "type", {"text": "?hold"}),
    ("set mqtt.keep_alive=30", "set", {"setting": ("mqtt.keep_alive", "30")}),
    ('set charger.name="a # b"', "set", {"setting": ("charger.name", "a # b")}),
    ("set mqtt.username=", "set", {"setting": ("mqtt.username", "")}),
    ("set mqtt.username=a=b", "set", {"setting": ("mqtt.username", "a=b")}),
    ("fail display", "fail", {"part": "display"}),
    ("repair reader", "repair", {"part": "reader"}),
    ('csms answer Authorize {"a": 1}', "csms_answer", {"action": "Authorize", "payload": {"a": 1}}),
    ("csms answer Authorize [] 3", "csms_answer", {"action": "Authorize", "payload": [], "count": 3}),
    (
        "csms error Heartbeat GenericError always",
        "csms_error",
        {"action": "Heartbeat", "code": "GenericError", "count": ALWAYS},
    ),
    ("csms silent Heartbeat 2", "csms_silent", {"action": "Heartbeat", "count": 2}),
    ("csms delay Heartbeat 1.5 2", "csms_delay", {"action": "Heartbeat", "seconds": 1.5, "count": 2}),
    ("csms duplicate Heartbeat", "csms_duplicate", {"action": "Heartbeat"}),
    ("csms answer Authorize null", "csms_answer", {"action": "Authorize", "payload": None}),
    ("csms retained Reset", "csms_retained", {"action": "Reset"}),
    ("csms call ClearCache", "csms_call", {"action": "ClearCache"}),
    ('csms call Reset {"type":"Soft"}', "csms_call", {"action": "Reset", "payload": {"type": "Soft"}}),
    ('csms raw "[2,\\u00e9"', "csms_raw", {"payload": "[2,é".encode()}),
    ("csms raw hex:00fF", "csms_raw", {"payload": b"\x00\xff"}),
    ("csms raw hex:", "csms_raw", {"payload": b""}),
    ("csms offline", "csms", {"state": "offline"}),
    ("expect relay closed", "expect_relay", {"state": "closed"}),
    ("expect contact open", "expect_contact", {"state": "open"}),
    ("expect lock unlocked within 0", "expect_lock", {"state": "unlocked", "within": 0.0}),
    ("expect led 001400", "expect_led", {"colour": (0, 0x14, 0)}),
    (
        'expect display "Time Not Synced" within 2',
        "expect_display",
        {"text": "Time Not Synced", "within": 2.0},
    ),
    ("expect status SuspendedEV", "expect_status", {"status": "SuspendedEV"}),
    ("expect call out Authorize", "expect", {"kind": "call", "direction": "out", "action": "Authorize"}),
    (
        'expect result in Authorize {"idTagInfo": {}} within 9',
        "expect",
        {
            "kind": "result",
            "direction": "in",
            "action": "Authorize",
            "payload": {"idTagInfo": {}},
            "within": 9.0,
        },
    ),
    (
        "expect error out Foo within 9",
        "expect",
        {"kind": "error", "direction": "out", "action": "Foo", "within": 9.0},
    ),
    (
        "expect no call out Heartbeat for 3",
        "expect_no",
        {"kind": "call", "direction": "out", "action": "Heartbeat", "seconds": 3.0},
    ),
    ('expect console "# no comment"', "expect_console", {"text": "# no comment"}),
    ('expect upload "Log" within 9', "expect_upload", {"text": "Log", "within": 9.0}),
    ("snapshot oled.png", "snapshot", {"file": Path("oled.png")}),
]


def name_of(form):
    return "_".join(form.keywords)


def parse(text: str) -> script.Script:
    return script.parse(text, "a.script", Path())


@pytest.mark.parametrize(("line", "name", "arguments"), LINES, ids=[line for line, _, _ in LINES])
def test_a_line_reads_as(line, name, arguments):
    (statement,) = parse(f"\t{line}  # a comment").statements
    assert (statement.text, name_of(statement.form)) == (line, name)
    assert dict(statement.arguments) == arguments


def test_every_form_of_the_language_is_covered_here():
    assert {name_of(form) for form in FORMS} == {name for _, name, _ in LINES}


@pytest.mark.parametrize("form", FORMS, ids=[form.usage for form in FORMS])
def test_what_a_form_reads_is_what_its_function_takes(form):
    function = form.act or form.timed
    (_stage, *parameters) = inspect.signature(function).parameters.values()
    assert [each.name for each in parameters] == [each.name for each in form.elements if each.name]
    assert [each.default is not each.empty for each in parameters] == [
        each.optional for each in form.elements if each.name
    ]
    for element in form.elements:
        if element.name:
            read = "str" if element.words else values.KINDS[element.kind].__annotations__["return"]
            assert function.__annotations__[element.name] == read, element.name


def test_the_page_on_the_simulator_has_every_form_and_its_help():
    page = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert page == with_table(page), "python -m chargerctl.simulator.script.document"
    assert page.count("\n| `") == len(FORMS) + len(PREFIXES)


def test_comments_blank_lines_and_windows_line_ends_are_nothing():
    statements = parse("# first\r\n\r\n   # indented\r\nplug # why\r\nunplug\r\n").statements
    assert [(each.line, each.text) for each in statements] == [(4, "plug"), (5, "unplug")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("plgu", "(did you mean plug?)"),
        ("plug#x", "found plug#x"),
        ("plug now", "expected the end of the line, found now"),
        ("swipe", "expected a UID of 8, 14 or 20 hex digits, found the end of the line"),
        ("swipe 04A1B2C3D4", "expected a UID of 8, 14 or 20 hex digits, found 04A1B2C3D4"),
        ("meter -1", "expected kilowatts, a decimal number from 0 to 9999, found -1"),
        ("wait 1000000000", "expected seconds, a decimal number from 0 to 999999999, found 1000000000"),
        ("meter 10000", "expected kilowatts, a decimal number from 0 to 9999, found 10000"),
        ("csms silent Authorize 10000", "expected a count from 1 to 9999, or always, found 10000"),
        ("wait 1e3", "expected seconds, a decimal number from 0 to 999999999, found 1e3"),
        ("press stop", "expected estop or service, found stop"),
        ("csms answer Authorize", "expected one JSON value, found the end of the line"),
        ('csms answer Authorize {"a" 1}', "Expecting ':' delimiter at column 28"),
        ('csms answer Authorize {"a":1}#x', "expected a space at column 30"),
        ("csms answer Authorize NaN", "NaN is not JSON"),
        ("csms silent Authorize 0", "expected a count from 1 to 9999, or always, found 0"),
        ("csms call", "expected an OCPP action"),
        ("csms raw " + "x" * 16000, "found " + "x" * 77 + "..."),
        ("csms raw text", "expected a text as a JSON string, or hex: and pairs of hex digits, found text"),
        ("csms raw hex:0", "expected hex: and pairs of hex digits, found hex:0"),
        (
            "expect",
            "expected relay, contact, lock, led, display, status, call, result, error, no, console or upload, found the end",
        ),
        ("expect relay shut", "expected open or closed, found shut"),
        (
            "expect relay open within",
            "expected seconds, a decimal number from 0 to 999999999, found the end of the line",
        ),
        ("expect relay open in 3", "expected the end of the line, found in"),
        ("expect led green", "expected a colour RRGGBB of 6 hex digits, found green"),
        ("expect display Charging", "expected a text as a JSON string"),
        ("expect status Charged", "(did you mean Charging?)"),
        ("expect call up Authorize", "expected in or out, found up"),
        ("expect no call out Authorize within 3", "expected for, found within"),
        ("set", "expected SECTION.KEY=VALUE, such as mqtt.keep_alive=30, found the end of the line"),
        (
            "set mqtt.keep_alive 30",
            "expected SECTION.KEY=VALUE, such as mqtt.keep_alive=30, found mqtt.keep_alive",
        ),
        ("set mqtt.keepalive=30", "found mqtt.keepalive=30 (did you mean mqtt.keep_alive?)"),
        ("set mqtt.keep_alive= 30", "expected the end of the line, found 30"),
        ('set charger.name="a', "Unterminated string"),
        ("link down", "expected half-open or up, found down"),
        ("snapshot oled.jpg", "expected a file name that ends in .png, found oled.jpg"),
        ("snapshot nowhere/oled.png", "expected a file in a folder that exists, found nowhere/oled.png"),
    ],
)
def test_a_wrong_line_names_what_was_expected(line, problem):
    with pytest.raises(script.ScriptError) as caught:
        parse(f"plug\n{line}")
    (message,) = caught.value.problems
    assert message.startswith("a.script:2: ")
    assert problem in message


def test_every_wrong_line_is_reported_at_once():
    with pytest.raises(script.ScriptError) as caught:
        parse("plgu\nplug\nwait x")
    assert [line.split(" ")[0] for line in caught.value.lines()] == ["a.script:1:", "a.script:3:"]
    assert caught.value.exit_status == 2


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "latin.script"
    path.write_bytes(b'plug\nexpect display "Caf\xe9"\n')
    with pytest.raises(script.ScriptError, match=r"latin.script:2: expected UTF-8 text, found byte 0xE9"):
        script.load(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(script.ScriptError, match=r"none.script: cannot be read: No such file"):
        script.load(tmp_path / "none.script")


def test_directing_someone_elses_central_system_is_refused():
    checked = parse("plug\ncsms silent Heartbeat\n")
    with pytest.raises(script.ScriptError, match=r"a.script:2: .*csms silent Heartbeat"):
        checked.refuse_central()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ("1" * 5000, "a number in it has too many digits"),
        ("NaN", "NaN is not JSON"),
        ('"a\x01"', "Invalid control character at column 3"),
    ],
    ids=["deep", "long", "NaN", "control character"],
)
def test_json_that_cannot_be_read_is_explained_in_words_of_the_trade(text: str, said: str) -> None:
    with pytest.raises(values.ExpectedError) as caught:
        values.LineReader(text, Path()).json("a value")
    assert str(caught.value).endswith(f": {said}")
    assert len(str(caught.value)) < 200
