# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's libraries compiled, from the bundles of circup. The only module that uses circup.

circup is a program, not a library: it prints, calls sys.exit, makes folders when imported, waits long for the network and
lets exceptions of its own libraries through. Here all of that becomes files or a BundleError.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chargerctl.deploy.libraries.requirements import belongs_on_board
from chargerctl.errors import ChargerctlError

_TIMEOUT_S = 10


class BundleError(ChargerctlError):
    """No bundle has the libraries."""


def is_installed() -> bool:
    """Whether circup is: it is an extra."""
    return find_spec("circup") is not None


def bundle_libraries(names: list[str], major: int, refresh: bool) -> dict[str, bytes]:
    """{"lib/adafruit_ntp.mpy": content, ...} of the named modules and what they need, for CircuitPython
    `major`.

    refresh: download the newest bundle; otherwise only download where there is none on this machine. Without a
    network the one on this machine is used.
    """
    if not is_installed():
        raise BundleError("a bundle needs circup, which is not installed: pip install 'chargerctl[bundle]'")
    with _fenced():
        from circup import command_utils, shared

        shared.REQUESTS_TIMEOUT = _TIMEOUT_S
        platform = f"{major}mpy"
        if platform not in shared.PLATFORMS:
            raise BundleError(f"circup has no libraries for CircuitPython {major}.x: update circup")
        modules: dict[str, Any] = {}
        for bundle in command_utils.get_bundles_list(None, platform):
            for name, module in _modules(command_utils, bundle, platform, refresh).items():
                modules.setdefault(name, module)
        if not modules:
            raise BundleError(
                f"no bundle for CircuitPython {major}.x is on this machine, and none can be downloaded"
            )
        missing = [name for name in names if name not in modules]
        if missing:
            raise BundleError(f"the bundles for CircuitPython {major}.x do not contain {', '.join(missing)}")
        wanted = command_utils.get_dependencies(tuple(names), mod_names=modules)
        return {
            path: content
            for name in wanted
            if belongs_on_board(name)
            for path, content in _compiled(modules[name], name)
        }


@contextlib.contextmanager
def _fenced() -> Iterator[None]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield
    except BundleError:
        raise
    except SystemExit:
        raise BundleError(
            f"circup stopped: {' '.join(printed.getvalue().split()) or 'without a message'}"
        ) from None
    except Exception as error:
        raise BundleError(f"circup failed: {type(error).__name__}: {error}") from error


def _modules(command_utils: Any, bundle: Any, platform: str, refresh: bool) -> dict[str, Any]:
    """The modules of one bundle by name; none where it is not available for this platform."""

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
        raise BundleError(f"the bundle contains no compiled {name}")
    for path in files:
        yield f"lib/{path.relative_to(folder).as_posix()}", path.read_bytes()
