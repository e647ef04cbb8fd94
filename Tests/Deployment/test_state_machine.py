"""What the state machine does with each way in which its tasks may end."""
import json
import threading
import time

import pytest

from machine import DEFINITION, SETTINGS, Outcome, substitute

LOAD, VERIFY, REPORT = "scores-load:3", "scores-verify:3", "scores-report:3"
ALL = [LOAD, VERIFY, REPORT]
SETTLE = 5


def only_message(run):
    assert len(run.messages) == 1
    return run.messages[0]["message"]


def test_success(machine):
    run = machine().run()
    assert (run.status, run.started, run.messages, run.waited) == ("SUCCEEDED", ALL, [], [SETTLE])


@pytest.mark.parametrize("code", [75, 130, 137, 143])
def test_try_again_then_success(machine, code):
    run = machine({LOAD: [Outcome(code), Outcome()]}).run()
    assert (run.status, run.started, run.messages) == ("SUCCEEDED", [LOAD] + ALL, [])
    assert run.waited == [SETTLE, 60]


def test_tries_are_counted_for_each_task(machine):
    again = [Outcome(75)] * 3 + [Outcome()]
    run = machine({LOAD: again, VERIFY: again, REPORT: again}).run()
    assert (run.status, run.started) == ("SUCCEEDED", [LOAD] * 4 + [VERIFY] * 4 + [REPORT] * 4)
    assert run.waited == [SETTLE] + [60, 120, 240] * 3


@pytest.mark.parametrize("outcome", [
    Outcome(None, "TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried 5 time(s)"),
    Outcome(None, "SpotInterruption", "Your Spot Task was interrupted."),
    Outcome(error="ECS.AmazonECSException", cause="Capacity is unavailable at this time. Please try again later"),
    Outcome(error="AmazonECS.Unknown", cause="[{Reason: RESOURCE:ENI}]"),
    Outcome(error="ECS.ServerException", cause=""),
], ids=lambda outcome: outcome.error + "-" + outcome.stop_code)
def test_never_started_then_success(machine, outcome):
    run = machine({LOAD: [outcome, outcome, Outcome()]}).run()
    assert (run.status, run.started, run.messages) == ("SUCCEEDED", [LOAD, LOAD] + ALL, [])
    assert run.waited == [SETTLE, 60, 120]


@pytest.mark.parametrize("cause", ["{broken}", "{}", '{"Containers": []}', '{"Containers": null}', "[1]", "none", ""])
def test_cause_that_says_nothing(machine, cause):
    run = machine({LOAD: [Outcome(cause=cause)]}).run()
    assert (run.status, run.started, run.waited) == ("FAILED", [LOAD] * 4, [SETTLE, 60, 120, 240])
    assert "Exit code: none" in only_message(run)
    assert cause == "{}" or f"Stopped: States.TaskFailed: {cause}" in only_message(run)


def test_75_for_ever(machine):
    run = machine({LOAD: [Outcome(75)]}).run()
    assert (run.status, run.error, run.started) == ("FAILED", "EtlJob.load", [LOAD] * 4)
    assert run.waited == [SETTLE, 60, 120, 240]
    text = only_message(run)
    assert "tried as often as is allowed" in text and "Exit code: 75" in text and "Tries: 4" in text


def test_65_is_told_once(machine):
    run = machine({LOAD: [Outcome(65)]}).run()
    assert (run.status, run.error, run.started, run.waited) == ("FAILED", "EtlJob.load", [LOAD], [SETTLE])
    text = only_message(run)
    task = f"{1:032x}"
    for part in (
        "The data were refused", "A refused inbox batch", "Exit code: 65", "Task: load",
        f"Task ARN: arn:aws:ecs:eu-central-1:123456789012:task/scores-tasks/{task}", f"Log stream: load/etl-job/{task}",
        "Log group: /etl-job/scores", "Stopped: EssentialContainerExited, Essential container in task exited",
        ":execution:scores:night", "conceptual/runbook.md",
    ):
        assert part in text
    assert run.messages[0]["subject"] == "etl-job: load failed, exit code 65"


