# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""docs/metrics.md and its files: the tables have every metric, the rules name only metrics that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from chargerctl.central.desk.desk import Desk
from chargerctl.central.metrics.books import OfBooks
from chargerctl.central.metrics.document import with_tables
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.metrics.names import OF_THE_BOOKS, OF_THE_PROCESS
from chargerctl.central.metrics.process import OfProcess

from tests.host.central.books.charger import NOW
from tests.host.central.metrics.filling import fill

DOCS = Path(__file__).resolve().parents[4] / "docs"
PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
RULES = (DOCS / "metrics" / "alerts.yml").read_text(encoding="utf-8")
TABLE = {each.name: each for each in (*OF_THE_PROCESS, *OF_THE_BOOKS)}


@pytest.fixture
def whole(books):
    """Every metric, with at least one series."""
    metrics = Metrics()
    desk = Desk(books, None, print)
    metrics.expose(OfProcess(desk, lambda: True, lambda: 3), OfBooks(books, lambda: NOW))
    fill(books, metrics)
    return metrics


def families(metrics):
    """(name as it is in the text, type, names of labels) of all that begin with our name."""
    found = {}
    for family in metrics.registry.collect():
        if family.name.startswith("chargerctl_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            found[name] = (family.type, labels, family.documentation)
    return found


def test_the_tables_are_todays():
    assert with_tables(PAGE) == PAGE, "run python -m chargerctl.central.metrics.document"


def test_every_metric_is_in_the_table_as_it_is_exported(whole):
    exported = families(whole)
    assert {*exported} == {*TABLE}
    for name, (kind, labels, about) in exported.items():
        assert (kind, labels, about) == (TABLE[name].kind, set(TABLE[name].labels), TABLE[name].help)


@pytest.mark.parametrize("text", [RULES, PAGE], ids=["rules", "page"])
def test_only_metrics_that_exist_are_named(text):
    named = set(re.findall(r"\bchargerctl_[a-z_]+[a-z]", text))
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in named}
    assert bare - {*TABLE} - {"chargerctl_worker"} == set()
    assert len(named) > 8


def test_labels_that_rules_ask_for_exist():
    for name, chosen in re.findall(r"(chargerctl_[a-z_]+)\{([^}]*)\}", RULES + PAGE):
        for label in re.findall(r'(\w+)!?="', chosen):
            assert label in TABLE[name].labels


def test_every_rule_has_a_name_an_expression_and_words():
    rules = RULES.split("- alert: ")[1:]
    assert len(rules) >= 8
    for rule in rules:
        assert "expr: " in rule
        assert "summary: " in rule


@pytest.fixture
def promtool():
    """Of Debian's package prometheus. CI must have it."""
    if shutil.which("promtool") is None:
        leave = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        leave("not installed: promtool, of the package prometheus")
    return "promtool"


def test_promtool_takes_the_configuration_and_the_rules(promtool):
    command = [promtool, "check", "config", DOCS / "metrics" / "prometheus.yml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_nothing_to_say_of_names_units_and_types(promtool, whole):
    text, _ = whole.text("")
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
