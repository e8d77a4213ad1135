# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An installation without the extra `sim`."""

import subprocess
import sys

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.simulator import extra

WITHOUT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"amqtt", "displayio", "jsonschema_rs", "ocpp", "paho", "PIL"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
from chargerctl.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_what_is_missing_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "ocpp" else object())
    with pytest.raises(ChargerctlError, match=r"\(ocpp\): pip install 'chargerctl\[sim\]'"):
        extra.require()


@pytest.mark.parametrize("command", [["simulate", "--help"], ["deploy", "--help"], ["config", "--help"]])
def test_every_command_can_be_asked_for_help_without_it(command):
    done = subprocess.run([sys.executable, "-c", WITHOUT, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
