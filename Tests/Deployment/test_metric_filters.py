"""The metric filters, against lines that the job writes.

Those of log-lines.jsonl are the program's, but for what is hard to bring about: drift, a signal, a dry run, a failed
migration. ETL_LOG_LINES names another file.
"""
import json
import os
from pathlib import Path

import pytest

from patterns import Pattern, look_up
from template import load, resources

LINES = Path(os.environ.get("ETL_LOG_LINES", Path(__file__).with_name("log-lines.jsonl"))).read_text().splitlines()
FILTERS = {
    one["Properties"]["MetricTransformations"][0]["MetricName"]: one["Properties"]
    for one in resources(load(), "AWS::Logs::MetricFilter").values()
}
FINAL = lambda code: code not in (0, 75, 130, 143)


def values(metric: str) -> list[float]:
    """What CloudWatch would make of the lines."""
    pattern, value = Pattern(FILTERS[metric]["FilterPattern"]), FILTERS[metric]["MetricTransformations"][0]["MetricValue"]
    matching = [json.loads(line) for line in LINES if pattern.matches(line)]
    found = [look_up(event, value) if value.startswith("$") else float(value) for event in matching]
    assert all(isinstance(one, (int, float)) for one in found)
    return found


def events(*names: str) -> list[dict]:
    return [event for event in map(json.loads, LINES) if event.get("event") in names]


def real(name: str) -> list[float]:
    return [event[name] for event in events("run_finished") if not event.get("dry_run")]


def key(name: str) -> list[float]:
    return [event[name] for event in events("run_finished") if event[name] is not None]


@pytest.mark.parametrize("metric, expected", [
    ("RunsSucceeded", lambda: [
        1.0 for event in events("run_finished") if event["exit_code"] == 0 and not event.get("dry_run")]),
    ("Failures", lambda: [
        1.0 for event in events("run_finished", "verify_finished", "report_finished", "command_finished")
        if FINAL(event["exit_code"])]),
    ("ToBeTriedAgain", lambda: [
        1.0 for event in events("run_finished", "verify_finished", "report_finished")
        if event["exit_code"] in (75, 130, 143)]),
    ("BatchesApplied", lambda: real("applied")),
    ("DriftAlarms", lambda: real("drift_alarms")),
    ("RejectRatio", lambda: real("reject_ratio")),
    ("TotalBytes", lambda: key("total_bytes")),
    ("ScoresRows", lambda: key("scores_rows")),
    ("RunSeconds", lambda: key("seconds")),
    ("Differences", lambda: [event["differences"] for event in events("verify_finished")]),
])
def test_filter(metric, expected):
    found = values(metric)
    assert found and found == expected()


def test_each_filter_is_tested():
    assert set(FILTERS) == {
        "RunsSucceeded", "Failures", "ToBeTriedAgain", "BatchesApplied", "DriftAlarms", "RejectRatio", "TotalBytes",
        "ScoresRows", "RunSeconds", "Differences",
    }


def test_each_metric_of_an_alarm_has_a_filter():
    used = set()
    for alarm in resources(load(), "AWS::CloudWatch::Alarm").values():
        properties = alarm["Properties"]
        metrics = [properties] + [one["MetricStat"]["Metric"] for one in properties.get("Metrics", []) if "MetricStat" in one]
        used |= {one["MetricName"] for one in metrics if isinstance(one.get("Namespace"), dict)}
    assert used and used <= set(FILTERS)


@pytest.mark.parametrize("pattern", ['{ $.a = }', '{ $.a = "x" ', '{ $.a > "x" }', 'x', '{ ($.a = 1 }', '{ $.a = 1 } }', '{ $.a IS }'])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(ValueError):
        Pattern(pattern)


@pytest.mark.parametrize("pattern, line, matches", [
    ('{ $.a = 1 }', '{"a": 1.0}', True), ('{ $.a = 1 }', '{"a": "1"}', False), ('{ $.a != 1 }', '{}', False),
    ('{ $.a != 1 }', '{"a": null}', False), ('{ $.a = "x*" }', '{"a": "xy"}', True), ('{ $.a = 1 }', 'text', False),
    ('{ $.a IS FALSE }', '{"a": false}', True), ('{ $.a IS FALSE }', '{}', False), ('{ $.a IS TRUE }', '{"a": 1}', False),
    ('{ $.a NOT EXISTS }', '{}', True), ('{ $.a NOT EXISTS }', '{"a": 0}', False),
    ('{ $.a = 1 || $.b = 1 && $.c = 1 }', '{"a": 1}', True), ('{ $.a.b = "c" }', '{"a": {"b": "c"}}', True),
])
def test_patterns(pattern, line, matches):
    assert Pattern(pattern).matches(line) == matches
