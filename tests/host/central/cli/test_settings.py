# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings of [central]: where they come from, what is wrong with them and where, and that no secret is shown."""

from pathlib import Path

import click
import pytest
from chargerctl.central.document import example, settings_table
from chargerctl.central.settings import CentralSettings, load_central
from chargerctl.errors import InputError
from chargerctl.files import state_folder
from chargerctl.settings.kinds import HostPort, shown_url
from chargerctl.settings.problems import SettingsError
from chargerctl.settings.programs import keys

from tests.host.commands import leaves

COMMANDS = ("serve", "broker", "call")


@pytest.fixture(autouse=True)
def own_folder(folder, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))


def mistakes(path=None, environ=None, options=None):
    with pytest.raises(SettingsError) as raised:
        load_central(path, environ or {}, options, COMMANDS)
    return [str(problem) for problem in raised.value.problems]


def test_without_any_source_the_defaults_count_and_the_books_lie_in_chargerctls_own_folder():
    found = load_central(None, {}).values
    assert found.listen == HostPort("127.0.0.1", 1883)
    assert (found.broker, found.ocpp, found.profile) == (None, None, {})
    assert found.database == f"sqlite:///{state_folder().absolute() / 'central.sqlite'}"


def test_the_books_stay_where_they_are_when_a_settings_file_appears(write):
    before = load_central(None, {}).values.database
    path = write("[central]\nlearn = true\n", "central.toml")
    assert load_central(None, {}).values.database == before
    assert load_central(path, {}).values.database == before


def test_init_changes_nothing_until_the_file_is_edited(chargerctl, chargerctl_json, folder):
    assert chargerctl("central", "cards", "add", "04A1B2C3")[0] == 0
    assert chargerctl("central", "init")[0] == 0
    status, found = chargerctl_json("central", "cards")
    assert (status, [card["uid"] for card in found["cards"]]) == (0, ["04A1B2C3"])
    # Nor when its line of the books is no longer a comment.
    path = folder / "central.toml"
    path.write_text(path.read_text().replace("# [", "[").replace("# database", "database"))
    assert len(chargerctl_json("central", "cards")[1]["cards"]) == 1


def test_the_books_of_an_example_are_those_of_whoever_reads_it(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert 'database = "~/config/chargerctl/central.sqlite"' in example()


def test_new_books_are_announced_once(chargerctl, folder):
    new = f"made new books: {folder / 'typo.sqlite'}\n"
    for json in ([], ["--json"]):
        add = ("central", "cards", "add", "--replace", "04A1B2C3", "--database", "typo.sqlite", *json)
        assert chargerctl(*add)[2] == new
        assert chargerctl(*add)[2] == ""
        (folder / "typo.sqlite").unlink()


def test_settings_show_the_whole_way_to_the_books(chargerctl_json):
    shown = chargerctl_json("central", "settings")[1]["settings"]["database"]
    assert shown == {"text": str(state_folder() / "central.sqlite"), "source": "default", "where": None}


def test_a_later_source_overrides_an_earlier_one(write):
    path = write(
        '[central]\nheartbeat_interval = 100\ncall_timeout = 100\nlearn = true\nocpp = "127.0.0.1"\n',
        "c.toml",
    )
    environ = {"CHARGERCTL_CENTRAL_CALL_TIMEOUT": "200", "CHARGERCTL_CENTRAL_OCPP": "127.0.0.1:9200"}
    found = load_central(path, environ, {"ocpp": "[::1]:9300"}).values
    assert (found.learn, found.heartbeat_interval, found.call_timeout) == (True, 100, 200)
    assert str(found.ocpp) == "[::1]:9300"


def test_every_value_says_where_it_comes_from(write):
    path = write("[central]\nlearn = true\n", "c.toml")
    found = load_central(path, {"CHARGERCTL_CENTRAL_CALL_TIMEOUT": "20"}, {"ocpp": "none"})
    explained = {each.key.name: (each.text, each.source, str(each.place)) for each in found.explained}
    assert explained["learn"] == ("true", "file", f"{path}:2:9")
    assert explained["call_timeout"] == ("20", "environment", "$CHARGERCTL_CENTRAL_CALL_TIMEOUT")
    assert explained["ocpp"] == ("none", "option", "--ocpp")
    assert explained["heartbeat_interval"] == ("300", "default", "None")


def test_the_file_is_looked_for_here_then_in_chargerctls_own_folder(write):
    own = state_folder() / "central.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[central]\ncall_timeout = 21\n")
    assert load_central(None, {}).values.call_timeout == 21
    write("[central]\ncall_timeout = 22\n", "central.toml")
    assert load_central(None, {}).values.call_timeout == 22
    other = write("[central]\ncall_timeout = 23\n", "other.toml")
    assert load_central(None, {"CHARGERCTL_CENTRAL_CONFIG": str(other)}).values.call_timeout == 23
    assert (
        load_central(Path("central.toml"), {"CHARGERCTL_CENTRAL_CONFIG": str(other)}).values.call_timeout
        == 22
    )


