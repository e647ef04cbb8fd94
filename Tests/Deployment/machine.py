"""Runs the state machine's own definition in moto's interpreter, with the outcomes of its ECS tasks given.

What is not the interpreter's: ECS (`Outcome` says how a task ends, in the shape in which Step Functions tells it), the
clock (a wait is noted, not waited), and the form of dates, which Step Functions gives as ISO 8601 text.
"""
import copy
import datetime
import functools
import json
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import boto3
import botocore.session
from botocore.validate import ParamValidator
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns import sns_backends
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.is_operator import (
    IsTimestamp,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.backend import execution_worker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "deploy/aws/state_machine.asl.json"
REGION = "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:operators"
SETTINGS = {
    "Partition": "aws", "StackName": "scores", "TaskCluster": "scores-tasks", "Subnets": "subnet-a,subnet-b",
    "SecurityGroup": "sg-1", "Topic": TOPIC, "LogGroup": "/etl-job/scores",
    "LoadTaskDefinition": "scores-load:3", "VerifyTaskDefinition": "scores-verify:3",
    "ReportTaskDefinition": "scores-report:3",
    "LoadFamily": "scores-load", "VerifyFamily": "scores-verify", "ReportFamily": "scores-report",
    "Tries": "4", "FirstPauseSeconds": "60", "OlderLooks": "5", "OlderWaitSeconds": "300",
    "LoadTimeoutSeconds": "7200", "VerifyTimeoutSeconds": "7200", "ReportTimeoutSeconds": "1800",
}


@dataclass
class Outcome:
    """How one ECS task ends."""

    exit_code: int | None = 0
    stop_code: str = "EssentialContainerExited"
    reason: str = "Essential container in task exited"
    container_reason: str | None = None
    error: str = "States.TaskFailed"
    cause: str | None = None  # instead of the description of the task
    hangs: float = 0
    until: threading.Event | None = None

    def description(self, number: int) -> dict:
        container = {
            "ContainerArn": f"arn:aws:ecs:{REGION}:{DEFAULT_ACCOUNT_ID}:container/scores-tasks/{number}/c",
            "LastStatus": "STOPPED", "Name": "etl-job", "NetworkInterfaces": [],
        }
        if self.exit_code is not None:
            container["ExitCode"] = self.exit_code
        if self.container_reason is not None:
            container["Reason"] = self.container_reason
        return {
            "TaskArn": task_arn(number), "LastStatus": "STOPPED", "DesiredStatus": "STOPPED", "Containers": [container],
            "StopCode": self.stop_code, "StoppedReason": self.reason, "LaunchType": "FARGATE",
        }


def task_arn(number: int) -> str:
    return f"arn:aws:ecs:{REGION}:{DEFAULT_ACCOUNT_ID}:task/scores-tasks/{number:032x}"


@dataclass
class Run:
    """What an execution did."""

    status: str
    error: str | None
    cause: str | None
    started: list[str]  # task definitions, in order
    waited: list[int]
    messages: list[dict]
    stopped: list[str]
    states: list[str] = field(default_factory=list)


class Machine:
    """The definition in the interpreter. `outcomes` are those of each task definition's tasks, in order."""

    def __init__(self, patch, outcomes: dict[str, list[Outcome]] | None = None, running=None, **settings):
        self.outcomes = {name: list(ends) for name, ends in (outcomes or {}).items()}
        self.running = running  # what listExecutions answers, look by look: functions of the own execution
        self.settings = SETTINGS | settings
        self.started, self.waited, self.stopped, self.left = [], [], [], []
        self.looks = 0
        self.lock = threading.Lock()
        self._patch(patch)
        self.client = boto3.client("stepfunctions", region_name=REGION)
        boto3.client("sns", region_name=REGION).create_topic(Name="operators")
        text = substitute(DEFINITION.read_text(), self.settings)
        self.arn = self.client.create_state_machine(
            name="scores", definition=text, roleArn=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/machine"
        )["stateMachineArn"]

    def start(self, name="night", given="{}") -> str:
        return self.client.start_execution(stateMachineArn=self.arn, name=name, input=given)["executionArn"]

    def finish(self, execution: str) -> Run:
        deadline = time.monotonic() + 240  # on a machine that is busy with other things
        while (described := self.client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"still running: {self.started} {self.waited}"
            time.sleep(0.02)
        history = self.client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        entered = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
        sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[TOPIC].sent_notifications
        messages = [{"message": text, "subject": subject} for _, text, subject, *_ in sent]
        return Run(
            described["status"], described.get("error"), described.get("cause"), list(self.started), list(self.waited),
            messages, list(self.stopped), entered,
        )

    def run(self, given="{}") -> Run:
        return self.finish(self.start(given=given))

    def _patch(self, patch):
        machine = self

        def run_task(service, env, resource_runtime_part, normalised_parameters, state_credentials):
            check_parameters("ecs", "RunTask", normalised_parameters)
            name = normalised_parameters["TaskDefinition"]
            with machine.lock:
                machine.started.append(name)
                number = len(machine.started)
                ends = machine.outcomes.get(name)
                outcome = (ends.pop(0) if len(ends) > 1 else ends[0]) if ends else Outcome()
            if outcome.until:
                assert outcome.until.wait(240)
            if outcome.hangs:
                machine.left.append(task_arn(number))
                time.sleep(outcome.hangs)
            description = outcome.description(number)
            if outcome.cause is not None or outcome.exit_code != 0:
                cause = json.dumps(description) if outcome.cause is None else outcome.cause
                raise FailureEventException(FailureEvent(
                    env=env, error_name=error_named(outcome.error), event_type=HistoryEventType.TaskFailed,
                    event_details=EventDetails(taskFailedEventDetails=TaskFailedEventDetails(
                        resourceType="ecs", resource="runTask.sync", error=outcome.error, cause=cause)),
                ))
            env.stack.append(description)

        real_call = StateTaskServiceAwsSdk._eval_service_task

        def call(service, env, resource_runtime_part, normalised_parameters, state_credentials):
            api, action = service._get_boto_service_name(), service._get_boto_service_action()
            operation = "".join(part.capitalize() for part in action.split("_"))
            fitted = check_parameters(api, operation, normalised_parameters)
            if api == "ecs" and action == "list_tasks":
                env.stack.append({"TaskArns": list(machine.left)})
            elif api == "ecs" and action == "stop_task":
                machine.stopped.append(fitted["task"])
                env.stack.append({"Task": {"TaskArn": fitted["task"]}})
            else:
                real_call(service, env, resource_runtime_part, fitted, state_credentials)
                answer = as_integration(env.stack.pop())
                if action == "list_executions" and machine.running is not None:
                    own = next(one for one in answer["Executions"] if one["ExecutionArn"].endswith(":night"))
                    answer = machine.running[min(machine.looks, len(machine.running) - 1)](own)
                    machine.looks += 1
                env.stack.append(answer)

        patch.setattr(StateTaskServiceEcs, "_eval_service_task", run_task)
        patch.setattr(StateTaskServiceEcs, "_eval_integration_pattern", lambda *_, **__: None)  # run_task waited
        patch.setattr(StateTaskServiceAwsSdk, "_eval_service_task", call)
        patch.setattr(WaitFunction, "_wait_interval", lambda self, env, wait_seconds: machine._wait(wait_seconds))
        patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda seconds: None))
        # The interpreter has no name for an error of the language itself that leaves a branch.
        patch.setattr(branches_decl, "CustomErrorName", error_named)
        patch.setattr(StepFunctionsParserBackend, "_validate_definition", staticmethod(parsed))
        patch.setattr(execution_worker.AmazonStateLanguageParser, "parse", staticmethod(parsed))
        patch.setattr(IsTimestamp, "string_to_timestamp", staticmethod(datetime.datetime.fromisoformat))

    def _wait(self, seconds):
        with self.lock:
            self.waited.append(seconds)
        time.sleep(0.02)


