# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`make bench`: every module here that has a main(), one after another, but those with ONLY_BY_NAME;
`python -m bench NAME ...` for some."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    for name in names or found:
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "main") and (names or not getattr(module, "ONLY_BY_NAME", False)):
            print(f"== {name} ==", flush=True)
            module.main()
            print()


if __name__ == "__main__":
    main(sys.argv[1:])