@pytest.mark.parametrize("code", [1, 2, 64, 66, 69, 70, 78, 134, 139])
def test_other_codes_are_told_at_once(machine, code):
    run = machine({LOAD: [Outcome(code)]}).run()
    assert (run.status, run.started) == ("FAILED", [LOAD])
    assert f"Exit code: {code}\n" in only_message(run) and "another try would not help" in only_message(run)


def test_out_of_memory_is_not_tried_again(machine):
    killed = Outcome(137, container_reason="OutOfMemoryError: Container killed due to memory usage")
    run = machine({LOAD: [killed]}).run()
    assert (run.status, run.started) == ("FAILED", [LOAD])
    assert "want of memory" in only_message(run) and "Raise TaskMemory" in only_message(run)


def test_ecs_refuses_for_good(machine):
    refused = Outcome(error="ECS.InvalidParameterException", cause="The subnet ID does not exist")
    run = machine({LOAD: [refused]}).run()
    assert (run.status, run.started) == ("FAILED", [LOAD])
    assert "ECS refused to start it" in only_message(run)
    assert "ECS.InvalidParameterException: The subnet ID does not exist" in only_message(run)


def test_verify_finds_differences(machine):
    run = machine({VERIFY: [Outcome(1)]}).run()
    assert (run.status, run.error, run.started) == ("FAILED", "EtlJob.verify", [LOAD, VERIFY])
    assert "stored figures do not agree" in only_message(run) and "Exit code: 1\n" in only_message(run)


def test_report_fails(machine):
    run = machine({REPORT: [Outcome(69)]}).run()
    assert (run.status, run.error, run.started) == ("FAILED", "EtlJob.report", ALL)
    assert "The page was not written or not uploaded. The batch is loaded." in only_message(run)


@pytest.mark.parametrize("task, started", [("Load", [LOAD]), ("Verify", [LOAD, VERIFY]), ("Report", ALL)])
def test_timeout_stops_the_task_and_is_told(machine, task, started):
    slow = f"scores-{task.lower()}:3"
    run = machine({slow: [Outcome(hangs=2.5)]}, **{f"{task}TimeoutSeconds": "1"}).run()
    assert (run.status, run.error, run.started) == ("FAILED", f"EtlJob.{task.lower()}", started)
    assert len(run.stopped) == 1 and run.stopped[0].endswith(f"{len(started):032x}")
    assert "Its time was up" in only_message(run) and "Stopped: States.Timeout" in only_message(run)


@pytest.mark.parametrize("given, started", [
    ('{"verify": false}', [LOAD, REPORT]), ('{"verify": true}', ALL), ('{"verify": "false"}', ALL), ('{"who": "me"}', ALL),
])
def test_verify_may_be_left_out(machine, given, started):
    run = machine().run(given)
    assert (run.status, run.started) == ("SUCCEEDED", started)


def test_the_younger_waits_for_the_older(machine):
    """Two real executions: the first is held in its load until the second has looked twice."""
    let_go = threading.Event()
    scores = machine({LOAD: [Outcome(until=let_go), Outcome()]}, OlderLooks="1000")
    older = scores.start("older")
    while scores.started != [LOAD]:
        time.sleep(0.01)
    younger = scores.start("younger")
    while scores.waited.count(300) < 2:
        time.sleep(0.01)
    assert scores.started == [LOAD]
    let_go.set()
    first, second = scores.finish(older), scores.finish(younger)
    assert (first.status, second.status) == ("SUCCEEDED", "SUCCEEDED")
    assert sorted(second.started) == sorted(ALL * 2) and second.started[:2] == [LOAD, VERIFY]


def other(own, name="other", seconds=0, **more):
    start = own["StartDate"] if not seconds else f"20{seconds:02d}-01-01T00:00:00.000Z"
    return own | {"Name": name, "ExecutionArn": own["ExecutionArn"].replace("night", name), "StartDate": start} | more


