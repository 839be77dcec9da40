"""The board for Grafana and the alarms ask for metrics and labels that there are."""

import json
import re
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from schema import metrics

from .markdown import ROOT, names, table

OPERATING = ROOT / "docs" / "operating.md"
BOARD = json.loads((ROOT / "docs" / "grafana.json").read_text("utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
ASKED = [target["expr"] for panel in PANELS for target in panel["targets"]]
ALARMS = [names(row[1])[0] for row in table(OPERATING, "alarm")]
#: What Prometheus itself knows of each process that it scrapes.
OF_PROMETHEUS = {"job", "instance"}
SUFFIXES = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "gauge": [""]}


@pytest.fixture
def labels(db, monkeypatch):
    """The labels of each metric that can be asked for, by its name."""
    pool = SimpleNamespace(get_stats=dict)
    monkeypatch.setattr(metrics, "connections", {"default": SimpleNamespace(pool=pool)})
    registry = CollectorRegistry()
    families = [*metrics.Collector().collect(), *ProcessCollector(registry=registry).collect()]
    found = {"up": set()}
    for family in families:
        own = set(getattr(family, "_labelnames", ()))
        for suffix in SUFFIXES[family.type]:
            found[f"{family.name}{suffix}"] = own | ({"le"} if suffix == "_bucket" else set())
    return found


def metrics_in(expression):
    """Each metric in an expression of Prometheus, with the labels by which it is selected."""
    found = re.findall(r"\b((?:talk|process)_\w+|up)\b(?:\{([^}]*)\})?", expression)
    return [(name, set(re.findall(r"(\w+)=", selected))) for name, selected in found]


def grouped_by(expression):
    groups = re.findall(r"\bby \(([^)]*)\)", expression)
    return {label for group in groups for label in re.split(r",\s*", group)}


@pytest.mark.parametrize("expression", [*ASKED, *ALARMS])
def test_what_is_asked_for_exists(labels, expression):
    found = metrics_in(expression)

    assert found
    assert expression.count("(") == expression.count(")")
    for name, selected in found:
        assert name in labels, expression
        assert not labels[name] & OF_PROMETHEUS, "Prometheus would rename it"
        assert selected | grouped_by(expression) <= labels[name] | OF_PROMETHEUS, expression


def test_the_page_lists_every_metric_with_its_labels(labels):
    listed = {names(row[0])[0]: set(names(row[1])) for row in table(OPERATING, "metric")}
    own = {}
    for name, known in labels.items():
        if name.startswith("talk_"):
            own[re.sub(r"_(bucket|count|sum)$", "", name)] = known - {"le"}

    assert listed == own


def test_the_board_shows_every_metric(labels):
    shown = {name for expression in ASKED for name, _labels in metrics_in(expression)}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    wanted = {re.sub(r"_(bucket|count|sum)$", "", name) for name in labels if "talk_" in name}

    assert wanted <= families


def test_it_is_a_board():
    assert BOARD["title"] == "Talk"
    assert BOARD["schemaVersion"] >= 36
    assert [each["id"] for each in BOARD["panels"]] == list(range(1, len(BOARD["panels"]) + 1))
    variables = {each["name"]: each for each in BOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    taken = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))
    for panel in PANELS:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["title"]
        used = set(re.findall(r"\$(\w+)", " ".join(each["expr"] for each in panel["targets"])))
        assert used <= {*variables, "__rate_interval"}
        # A legend names labels of what its expression groups, or of the process.
        for target in panel["targets"]:
            legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert legend <= grouped_by(target["expr"]) | OF_PROMETHEUS
