"""The two scripts of the AWS image, with other programs in the place of `aws` and `etl-job`."""
import json
import subprocess

import pytest

from template import ROOT

IMAGE = ROOT / "deploy/aws/image"


@pytest.fixture
def run(tmp_path):
    """run(script, aws=…, job=…, **environment): the two are lines of shell; what they are called with is kept."""

    def call(script, aws="true", job='echo "<html>" >"$5"', **environment):
        for name, body in (("aws", aws), ("etl-job", job)):
            program = tmp_path / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{tmp_path}/calls"\n{body}\n')
            program.chmod(0o755)
        ended = subprocess.run(
            [IMAGE / script], capture_output=True, text=True,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TMPDIR": str(tmp_path)} | environment,
        )
        calls = tmp_path / "calls"
        return ended, calls.read_text().splitlines() if calls.exists() else []

    return call


def test_a_token_is_asked_for_by_host_port_user_and_region(run):
    ended, calls = run(
        "database-token", aws="echo token", DATABASE_TOKEN_HOST="db", DATABASE_TOKEN_USER="etl_load", AWS_REGION="eu-central-1"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "token\n", "")
    assert calls == ["aws rds generate-db-auth-token --hostname db --port 5432 --username etl_load --region eu-central-1"]


@pytest.mark.parametrize("missing", ["DATABASE_TOKEN_HOST", "DATABASE_TOKEN_USER", "AWS_REGION"])
def test_what_is_not_set_is_named(run, missing):
    given = {"DATABASE_TOKEN_HOST": "db", "DATABASE_TOKEN_USER": "etl_load", "AWS_REGION": "eu-central-1"}
    del given[missing]
    ended, calls = run("database-token", **given)
    assert ended.returncode != 0 and ended.stdout == "" and missing in ended.stderr and calls == []


def test_a_token_that_cannot_be_made_is_no_password(run):
    ended, _ = run(
        "database-token", aws="echo no credentials >&2; exit 253", DATABASE_TOKEN_HOST="db", DATABASE_TOKEN_USER="u", AWS_REGION="r"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (253, "", "no credentials\n")


def test_the_report_is_uploaded_twice(run, tmp_path):
    ended, calls = run("publish-report", REPORT_LOCATION="s3://bucket/reports", REPORT_LIMIT_BYTES="500")
    assert (ended.returncode, ended.stdout) == (0, "")
    page = tmp_path / "report.html"
    assert calls[0] == f"etl-job report --log-format json --output {page} --limit 500B"
    assert [call.split()[:4] for call in calls[1:]] == [["aws", "s3", "cp", str(page)]] * 2
    dated, latest = (call.split()[4] for call in calls[1:])
    assert dated.startswith("s3://bucket/reports/20") and latest == "s3://bucket/reports/latest.html"
    assert json.loads(ended.stderr)["level"] == "info"


@pytest.mark.parametrize("code", [69, 75, 78])
def test_the_code_of_the_job_is_handed_on(run, code):
    ended, calls = run("publish-report", job=f"exit {code}", REPORT_LOCATION="s3://bucket/reports")
    assert ended.returncode == code and len(calls) == 1


def test_a_failed_upload_is_69_and_told_in_json(run):
    ended, calls = run(
        "publish-report", aws="printf 'upload failed: \"Access\\tDenied\"\\nsecond line\\n' >&2; exit 1",
        REPORT_LOCATION="s3://bucket/reports",
    )
    assert ended.returncode == 69 and len(calls) == 2
    told = json.loads(ended.stderr)
    assert told["level"] == "error" and "upload failed: 'Access Denied'" in told["message"]