def listed(*others):
    return lambda own: {"Executions": [own] + [make(own) for make in others]}


def test_older_then_done(machine):
    older = listed(lambda own: other(own, seconds=20))
    run = machine(None, [older, older, listed()]).run()
    assert (run.status, run.started, run.messages) == ("SUCCEEDED", ALL, [])
    assert run.waited == [SETTLE, 300, 300]


def test_older_for_ever(machine):
    run = machine(None, [listed(lambda own: other(own, seconds=20))]).run()
    assert (run.status, run.error, run.started) == ("FAILED", "EtlJob.start", [])
    assert run.waited == [SETTLE] + [300] * 5
    assert "An older execution was still running" in only_message(run)


def test_younger_ones_do_not_hold_it_up(machine):
    run = machine(None, [listed(lambda own: other(own, seconds=99), lambda own: other(own, "b", seconds=98))]).run()
    assert (run.status, run.started, run.waited) == ("SUCCEEDED", ALL, [SETTLE])


@pytest.mark.parametrize("name, waits", [("a-night", True), ("zzz", False)])
def test_a_tie_is_broken_by_name(machine, name, waits):
    run = machine(None, [listed(lambda own: other(own, name)), listed()]).run()
    assert (run.status, run.waited) == ("SUCCEEDED", [SETTLE, 300] if waits else [SETTLE])


def test_more_executions_than_a_page_holds_counts_as_older(machine):
    run = machine(None, [lambda own: {"Executions": [own], "NextToken": "more"}, listed()]).run()
    assert (run.status, run.waited) == ("SUCCEEDED", [SETTLE, 300])


def test_a_list_without_the_own_execution(machine):
    """It is eventually consistent."""
    run = machine(None, [lambda own: {"Executions": []}]).run()
    assert (run.status, run.started) == ("SUCCEEDED", ALL)


def test_the_list_cannot_be_had(machine):
    def broken(own):
        raise RuntimeError("no answer")

    run = machine(None, [broken]).run()
    assert (run.status, run.error, run.started) == ("FAILED", "EtlJob.start", [])
    assert "could not be found out" in only_message(run)


def test_nobody_can_be_told(machine):
    """The execution fails all the same, which FailedAlarm sees."""
    run = machine({LOAD: [Outcome(65)]}, Topic="arn:aws:sns:eu-central-1:123456789012:gone").run()
    assert (run.status, run.error, run.messages) == ("FAILED", "EtlJob.load", [])


def test_every_state_is_reached_by_name_and_has_a_way_out():
    definition = json.loads(DEFINITION.read_text())
    assert "TimeoutSeconds" in definition
    states = definition["States"]
    named = {definition["StartAt"]}
    for state in states.values():
        named |= {state.get("Next"), state.get("Default")} - {None}
        named |= {choice["Next"] for choice in state.get("Choices", [])}
        named |= {catch["Next"] for catch in state.get("Catch", [])}
    assert named == set(states)
    for name, state in states.items():
        if state["Type"] == "Task":
            assert any(catch["ErrorEquals"] == ["States.ALL"] for catch in state["Catch"]), name
            if state["Resource"].endswith(".sync"):
                assert "TimeoutSecondsPath" in state, name


def test_the_longest_way_fits_into_the_time_of_the_machine():
    """Of the defaults: waiting for an older one, and all tries of load."""
    numbers = {name: int(value) for name, value in SETTINGS.items() if value.isdigit()}
    waiting = numbers["OlderLooks"] * numbers["OlderWaitSeconds"]
    tasks = sum(numbers[f"{task}TimeoutSeconds"] for task in ("Load", "Verify", "Report"))
    pauses = 3 * numbers["FirstPauseSeconds"] * (2 ** (numbers["Tries"] - 1) - 1)
    assert waiting + tasks + pauses < json.loads(DEFINITION.read_text())["TimeoutSeconds"]


def test_a_substitution_without_a_value_is_noticed():
    with pytest.raises(KeyError):
        substitute("${Nobody}", SETTINGS)
