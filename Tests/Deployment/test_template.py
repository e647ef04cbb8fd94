"""The template: linted, and read for what a linter does not know."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from machine import DEFINITION, SETTINGS
from template import ROOT, TEMPLATE, as_list, load, resources, walk

T = load()
R = T["Resources"]

# Statements that allow an action on any resource, each with the reason why it cannot be narrower.
ON_ANYTHING = {
    "ecr:GetAuthorizationToken": "the API has no resource",
    "ecs:ListTasks": "the API has no resource but container instances; narrowed to the cluster by a condition",
    **{
        action: "log deliveries are the account's"
        for action in (
            "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        )
    },
    **{
        action: "trace segments are the account's"
        for action in (
            "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
        )
    },
}


def statements(role: str) -> list[dict]:
    found = [
        statement for policy in R[role]["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    for one in resources(T, "AWS::IAM::Policy").values():
        if {"Ref": role} in one["Properties"]["Roles"]:
            found += one["Properties"]["PolicyDocument"]["Statement"]
    return found


def actions(role: str) -> set[str]:
    return {action for statement in statements(role) for action in as_list(statement["Action"])}


# The pages of conceptual/runbook.md that messages and alarms send people to.
RUNBOOK = {
    "By exit code", "A refused inbox batch", "A failover", "Two runs at once", "Running again",
    "Verify finds differences", "A late batch", "The drift alarm", "The reject alarm", "The growth alarm",
}
ROLES = sorted(resources(T, "AWS::IAM::Role"))
TASKS = sorted(resources(T, "AWS::ECS::TaskDefinition"))


def container(task: str) -> dict:
    one, = R[task]["Properties"]["ContainerDefinitions"]
    return one


def environment(task: str) -> dict:
    return {one["Name"]: one["Value"] for one in container(task)["Environment"]}


def test_cfn_lint_finds_nothing():
    ended = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--", TEMPLATE], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_cfn_lint_would_find_something(tmp_path):
    broken = tmp_path / "template.yaml"
    broken.write_text(TEMPLATE.read_text().replace("StorageEncrypted: ", "StorageEncripted: "))
    (tmp_path / "state_machine.asl.json").write_text(DEFINITION.read_text())
    ended = subprocess.run([Path(sys.executable).with_name("cfn-lint"), broken], capture_output=True, text=True)
    assert ended.returncode != 0 and "StorageEncripted" in ended.stdout


def test_names_that_the_written_answers_point_at():
    wanted = {
        "Cluster", "Writer", "Reader", "Repository", "TaskDefinition", "MigrateTaskDefinition", "TaskExecutionRole",
        "LoadTaskRole", "MigrateTaskRole", "VerifyTaskRole", "StateMachine", "StateMachineRole", "Schedule",
        "SchedulerRole", "OperatorTopic", "LogGroup", "FailedAlarm", "NoSuccessAlarm", "DriftAlarm", "RejectAlarm",
        "StorageGrowthAlarm", "CapacityAlarm",
    }
    assert wanted <= set(R)
    assert "OlderWaitSeconds" in T["Parameters"]


def test_each_parameter_is_used_and_has_bounds():
    text = TEMPLATE.read_text()
    for name, parameter in T["Parameters"].items():
        assert re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text), name
        assert name in text.split("Parameters:\n  VpcId")[0], f"{name} is in no group"
        if parameter["Type"] == "Number":
            assert "MinValue" in parameter or "AllowedValues" in parameter, name
    required = {name for name, parameter in T["Parameters"].items() if "Default" not in parameter}
    assert required == {"VpcId", "SubnetIds"}


@pytest.mark.parametrize("image, good", [
    ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/scores-repository-1@sha256:" + "0a" * 32, True),
    ("", True),
    ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/scores:latest", False),
    ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/scores:1@sha256:" + "0a" * 32, False),
    ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/scores@sha256:" + "0a" * 31, False),
    ("docker.io/library/etl-job@sha256:" + "0a" * 32, False),
])
def test_an_image_is_named_by_digest(image, good):
    assert bool(re.search(T["Parameters"]["Image"]["AllowedPattern"], image)) == good
    assert all(container(task)["Image"] == {"Ref": "Image"} for task in TASKS)


# Least privilege


def test_no_action_has_a_wildcard():
    for role in ROLES:
        assert not [action for action in actions(role) if "*" in action], role


def test_any_resource_only_where_the_api_demands_it():
    for role in ROLES:
        for statement in statements(role):
            if "*" in as_list(statement["Resource"]):
                assert set(as_list(statement["Action"])) <= set(ON_ANYTHING), role
                if "ecs:ListTasks" in as_list(statement["Action"]):
                    assert "ecs:cluster" in statement["Condition"]["ArnEquals"]


def test_nothing_allows_all_but_to_the_account_in_its_keys():
    for name, one in R.items():
        for mapping in walk(one["Properties"]):
            if mapping.get("Effect") == "Allow" and any("*" == action or action.endswith(":*") for action in as_list(mapping["Action"])):
                assert one["Type"] == "AWS::KMS::Key" and mapping["Sid"] == "AccountByIAM", name
            if mapping.get("Effect") == "Allow":
                assert mapping.get("Principal") != "*", name


@pytest.mark.parametrize("role, user", [("LoadTaskRole", "etl_load"), ("VerifyTaskRole", "etl_read"), ("MigrateTaskRole", "etl_admin")])
def test_a_task_role_is_one_user_of_the_database(role, user):
    connects = [one for one in statements(role) if one["Action"] == "rds-db:connect"]
    assert [one["Resource"]["Fn::Sub"].rsplit(":", 1)[1] for one in connects] == [f"${{Cluster.DBClusterResourceId}}/{user}"]
    more = {"s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt"} if role == "VerifyTaskRole" else set()
    assert actions(role) == {"rds-db:connect"} | more


def test_the_report_goes_to_one_prefix():
    put, = [one for one in statements("VerifyTaskRole") if one["Action"] == "s3:PutObject"]
    assert put["Resource"] == {"Fn::Sub": "${ReportBucket.Arn}/reports/*"}
    assert environment("ReportTaskDefinition")["REPORT_LOCATION"] == {"Fn::Sub": "s3://${ReportBucket}/reports"}


def test_no_task_reads_a_secret():
    for role in ROLES:
        assert not [action for action in actions(role) if action.startswith(("secretsmanager:", "ssm:"))], role
    for task in TASKS:
        assert "Secrets" not in container(task)


@pytest.mark.parametrize("task, role, user", [
    ("TaskDefinition", "LoadTaskRole", "etl_load"), ("VerifyTaskDefinition", "VerifyTaskRole", "etl_read"),
    ("ReportTaskDefinition", "VerifyTaskRole", "etl_read"), ("MigrateTaskDefinition", "MigrateTaskRole", "etl_admin"),
])
def test_a_task_connects_as_the_user_of_its_role(task, role, user):
    assert R[task]["Properties"]["TaskRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    given = environment(task)
    url = given["DATABASE_URL"]["Fn::Sub"]
    endpoint = "Cluster.ReadEndpoint.Address" if user == "etl_read" else "Cluster.Endpoint.Address"
    assert url == (
        f"postgresql://{user}@${{{endpoint}}}:5432/${{DatabaseName}}"
        "?sslmode=verify-full&sslrootcert=/etc/ssl/certs/rds-global-bundle.pem"
    )
    assert given["DATABASE_TOKEN_USER"] == user
    assert given["DATABASE_TOKEN_HOST"] == {"Fn::GetAtt": endpoint.split(".", 1)}
    assert given["ETL_PASSWORD_COMMAND"] == "database-token" and given["AWS_REGION"] == {"Ref": "AWS::Region"}


def test_roles_are_passed_only_to_tasks_and_only_those_of_the_night():
    passing = [one for role in ROLES for one in statements(role) if "iam:PassRole" in as_list(one["Action"])]
    one, = passing
    assert one["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    passed = {resource["Fn::GetAtt"][0] for resource in one["Resource"]}
    assert passed == {"TaskExecutionRole", "LoadTaskRole", "VerifyTaskRole"}


def test_who_may_be_whom():
    services = {
        role: R[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"] for role in ROLES
    }
    assert services == {
        "TaskExecutionRole": "ecs-tasks.amazonaws.com", "LoadTaskRole": "ecs-tasks.amazonaws.com",
        "VerifyTaskRole": "ecs-tasks.amazonaws.com", "MigrateTaskRole": "ecs-tasks.amazonaws.com",
        "StateMachineRole": "states.amazonaws.com", "SchedulerRole": "scheduler.amazonaws.com",
    }
    for role in ROLES:
        statement, = R[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_state_machine_may_what_its_definition_does():
    """Each call of the definition needs its right; no right is there without a call."""
    needed = {
        ":sns:publish": {"sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"},
        ":ecs:runTask.sync": {
            "ecs:RunTask", "ecs:DescribeTasks", "ecs:StopTask", "iam:PassRole", "events:PutTargets", "events:PutRule",
            "events:DescribeRule",
        },
        ":aws-sdk:ecs:listTasks": {"ecs:ListTasks"}, ":aws-sdk:ecs:stopTask": {"ecs:StopTask"},
        ":aws-sdk:sfn:listExecutions": {"states:ListExecutions"},
        ":aws-sdk:sfn:describeExecution": {"states:DescribeExecution"},
    }
    called = {one["Resource"].split(":states::", 1)[1] for one in walk(json.loads(DEFINITION.read_text())) if one.get("Type") == "Task"}
    assert called == set(needed)
    of_the_machine = {action for action in ON_ANYTHING if action.startswith(("logs:", "xray:"))}
    assert actions("StateMachineRole") == set().union(*needed.values()) | of_the_machine


def test_tasks_are_started_of_the_night_and_on_the_cluster_only():
    start, = [one for one in statements("StateMachineRole") if one["Action"] == "ecs:RunTask"]
    families = {resource["Fn::Sub"].rsplit("/", 1)[1] for resource in start["Resource"]}
    assert families == {"${AWS::StackName}-load:*", "${AWS::StackName}-verify:*", "${AWS::StackName}-report:*"}
    assert start["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["TaskCluster", "Arn"]}}}
    for task, family in (("TaskDefinition", "load"), ("VerifyTaskDefinition", "verify"), ("ReportTaskDefinition", "report")):
        assert R[task]["Properties"]["Family"] == {"Fn::Sub": f"${{AWS::StackName}}-{family}"}


def test_who_may_publish():
    statement, = R["OperatorTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(statement["Condition"]) == {"StringEquals", "ArnLike"}
    key = R["TopicKey"]["Properties"]["KeyPolicy"]["Statement"][1]
    assert key["Principal"] == statement["Principal"] and set(key["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}


# Tasks


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_confined(task):
    one = container(task)
    assert one["User"] == "10001:10001" and one["ReadonlyRootFilesystem"] is True
    assert one["LinuxParameters"] == {"InitProcessEnabled": True, "Capabilities": {"Drop": ["ALL"]}}
    assert "Privileged" not in one and one["StopTimeout"] == 120
    assert one["MountPoints"] == [{"SourceVolume": "scratch", "ContainerPath": "/tmp", "ReadOnly": False}]
    assert R[task]["Properties"]["Volumes"] == [{"Name": "scratch"}]
    assert R[task]["Properties"]["NetworkMode"] == "awsvpc"
    log = one["LogConfiguration"]
    assert log["LogDriver"] == "awslogs" and log["Options"]["awslogs-group"] == {"Ref": "LogGroup"}
    assert "--log-format=json" in one.get("Command", []) or one["EntryPoint"] == ["publish-report"]


def test_the_volume_for_tmp_gets_the_rights_of_the_image():
    dockerfile = (ROOT / "deploy/aws/image/Dockerfile").read_text()
    assert 'VOLUME ["/tmp"]' in dockerfile and "USER 10001:10001" in dockerfile.split("VOLUME")[1]


def test_the_log_stream_in_messages_is_that_of_the_task():
    for task, name in (("TaskDefinition", "load"), ("VerifyTaskDefinition", "verify"), ("ReportTaskDefinition", "report")):
        assert container(task)["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == name
        assert container(task)["Name"] == "etl-job"
    assert "'{}/etl-job/{}', $.at.task" in DEFINITION.read_text()


def test_options_of_the_commands_are_known():
    """By the help texts that the program's own tests record."""
    for task, command in (("TaskDefinition", "run"), ("VerifyTaskDefinition", "verify"), ("MigrateTaskDefinition", "migrate-up")):
        text = (ROOT / f"Tests/CommandLineTests/Golden/help-{command}.txt").read_text()
        first, *options = container(task)["Command"]
        assert first == command.split("-")[0]
        for option in options:
            name = (option if isinstance(option, str) else option["Fn::Sub"]).split("=")[0]
            assert re.search(rf"^  (-\w, )?{name}\b", text, re.MULTILINE), name


