# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Certificates for brokers with TLS, made with the commands of docs/security.md: Python 3.13 verifies them strictly."""

import re
import shlex
import subprocess
from pathlib import Path

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "security.md"


def make_certificates(folder: Path, name: str = "localhost") -> Path:
    """ca.pem has signed server.pem (with server.key) for the host `name`; other.pem is another authority."""
    (block,) = re.findall(
        r"^```sh\n(openssl .*?)^```", _PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    commands = [shlex.split(line) for line in block.replace("\\\n", " ").splitlines() if line]
    authority = [word.replace("ca.", "other.") for word in commands[0]]
    for command in (*commands, authority):
        arguments = [word.replace("broker.lan", name) for word in command]
        subprocess.run(arguments, check=True, cwd=folder, capture_output=True)
    return folder
