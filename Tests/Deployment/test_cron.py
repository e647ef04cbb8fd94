"""The cron line and the settings of the systemd units."""
import configparser
import re
import subprocess

from template import ROOT

CRON = ROOT / "deploy/cron"
HELP = (ROOT / "Tests/CommandLineTests/Golden/help-run.txt").read_text()


class Unit(configparser.RawConfigParser):
    def __init__(self, name: str):
        super().__init__(strict=False, delimiters="=", comment_prefixes="#", interpolation=None)
        self.optionxform = str
        self.read(CRON / name)


def options(command: str) -> list[str]:
    return re.findall(r"(--[a-z-]+)", command)


def test_only_what_may_be_tried_again_is():
    service = Unit("etl-job.service")["Service"]
    never = {int(code) for code in service["RestartPreventExitStatus"].split()}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)}
    assert {0, 65, 75} <= documented
    assert never == documented - {0, 75}
    assert service["Type"] == "oneshot" and service["Restart"] == "on-failure"


def test_the_commands_have_options_that_the_program_has():
    service = Unit("etl-job.service")["Service"]["ExecStart"]
    line = (CRON / "crontab").read_text().splitlines()[-1]
    for command in (service, line.split("exec etl-job")[1].split("2>&1")[0]):
        assert "run --from-inbox --log-format json --metrics-file" in command
        for option in options(command):
            assert re.search(rf"^  (-\w, )?{option}\b", HELP, re.MULTILINE), option
    assert "etl-job/metrics" in Unit("etl-job.service")["Service"]["StateDirectory"]


def test_the_cron_line():
    lines = [line for line in (CRON / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    settings = [line for line in lines if re.match(r"^[A-Z]+=", line)]
    line, = [line for line in lines if line not in settings]
    assert re.match(r"^30 2,3,4 \* \* \*  etl-job  set -a && ", line)
    assert "%" not in line, "cron makes a line end of it"
    assert (CRON / "crontab").read_text().endswith("\n")


def test_the_shell_line_does_what_it_says(tmp_path):
    """With another program in the place of the job: it gets the environment, its log goes on, its output does not."""
    line = (CRON / "crontab").read_text().splitlines()[-1].split("etl-job  ", 1)[1]
    (tmp_path / "environment").write_text('DATABASE_URL="postgresql://etl_load@db/etl?sslmode=verify-full"\n')
    job = tmp_path / "etl-job"
    job.write_text('#!/bin/sh\necho "to standard output $*"\necho "{\\"url\\":\\"$DATABASE_URL\\"}" >&2\nexit 75\n')
    logger = tmp_path / "logger"
    logger.write_text(f'#!/bin/sh\ncat >"{tmp_path}/log"\n')
    for program in (job, logger):
        program.chmod(0o755)
    line = line.replace("/etc/etl-job/environment", str(tmp_path / "environment"))
    ended = subprocess.run(
        ["/bin/sh", "-c", line], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert (ended.stdout, ended.stderr) == ("", "")
    assert (tmp_path / "log").read_text() == '{"url":"postgresql://etl_load@db/etl?sslmode=verify-full"}\n'