def error_named(error_name: str):
    if error_name.startswith("States."):
        return StatesErrorName(typ=StatesErrorNameType.from_name(error_name))
    return CustomErrorName(error_name)


_parse = AmazonStateLanguageParser.parse


@functools.cache
def _parsed(definition: str):
    return _parse(definition)


def parsed(definition: str):
    """Parses a definition once: that takes seconds. Each execution gets a copy, since counters stand in it."""
    program, context = _parsed(definition)
    return copy.deepcopy(program), context


def substitute(text: str, settings: dict[str, str]) -> str:
    """As DefinitionSubstitutions do; a name without a value is an error, as it is there."""
    return re.sub(r"\$\{(\w+)\}", lambda found: settings[found[1]], text)


def check_parameters(service: str, operation: str, given: dict) -> dict:
    """Compares with the API's own model, and returns them in its case: Step Functions has a capital letter first."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    fitted = fit(given, shape)
    report = ParamValidator().validate(fitted, shape)
    assert not report.has_errors(), report.generate_report()
    return fitted


def fit(value, shape):
    """Names in the case of the model; one that the model does not have is an error."""
    if shape.type_name == "structure":
        names = {name.lower(): name for name in shape.members}
        return {names[key.lower()]: fit(one, shape.members[names[key.lower()]]) for key, one in value.items()}
    if shape.type_name == "list":
        return [fit(one, shape.member) for one in value]
    return value


def as_integration(value):
    """An answer as Step Functions gives it: names with a capital letter first, dates as text to the millisecond."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: as_integration(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_integration(one) for one in value]
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return value


def interpreter():
    return mock_aws(config={"stepfunctions": {"execute_state_machine": True}})
