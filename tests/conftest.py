# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the board's `charger` package importable here under its own name, and laptops that have compiled it before.

Not by putting firmware/ on the path: its code.py would hide the standard library's `code`, which debuggers import.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from chargerctl.deploy.bytecode.compiler import compile_image
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.files import state_folder

from tests.browser import Browser, chromium
from tests.postgres import Postgres

_CHARGER = Path(__file__).resolve().parent.parent / "firmware" / "charger"
_spec = importlib.util.spec_from_file_location(
    "charger", _CHARGER / "__init__.py", submodule_search_locations=[str(_CHARGER)]
)
assert _spec is not None
assert _spec.loader is not None
sys.modules["charger"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["charger"])

# Time limits of an example and of its making would depend on the machine's speed. `make test` tries the same examples each
# time; `make soak` chooses its profile by an option, and prints how to try an example again that failed.
AT_ANY_SPEED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("chargerctl", derandomize=True, **AT_ANY_SPEED)
hypothesis.settings.register_profile("few", derandomize=True, max_examples=10, **AT_ANY_SPEED)
hypothesis.settings.register_profile("soak", max_examples=2000, print_blob=True, **AT_ANY_SPEED)
hypothesis.settings.load_profile("chargerctl")

# Every test below these paths is slow: whole episodes, whole chargers, deploys that are cut again and again, real brokers,
# other processes.
_SLOW = (
    "firmware/hardware/test_display",
    "firmware/hardware/test_meter",
    "firmware/net/test_mosquitto",
    "host/brokers/",
    "host/central/books/",
    "host/bridge/test_bridge",
    "host/bridge/test_command",
    "host/bridge/test_leased",
    "host/central/broker/test_command",
    "host/central/broker/test_mosquitto",
    "host/central/homeassistant/test_at_a_broker",
    "host/central/homeassistant/test_rights",
    "host/central/live/",
    "host/central/metrics/test_service",
    "host/central/ocppj/test_others",
    "host/central/service/test_sharing",
    "host/central/web/api/test_fuzz",
    "host/central/web/chargers/",
    "host/central/web/login/test_every_route",
    "host/leases/",
    "host/cli/test_event_log",
    "host/cli/test_fleet",
    "host/cli/test_host",
    "host/cli/test_serial_commands",
    "host/deploy/test_boards",
    "host/deploy/test_boot",
    "host/deploy/test_bytecode",
    "host/deploy/test_cost_over_serial",
    "host/deploy/test_first_deploy",
    "host/deploy/test_held",
    "host/deploy/test_interruptions",
    "host/deploy/test_libraries",
    "host/deploy/test_over_serial",
    "host/deploy/test_renaming",
    "host/deploy/test_small_drive",
    "host/deploy/test_strangers_",
    "host/deploy/test_web_interruptions",
    "host/doctor/test_drive",
    "host/serial_board/",
    "host/fleet/chaos/test_chaos",
    "host/fleet/firmware/test_due_as",
    "host/fleet/links/",
    "host/monitor/test_command",
    "host/monitor/test_deployed",
    "host/settings/test_on_the_virtual_board",
    "host/settings/test_secrets",
    "host/transport/serial/",
    "host/transport/test_volumes",
    "host/web/test_base",
    "simulator/chaos/",
    "simulator/network/test_charger",
    "simulator/network/test_real_time",
    "simulator/script/test_latch",
    "simulator/script/test_lines",
    "simulator/script/test_simulate",
    "simulator/web/test_command",
    "whole/central/",
    "whole/bridge/",
    "whole/gate/",
    "whole/memory/",
    "whole/test_demo_recorded",
    "whole/test_scenarios",
    "whole/vm/",
    "whole/web/",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--first-cases", action="store_true", help="of each test that has cases only the first")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix().startswith(_SLOW):
            item.add_marker("slow")
    if config.getoption("first_cases"):
        # The first of those that are not soak, which -m leaves out afterwards.
        first = {
            item.nodeid.partition("[")[0]: item
            for item in reversed(items)
            if not item.get_closest_marker("soak")
        }
        kept = set(first.values())
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have counted (record_property), also those of other workers."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    counts = [
        value
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "counts"
    ]
    if counts:
        terminalreporter.section("counted")
        terminalreporter.write_line("\n".join(map(str, counts)))


FreshLaptop = Callable[[Path], Path]


@pytest.fixture(scope="session")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laptop's folder that remembers what was compiled, so that not every test has to compile it."""
    folder = tmp_path_factory.mktemp("laptop")
    compile_image(firmware_image() | wheel_libraries(), SourceRecord(folder))
    return folder


@pytest.fixture
def fresh_laptop(monkeypatch: pytest.MonkeyPatch, made_before: Path) -> FreshLaptop:
    """fresh_laptop(config) -> chargerctl's folder on a laptop whose configuration lies in `config`: there is nothing in
    it but what was compiled before."""

    def make(config: Path) -> Path:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
        folder = state_folder()
        folder.mkdir(parents=True)
        (folder / "compiled").symlink_to(made_before / "compiled")
        return folder

    return make


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests of a worker: to make one takes a second, and memory."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """For all tests of a worker: it takes seconds to start."""
    with chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Browser:
    """A real browser, which knows nothing of other tests."""
    one_browser.fresh()
    return one_browser
