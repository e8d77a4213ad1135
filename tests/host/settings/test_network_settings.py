# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Brokers, topics and keys that a charger cannot use: named with the remedy, on the laptop as at the board's start."""

import pytest
from charger import checks
from charger import settings as board
from chargerctl.settings import SettingsError, effective_for_simulation
from chargerctl.settings.table import SETTINGS

REQUIRED = {"CHARGER_WIFI_SSID": "home", "CHARGER_MQTT_BROKER": "10.0.0.2", "CHARGER_SERIAL": "garage-1"}


def on_the_laptop(**changes):
    """The mistakes, as `config check` prints them behind the setting's name."""
    overrides = [f"{name.replace('__', '.')}={text}" for name, text in changes.items()]
    try:
        effective_for_simulation(None, {}, overrides)
    except SettingsError as error:
        return [str(each).removeprefix("--set ") for each in error.problems if not each.warning]
    return []


def at_the_start(**changes):
    """(values, mistakes that keep the charger Unavailable)."""
    flat = dict(REQUIRED)
    for name, text in changes.items():
        flat[SETTINGS[name.replace("__", ".")].variable] = text
    values, problems = board.load(checks.check, flat.get, {}, list(flat))
    return values, [why for _, why, fatal in problems if fatal]


def refused(**changes):
    """Why, in the words of both."""
    laptop, start = on_the_laptop(**changes), at_the_start(**changes)[1]
    assert [
        line.partition(": ")[2] if line.startswith(("mqtt.", "wifi.")) else line for line in laptop
    ] == start
    assert len(start) == 1
    return start[0]


ITSELF = (
    "means the charger itself: give the address that the machine has on your network, such as 192.168.1.10"
)


@pytest.mark.parametrize(
    ("broker", "reason"),
    [
        ("localhost", ITSELF),
        ("LocalHost.", ITSELF),
        ("localhost.localdomain", ITSELF),
        ("broker.localhost", ITSELF),
        ("ip6-localhost", ITSELF),
        ("127.0.0.1", ITSELF),
        ("127.255.0.3", ITSELF),
        ("0.0.0.0", ITSELF.replace("the charger itself", "no machine at all")),
        ("0.1.2.3", ITSELF.replace("the charger itself", "no machine at all")),
        ("255.255.255.255", ITSELF.replace("the charger itself", "a group of machines, or is reserved")),
        ("224.0.0.1", ITSELF.replace("the charger itself", "a group of machines, or is reserved")),
        ("192.168.001.010", "must be an address without leading zeros, such as 192.168.1.10"),
        ("010.0.0.1", "must be an address without leading zeros, such as 192.168.1.10"),
        ("192.168.1.10.", "must be a host name or an address"),
        ("192.168.1", "must be a host name or an address"),
        ("192.168.1.256", "must be a host name or an address"),
        ("3232235786", "must be a host name or an address"),
        ("::1", "is an IPv6 address, which the charger cannot use: give an IPv4 address or a name"),
        ("[fe80::1]", "is an IPv6 address, which the charger cannot use: give an IPv4 address or a name"),
        ("2001:db8::7", "is an IPv6 address, which the charger cannot use: give an IPv4 address or a name"),
        ("10.0.0.2:1883", "must be a bare host name: the port belongs in mqtt.port"),
        ("broker:", "must be a bare host name: the port belongs in mqtt.port"),
        ("mqtt://10.0.0.2", "must be a bare host name: no scheme, no port, no path"),
        ("mqtts://maria:secret@host:8883/x", "must be a bare host name: no scheme, no port, no path"),
        ("maria@host", "must be a bare host name: no scheme, no port, no path"),
        ("host/mqtt", "must be a bare host name: no scheme, no port, no path"),
        (" 10.0.0.2", "must be a bare host name: no blanks"),
        ("my broker", "must be a bare host name: no blanks"),
        ("10,0,0,2", "may have letters, digits and -_. only"),
        ("bröker", "may have letters, digits and -_. only"),
    ],
)
def test_a_broker_that_the_charger_cannot_reach_is_named_with_the_remedy(broker, reason):
    assert refused(mqtt__broker=broker) == reason


@pytest.mark.parametrize(
    "broker",
    [
        "10.0.0.2",
        "192.168.1.10",
        "223.255.255.254",
        "1.0.0.0",
        "broker",
        "nas.fritz.box.",
        "localhost-2",
        "127-1.lan",
    ],
)
def test_other_brokers_are_right(broker):
    assert on_the_laptop(mqtt__broker=broker) == at_the_start(mqtt__broker=broker)[1] == []


def test_the_rules_hold_for_a_time_server_too_whose_port_is_no_setting():
    assert on_the_laptop(ntp__server="pool.ntp.org:123") == [
        "ntp.server: must be a bare host name: its port is always 123"
    ]
    assert on_the_laptop(ntp__server="127.0.0.1") == [f"ntp.server: {ITSELF}"]


@pytest.mark.parametrize("address", ["192.168.1.255", "10.0.0.0"])
def test_an_address_that_is_probably_a_networks_own_is_warned_about(address):
    settings = effective_for_simulation(None, {}, [f"mqtt.broker={address}"])
    assert [str(each).removeprefix("--set ") for each in settings.warnings] == [
        f"mqtt.broker: warning: {address} is in most networks not the address of a machine"
    ]


