# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`make bench`: every module here that has a main(), one after another, but those with ONLY_BY_NAME;
`python -m bench NAME ...` for some; `python -m bench NAME WORD ... --OPTION ...` for one that has words or options."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path


def main(words: list[str]) -> None:
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    names = list(itertools.takewhile(found.__contains__, words))
    options = words[len(names) :]
    if options and not names:
        sys.exit(f"{options[0]}: there is no such bench; there are {', '.join(found)}")
    for name in names or found:
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "main") and (names or not getattr(module, "ONLY_BY_NAME", False)):
            print(f"== {name} ==", flush=True)
            module.main(*([options] if options else []))
            print()


if __name__ == "__main__":
    main(sys.argv[1:])