# Data


def test_the_cluster_is_encrypted_backed_up_and_closed():
    one = R["Cluster"]
    properties = one["Properties"]
    assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Snapshot", "Retain")
    only_new = {"Fn::If": ["IsNew", True, {"Ref": "AWS::NoValue"}]}
    assert properties["StorageEncrypted"] == only_new and properties["KmsKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert properties["EnableIAMDatabaseAuthentication"] is True and properties["ManageMasterUserPassword"] == only_new
    assert "MasterUserPassword" not in properties
    assert properties["DeletionProtection"] == {"Ref": "DeletionProtection"}
    assert T["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert T["Parameters"]["BackupRetentionDays"]["Default"] >= 7
    assert properties["DatabaseInsightsMode"] == {"Ref": "DatabaseInsights"}
    assert properties["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert R["ClusterParameterGroup"]["Properties"]["Parameters"]["rds.force_ssl"] == "1"


@pytest.mark.parametrize("instance", ["Writer", "Reader"])
def test_instances_are_private(instance):
    assert R[instance]["Properties"]["PubliclyAccessible"] is False
    assert R[instance]["Properties"]["DBInstanceClass"] == "db.serverless"


def test_what_holds_data_outlives_the_stack():
    kept = {name for name, one in R.items() if one.get("DeletionPolicy") == "Retain"}
    assert kept == {"DataKey", "Repository", "LogGroup", "ReportBucket"}
    for name in kept:
        assert R[name]["UpdateReplacePolicy"] == "Retain"


def test_no_address_is_public():
    definition = json.loads(DEFINITION.read_text())
    assert [one["AssignPublicIp"] for one in walk(definition) if "AssignPublicIp" in one] == ["DISABLED"] * 3
    for name, group in resources(T, "AWS::EC2::SecurityGroup").items():
        assert "SecurityGroupIngress" not in group["Properties"], name
    for name, rule in resources(T, "AWS::EC2::SecurityGroupIngress").items():
        assert "CidrIp" not in rule["Properties"] and rule["Properties"]["FromPort"] == rule["Properties"]["ToPort"] == 5432
    out = R["DatabaseSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert [rule["CidrIp"] for rule in out] == ["127.0.0.1/32"]
    out = R["TaskSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in out] == [(443, 443)]


def test_images_and_reports():
    repository, bucket = R["Repository"]["Properties"], R["ReportBucket"]["Properties"]
    assert repository["ImageTagMutability"] == "IMMUTABLE" and repository["ImageScanningConfiguration"]["ScanOnPush"] is True
    assert len(json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]) == 2
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


# State machine, schedule, alarms


def test_each_substitution_of_the_definition_has_a_value():
    names = set(re.findall(r"\$\{(\w+)\}", DEFINITION.read_text()))
    given = R["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    assert names == set(given) == set(SETTINGS)


def test_the_longest_way_fits_into_the_time_of_the_machine():
    """With the defaults: all looks for an older one, all pauses, each task as long as it may."""
    default = {name: one["Default"] for name, one in T["Parameters"].items() if one["Type"] == "Number"}
    waiting = default["OlderLooks"] * default["OlderWaitSeconds"]
    tasks = sum(default[f"{task}TimeoutSeconds"] for task in ("Load", "Verify", "Report"))
    pauses = 3 * default["FirstPauseSeconds"] * (2 ** (default["Tries"] - 1) - 1)
    assert waiting + tasks + pauses < json.loads(DEFINITION.read_text())["TimeoutSeconds"]


def test_the_state_machine_is_logged_and_traced():
    properties = R["StateMachine"]["Properties"]
    assert properties["StateMachineType"] == "STANDARD" and properties["TracingConfiguration"] == {"Enabled": True}
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert TEMPLATE.with_name(properties["DefinitionS3Location"]) == DEFINITION


def test_the_schedule():
    for name in ("Schedule", "VerifySchedule"):
        target = R[name]["Properties"]["Target"]
        assert R[name]["Properties"]["State"] == {"Ref": "ScheduleState"}
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0 and "DeadLetterConfig" in target
        for text in as_list(target["Input"]["Fn::If"][1:] if isinstance(target["Input"], dict) else target["Input"]):
            assert set(json.loads(text)) == {"verify"}
    assert T["Parameters"]["ScheduleState"]["Default"] == "DISABLED"
    assert actions("SchedulerRole") == {"states:StartExecution", "sqs:SendMessage"}


def test_alarms():
    alarms = resources(T, "AWS::CloudWatch::Alarm")
    for name, alarm in alarms.items():
        properties = alarm["Properties"]
        assert properties["AlarmActions"] == [{"Ref": "OperatorTopic"}], name
        assert "Runbook" in properties["AlarmDescription"], name
        assert "TreatMissingData" in properties, name
        periods = [properties["Period"]] if "Period" in properties else [
            one["MetricStat"]["Period"] for one in properties["Metrics"] if "MetricStat" in one
        ]
        count = properties["EvaluationPeriods"]
        most = T["Parameters"][count["Ref"]]["MaxValue"] if isinstance(count, dict) else count
        assert most * max(periods) <= (7 * 86400 if min(periods) >= 3600 else 86400), name
    assert {name for name, one in alarms.items() if one["Properties"]["TreatMissingData"] == "breaching"} == {
        "NoSuccessAlarm", "NoBatchAlarm",
    }


def test_nothing_depends_on_itself():
    """What refers to what, over names in Ref, GetAtt and Sub."""
    def of(value):
        found = set()
        for one in walk(value):
            if "Ref" in one:
                found.add(one["Ref"])
            if "Fn::GetAtt" in one:
                found.add(one["Fn::GetAtt"][0])
            if "Fn::Sub" in one:
                found |= set(re.findall(r"\$\{(\w+)", as_list(one["Fn::Sub"])[0]))
        return found & set(R)

    edges = {name: of(one["Properties"]) | set(as_list(one.get("DependsOn", []))) for name, one in R.items()}
    order = []
    while edges:
        free = [name for name, needed in edges.items() if not needed]
        assert free, f"a circle among {edges}"
        order += free
        edges = {name: needed - set(free) for name, needed in edges.items() if name not in free}
    assert order.index("LogGroup") < order.index("TaskDefinition") < order.index("StateMachine")


def test_conditions_go_together():
    """A resource that is there only sometimes is referred to only by those that are there no more often."""
    def of(value):
        return {one["Ref"] for one in walk(value) if "Ref" in one} | {one["Fn::GetAtt"][0] for one in walk(value) if "Fn::GetAtt" in one}

    implied = {"VerifiesLater": "HasImage"}
    for name, one in list(R.items()) + list(T["Outputs"].items()):
        for other in of(one.get("Properties", one)) & set(R):
            needed = R[other].get("Condition")
            if needed:
                own = one.get("Condition")
                assert own == needed or implied.get(own) == needed, f"{name} refers to {other}"


def test_the_readme_names_what_is_there():
    text = (ROOT / "deploy/aws/README.md").read_text()
    for name in re.findall(r"\$\(output (\w+)\)", text):
        assert name in T["Outputs"], name
    given = {name for line in re.findall(r"^\s*deploy (?!\(\))(.+)$", text, re.MULTILINE) for name in re.findall(r"\b([A-Z]\w+)=", line)}
    assert len(given) > 8 and given <= set(T["Parameters"])
    for name in set(re.findall(r"`(\w+Alarm)`", text)):
        assert name in R, name
    for name in resources(T, "AWS::CloudWatch::Alarm"):
        assert f"`{name}`" in text, name
    for name in re.findall(r"`([A-Z]\w+)=\w*`", text):
        assert name in T["Parameters"], name
    for name in ROLES:
        assert f"`{name}`" in text, name


def test_messages_and_alarms_name_a_page_of_the_runbook():
    said = " ".join(one["what"] for one in map(dict, walk(json.loads(DEFINITION.read_text()))) if isinstance(one.get("what"), str))
    said += " ".join(one["Properties"]["AlarmDescription"] for one in resources(T, "AWS::CloudWatch::Alarm").values())
    titles = {title for group in re.findall(r"Runbook[:,] ([^.]+)\.", said) for title in group.split("; ")}
    assert titles == RUNBOOK


def test_the_runbook_has_a_page_for_each():
    found = re.findall(r"^## (.+?)(?: \(\d+\))?$", (ROOT / "conceptual/runbook.md").read_text(), re.MULTILINE)
    assert RUNBOOK <= set(found)