def test_paths_in_a_file_begin_in_its_folder_others_here(write, folder):
    path = write('[central]\ndatabase = "books/a.sqlite"\nbroker_ca = "ca.pem"\n', "etc/central.toml")
    found = load_central(path, {"CHARGERCTL_CENTRAL_OCPP_KEY": "key.pem"}).values
    assert found.database == f"sqlite:///{folder}/etc/books/a.sqlite"
    assert found.broker_ca == folder / "etc" / "ca.pem"
    assert found.ocpp_key == Path("key.pem")
    assert load_central(path, {}, {"database": "b.sqlite"}).values.database == f"sqlite:///{folder}/b.sqlite"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("postgres://me@host/db", "postgresql+psycopg://me@host/db"),
        ("postgresql://host", "postgresql+psycopg://host"),
        ("sqlite:////var/lib/a.sqlite", "sqlite:////var/lib/a.sqlite"),
        ("/var/lib/a.sqlite", "sqlite:////var/lib/a.sqlite"),
    ],
)
def test_a_database_is_a_path_or_a_url(text, url):
    assert load_central(None, {}, {"database": text}).values.database == url


def test_every_mistake_is_named_with_its_place(write):
    path = write(
        """\
[central]
databse = "x"
listen = "0.0.0.0:99999"
broker = "mqtt://host"
learn = "maybe"
heartbeat_interval = 5
charger_topic = "/charger"
ocpp = ["a"]
call_timeout = 10
call_timeout = 11
[central.profil]
x = 1
[cental]
y = 2
[bridge]
z = 3
""",
        "c.toml",
    )
    environ = {"CHARGERCTL_CENTRAL_LERN": "1", "CHARGERCTL_CENTRAL_SERVE_LISTEN": "its option's own"}
    assert mistakes(path, environ, {"database": "mysql://host/db"}) == [
        f"{path}:2:1: databse: did you mean database?",
        f"{path}:3:10: listen: has a port that is not 0 to 65535",
        f"{path}:4:10: broker: must be HOST:PORT: no scheme, no path, no user",
        f"{path}:5:9: learn: must be true or false, not maybe",
        f"{path}:6:22: heartbeat_interval: must be 10 to 86400, not 5",
        f"{path}:7:17: charger_topic: needs {{serial}} in it: else all chargers share one topic",
        f"{path}:8:8: ocpp: must be one value, not an array",
        f"{path}:10:1: call_timeout: is already set in line 9",
        f"{path}:11:1: [central.profil]: did you mean [central.profile]?",
        f"{path}:13:1: cental: did you mean [central]?",
        "$CHARGERCTL_CENTRAL_LERN: did you mean CHARGERCTL_CENTRAL_LEARN?",
        "--database: must be the path of a file, or postgresql://USER@HOST/NAME",
    ]


@pytest.mark.parametrize(
    "text", ["a b:1", "a:b:c", "::1", "[zz]:1", "host:", ":1883", "-a:1", "a/b", "me:pw@host:1", "", "h:0"]
)
def test_what_is_no_address_is_refused(text):
    (mistake,) = mistakes(None, {}, {"broker": text})
    assert mistake.startswith("--broker: ")
    assert "pw" not in mistake


