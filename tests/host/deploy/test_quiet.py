# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the board has no use for is left out of libraries, on the same lines."""

from __future__ import annotations

import ast

import pytest
from chargerctl.deploy.bytecode.compiler import compile_image
from chargerctl.deploy.bytecode.quiet import lean
from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.wheels import wheel_libraries

MINIMQTT = "lib/adafruit_minimqtt/adafruit_minimqtt"


def without_logs(source: str) -> str:
    return lean("lib/of_which_nothing_is_known.py", source)


def test_a_log_statement_becomes_pass_and_nothing_moves() -> None:
    assert without_logs(
        "if wrong:\n    self.logger.debug(\n        'größer %s', wrong,\n    )  # why\nx = self.logger.level('debug')\n"
    ) == ("if wrong:\n    pass\n\n  # why\nx = self.logger.level('debug')\n")


def test_what_only_looks_like_one_stays() -> None:
    kept = "logger.debug(1)\nself.logger = 1\ny = self.logger.debug(2)\nself.logger.setLevel(3)\n'self.logger.info(4)'\n"
    assert without_logs(kept) == kept


def test_several_on_one_line_go_together() -> None:
    assert without_logs("self.logger.debug('ä'); self.logger.info(hex(2)); x = 1\n") == "pass; pass; x = 1\n"
    assert without_logs("x = 1; self.logger.debug(\n1)\n") == "x = 1; pass\n\n"
    followed = "self.logger.debug(\n1); x = 1\n"
    assert without_logs(followed) == followed


@pytest.mark.parametrize(
    "argument", ["self.pop()", "'%d', self.count(1)", "f'{next(self.all)}'", "(x := 1)", "*pop()", "a=pop()"]
)
def test_one_whose_arguments_do_something_stays(argument: str) -> None:
    kept = f"self.logger.debug({argument})\n"
    assert without_logs(kept) == kept


def test_a_library_that_the_charger_does_not_require_keeps_its_log_statements() -> None:
    source = b"class A:\n    def f(self):\n        self.logger.info('a text of its own')\n"
    image = compile_image(Image({"lib/mine.py": source, "lib/adafruit_ntp.py": source})).image
    assert b"a text of its own" in image["lib/mine.mpy"]
    assert b"a text of its own" not in image["lib/adafruit_ntp.mpy"]


def test_of_a_real_library_only_the_log_statements_go() -> None:
    source = wheel_libraries()[f"{MINIMQTT}.py"].decode()
    quiet = without_logs(source)
    assert len(quiet.splitlines()) == len(source.splitlines())
    before, after = (
        [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        for text in (source, quiet)
    )
    assert [(node.name, node.lineno) for node in before] == [(node.name, node.lineno) for node in after]
    assert "Receiving CONNACK packet" in source
    assert b"Receiving CONNACK packet" not in compile_image(wheel_libraries()).image[f"{MINIMQTT}.mpy"]
