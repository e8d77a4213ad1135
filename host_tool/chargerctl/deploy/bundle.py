# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's libraries compiled, from the bundles that circup knows. The only module that touches circup.

As a library circup prints, calls sys.exit, makes folders when it is imported, asks the network with long
timeouts and raises what its own libraries raise: all of that stays in here and comes out as files or as one
BundleError.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chargerctl.deploy.requirements import belongs_on_board
from chargerctl.errors import ChargerctlError

_TIMEOUT_S = 10


class BundleError(ChargerctlError):
    """The libraries cannot be had from a bundle."""


def bundle_libraries(names: list[str], major: int, refresh: bool) -> dict[str, bytes]:
    """{"lib/adafruit_ntp.mpy": content, ...} of the named modules and what they need, for CircuitPython
    `major`.

    refresh: ask for the newest bundle; otherwise only for one that is not on this machine. What is here
    already is used when there is no network.
    """
    with _fenced():
        from circup import command_utils, shared

        shared.REQUESTS_TIMEOUT = _TIMEOUT_S
        platform = f"{major}mpy"
        if platform not in shared.PLATFORMS:
            raise BundleError(f"circup knows no libraries for CircuitPython {major}.x: update circup")
        modules: dict[str, Any] = {}
        for bundle in command_utils.get_bundles_list(None, platform):
            for name, module in _modules(command_utils, bundle, platform, refresh).items():
                modules.setdefault(name, module)
        if not modules:
            raise BundleError(
                f"no libraries compiled for CircuitPython {major}.x are on this machine, nor can be downloaded now"
            )
        missing = [name for name in names if name not in modules]
        if missing:
            raise BundleError(f"the bundles for CircuitPython {major}.x have no {', '.join(missing)}")
        wanted = command_utils.get_dependencies(tuple(names), mod_names=modules)
        return {
            path: content
            for name in wanted
            if belongs_on_board(name)
            for path, content in _compiled(modules[name], name)
        }


@contextlib.contextmanager
def _fenced() -> Iterator[None]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            yield
    except BundleError:
        raise
    except SystemExit:
        raise BundleError(
            f"circup gave up: {' '.join(said.getvalue().split()) or 'it does not say why'}"
        ) from None
    except Exception as error:
        raise BundleError(f"circup failed: {type(error).__name__}: {error}") from error


def _modules(command_utils: Any, bundle: Any, platform: str, refresh: bool) -> dict[str, Any]:
    """The modules of one bundle by name; none where it cannot be had compiled for this platform."""

    def load(offline: bool, avoid_download: bool) -> dict[str, Any]:
        type(bundle).offline = offline
        bundle.platform = platform
        found: dict[str, Any] = command_utils.get_bundle_versions([bundle], avoid_download=avoid_download)
        return found if bundle.platform and Path(bundle.lib_dir()).is_dir() else {}

    attempts: list[Callable[[], dict[str, Any]]] = [
        lambda: load(offline=True, avoid_download=True),
        lambda: load(offline=False, avoid_download=False),
    ]
    for attempt in reversed(attempts) if refresh else attempts:
        try:
            found = attempt()
        except (Exception, SystemExit):  # noqa: BLE001 - the next attempt, or no modules, is the answer
            continue
        if found:
            return found
    return {}


def _compiled(module: Any, name: str) -> Iterator[tuple[str, bytes]]:
    folder = Path(module["bundle"].lib_dir())
    single = folder / f"{name}.mpy"
    if single.is_file():
        yield f"lib/{name}.mpy", single.read_bytes()
        return
    files = sorted(path for path in (folder / name).rglob("*") if path.suffix in (".mpy", ".py"))
    if not files:
        raise BundleError(f"the bundle has no compiled {name}")
    for path in files:
        yield f"lib/{path.relative_to(folder).as_posix()}", path.read_bytes()