@pytest.mark.parametrize("text", ["1883", "99:8883"])
def test_a_port_alone_is_no_address(text):
    (mistake,) = mistakes(None, {}, {"listen": text})
    assert mistake.startswith("--listen: must be HOST:PORT: a port alone is 127.0.0.1:")


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///", "a?b", ":memory:", "", "a\0b", "x://y"])
def test_what_is_no_database_is_refused(text):
    (mistake,) = mistakes(None, {}, {"database": text})
    assert mistake.startswith("--database: ")


def test_keys_of_the_profile_are_taken_as_texts(write):
    path = write('[central.profile]\nMeterValueSampleInterval = 30\nA = true\n"B.c" = "x"\n', "c.toml")
    assert load_central(path, {}).values.profile == {
        "MeterValueSampleInterval": "30",
        "A": "true",
        "B.c": "x",
    }
    path = write("[central]\n[central.profile]\nx = [1]\ny.z = 1\n", "c.toml")
    assert len(mistakes(path, {"CHARGERCTL_CENTRAL_PROFILE": "x"})) == 3


def test_what_cannot_be_a_configuration_key_is_refused(write):
    path = write(f'[central.profile]\n"" = 5\n{"k" * 51} = 1\nsecret = "{"v" * 501}"\n', "c.toml")
    assert mistakes(path) == [
        f"{path}:2:1: : is no configuration key: it has 1 to 50 characters (OCPP)",
        f"{path}:3:1: {'k' * 50}: is no configuration key: it has 1 to 50 characters (OCPP)",
        f"{path}:4:1: secret: a value has at most 500 characters (OCPP), not 501",
    ]


def test_help_says_what_an_option_takes(chargerctl):
    for command in (("central", "serve"), ("bridge",)):
        text = chargerctl(*command, "--help")[1]
        for option in ("--listen HOST:PORT", "--broker HOST:PORT", "--broker-user NAME", "--broker-ca FILE"):
            assert option in text


def test_a_misspelt_variable_is_told_from_one_of_a_commands_option():
    assert mistakes(None, {"CHARGERCTL_CENTRAL_BROKER_PASWORD": "Zq"}) == [
        "$CHARGERCTL_CENTRAL_BROKER_PASWORD: did you mean CHARGERCTL_CENTRAL_BROKER_PASSWORD?"
    ]
    load_central(None, {"CHARGERCTL_CENTRAL_BROKER_MOSQUITTO_TO": "x"}, None, COMMANDS)


def test_no_variable_of_a_setting_is_that_of_a_commands_option_with_another_meaning():
    of_options = {
        param.envvar
        for name, command in leaves().items()
        for param in command.params
        if name.startswith("central ") and isinstance(param, click.Option)
    }
    of_settings = {f"CHARGERCTL_CENTRAL_{name.upper()}" for name in keys(CentralSettings)}
    assert of_options & of_settings == {"CHARGERCTL_CENTRAL_CALL_TIMEOUT"}  # it means the same


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"c\.toml: file not found; `chargerctl central init` writes one"):
        load_central(Path("c.toml"), {})


@pytest.mark.parametrize(
    "line",
    [
        'broker_password = "Zq1"',
        'broker_password = "Zq1',
        "broker_password = Zq1",
        'broker_pasword = "Zq1"',
        "broker_password Zq1",
        'broker_password = ["Zq1"]',
        'broker_password = "Zq1\x07"',
        'database = "postgresql://me:Zq1@host/db"',
        'database = "mysql://me:Zq1@host/db"',
        'broker = "me:Zq1@host"',
    ],
)
def test_no_secret_is_shown(write, line):
    path = write(f"[central]\n{line}\n", "c.toml")
    path.chmod(0o644)
    try:
        found = load_central(path, {})
        said = f"{found.values} {found.explained} {[*map(str, found.warnings)]}"
    except SettingsError as error:
        said = f"{error.lines()} {error.as_json()}"
    assert "Zq1" not in said