def topics(**changes):
    values, problems = at_the_start(**changes)
    assert not problems
    assert on_the_laptop(**changes) == []
    return values["mqtt.topic_out"], values["mqtt.topic_in"]


def test_topics_have_the_serial_in_them():
    assert topics() == ("/charger/garage-1", "/system/garage-1")
    assert topics(mqtt__publish_topic="cp/{serial}", mqtt__subscribe_topic="cs/{serial}") == (
        "cp/garage-1",
        "cs/garage-1",
    )
    assert topics(mqtt__publish_topic="site 1/{serial}/out".replace(" ", "-")) == (
        "site-1/garage-1/out",
        "/system/garage-1",
    )
    assert topics(mqtt__publish_topic="a/x{serial}y/{serial}")[0] == "a/xgarage-1y/garage-1"


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("/charger", "needs {serial} in it: else all chargers share one topic"),
        ("cp/{id}", "needs {serial} in it: else all chargers share one topic"),
        ("cp/{Serial}", "needs {serial} in it: else all chargers share one topic"),
        ("cp/{serial}/{id}", "may have no braces but those of {serial}"),
        ("cp/{{serial}}", "may have no braces but those of {serial}"),
        ("+/{serial}", "may have no wildcards (+ and #)"),
        ("{serial}/#", "may have no wildcards (+ and #)"),
        ("$share/all/{serial}", "must not begin with $: such topics belong to the broker"),
        ("$SYS/{serial}", "must not begin with $: such topics belong to the broker"),
        ("cp//{serial}", "has an empty level: no // and no / at its end"),
        ("//{serial}", "has an empty level: no // and no / at its end"),
        ("{serial}/", "has an empty level: no // and no / at its end"),
        ("my charger/{serial}", "may have printable ASCII characters only, and no blanks"),
        ("säule/{serial}", "may have printable ASCII characters only, and no blanks"),
        ("", "must not be empty"),
        ("x" * 93 + "{serial}", "must be 1 to 100 characters, has 101"),
        ("x" * 92 + "{serial}", "with the serial, a topic has at most 100 characters, not 101"),
    ],
)
def test_a_topic_that_cannot_be_is_refused(topic, reason):
    changes = {"charger__serial": "garage-10"}
    assert refused(mqtt__publish_topic=topic, **changes) == reason
    if topic != "$share/all/{serial}":
        assert refused(mqtt__subscribe_topic=topic, **changes) == reason


@pytest.mark.parametrize(
    ("publish", "subscribe"),
    [
        ("cp/{serial}", "cp/{serial}"),
        ("cp/{serial}", "cp/{serial}/connection"),
        ("cs/{serial}/connection", "cs/{serial}"),
        ("cp/{serial}", "cp/garage-1{serial}"),
    ],
)
def test_the_two_topics_and_what_hangs_below_them_differ(publish, subscribe):
    both = {"mqtt__publish_topic": publish, "mqtt__subscribe_topic": subscribe}
    if subscribe == "cp/garage-1{serial}":
        topics(**both)
    else:
        reason = "needs another topic than the one to publish on, also with /connection below it"
        assert refused(**both) == reason


def test_one_topic_that_is_the_default_of_the_other_is_named_at_the_one_that_was_set():
    reason = "needs another topic than the one to publish on, also with /connection below it"
    assert on_the_laptop(mqtt__publish_topic="/system/{serial}") == [f"mqtt.publish_topic: {reason}"]


def test_with_another_mistake_in_the_serial_the_topics_wait():
    values, problems = at_the_start(charger__serial="a/b")
    assert problems == ["may have letters, digits and -_. only"]
    assert values["mqtt.topic_out"] is values["mqtt.topic_in"] is None


@pytest.mark.parametrize("key", ["0123456789abcdef" * 4, "ABCDEF0123456789" * 4])
def test_a_key_of_64_hexadecimal_digits_is_a_password(key):
    assert on_the_laptop(wifi__password=key) == []
    values, problems = at_the_start(wifi__password=key)
    assert (values["wifi.password"], problems) == (key, [])


@pytest.mark.parametrize("text", ["g" + "0" * 63, "0" * 65, "0" * 63 + "é", "short12"])
def test_what_is_neither_a_password_nor_a_key_is_refused_without_being_shown(text):
    reason = refused(wifi__password=text)
    assert reason == f"must be empty or 8 to 63 bytes, or 64 hexadecimal digits, has {len(text.encode())}"


def test_the_web_workflow_takes_no_key():
    settings = effective_for_simulation(None, {}, [f"wifi.password={'0' * 64}", "web.api_password=x"])
    assert [str(each).removeprefix("--set ") for each in settings.warnings] == [
        "web.api_password: warning: CircuitPython joins Wi-Fi for the web workflow only with a password of at most "
        "63 bytes, not with a key of 64 digits: set wifi.password to the passphrase"
    ]


@pytest.mark.parametrize("name", ["charger.vendor", "charger.model"])
@pytest.mark.parametrize("text", ["Müller & Co", "充電", "a\u00a0b", "tab\tbed", "naïve", "x" * 21])
def test_what_bootnotification_may_not_carry_is_refused(name, text):
    assert len(on_the_laptop(**{name.replace(".", "__"): text})) == 1


def test_printable_ascii_names_are_right():
    assert on_the_laptop(charger__vendor="A&B (1) ~ 'x' \"y\"", charger__model=" {}") == []