def test_a_file_with_a_password_that_others_can_read_is_a_warning(write):
    path = write('[central]\nbroker_password = "x"\n', "c.toml")
    path.chmod(0o644)
    assert "chmod 600" in str(load_central(path, {}).warnings[0])
    path.chmod(0o600)
    assert not load_central(path, {}).warnings


def test_the_password_of_the_broker_may_be_in_a_file_of_its_own(write):
    write("secret\r\nmore\n", "pw")
    assert load_central(None, {}, {"broker_password_file": "pw"}).values.broker_secret == "secret"
    assert CentralSettings(broker_password="typed").broker_secret == "typed"
    with pytest.raises(InputError, match="nowhere: file not found"):
        _ = CentralSettings(broker_password_file=Path("nowhere")).broker_secret


@pytest.mark.parametrize(
    ("options", "only_here"),
    [
        ({}, True),
        ({"ocpp": "localhost:9000"}, True),
        ({"ocpp": "0.0.0.0:9000"}, False),
        ({"listen": "[::]:1883"}, False),
        ({"broker": "broker.lan"}, False),
        ({"broker": "127.0.0.1"}, False),  # who reaches it, only its owner knows
        ({"listen": "none", "ocpp": "[::1]:9000"}, True),
    ],
)
def test_only_loopback_addresses_are_only_here(options, only_here):
    assert load_central(None, {}, options).values.only_here is only_here


def test_who_asks_for_a_broker_of_its_own_does_not_get_that_of_the_file(write):
    write('[central]\nbroker = "broker.lan"\nlisten = "127.0.0.1:1884"\n', "central.toml")
    path = Path("central.toml")
    assert load_central(path, {}).values.broker == (("broker.lan", 1883),)
    assert load_central(path, {}, {"listen": "none"}).values.broker == (("broker.lan", 1883),)

    settings = load_central(path, {}, {"listen": "0.0.0.0:1885"}).values
    assert (settings.broker, settings.listen) == (None, ("0.0.0.0", 1885))
    with pytest.raises(InputError, match="give --listen or --broker, not both"):
        load_central(path, {}, {"listen": "0.0.0.0", "broker": "broker.lan"})


def test_a_broker_may_have_several_nodes(tmp_path):
    path = tmp_path / "central.toml"
    path.write_text('[central]\nbroker = "a.lan, b.lan:8883"\n')
    assert load_central(path, {}).values.broker == (("a.lan", 1883), ("b.lan", 8883))
    path.write_text('[central]\nbroker = "a.lan,,b.lan"\n')
    with pytest.raises(SettingsError):
        load_central(path, {})


def test_a_url_is_shown_without_its_password():
    assert shown_url("postgresql+psycopg://me:p%40w@host/db") == "postgresql://me:***@host/db"
    assert shown_url("postgresql+psycopg://me@host/db") == "postgresql://me@host/db"
    assert shown_url("sqlite:////var/a:b@c.sqlite") == "/var/a:b@c.sqlite"


def test_the_example_is_valid_and_says_nothing_but_the_defaults(write):
    found = load_central(write(example(), "central.toml"), {})
    assert {each.source for each in found.explained} == {"default"}
    shown = example().replace("# [", "[").replace("\n# ", "\n")
    lines = [
        line for line in shown.splitlines() if " = " in line and line.split(" = ")[0] in keys(CentralSettings)
    ]
    set_all = load_central(write("[central]\n" + "\n".join(lines), "all.toml"), {})
    assert set_all.values == found.values
    assert len(lines) == len(keys(CentralSettings)) - 1  # the profile is a table


def test_every_setting_is_in_the_page_of_the_settings():
    for name in keys(CentralSettings):
        assert f"{name}" in settings_table()


def test_init_writes_a_private_file_once(chargerctl, chargerctl_json, folder):
    status, out, _ = chargerctl("central", "init")
    assert (status, out.splitlines()[0][:20]) == (0, "wrote central.toml (")
    assert (folder / "central.toml").stat().st_mode & 0o777 == 0o600
    status, found = chargerctl_json("central", "init")
    assert (status, found["error"]) == (2, "central.toml: already exists; edit it")
    assert chargerctl("central", "init", "-c", "no/where.toml")[0] == 2
