"""What systemd itself says of the units. Not for macOS, which has none: scripts/test says so there."""
import subprocess

from template import ROOT

CRON = ROOT / "deploy/cron"


def test_systemd_understands_the_units(tmp_path):
    for name in ("etl-job.service", "etl-job.timer"):
        # The program need not be installed where it is tested.
        (tmp_path / name).write_text((CRON / name).read_text().replace("/usr/local/bin/etl-job ", "/bin/true "))
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")


def test_systemd_would_find_something(tmp_path):
    broken = tmp_path / "etl-job.service"
    broken.write_text((CRON / "etl-job.service").read_text().replace("Type=oneshot", "Type=onset"))
    ended = subprocess.run(["systemd-analyze", "verify", "--man=no", str(broken)], capture_output=True, text=True)
    assert "Failed to parse service type" in ended.stderr


def test_the_service_is_confined():
    ended = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(CRON / "etl-job.service")],
        capture_output=True, text=True,
    )
    assert ended.returncode == 0, ended.stdout[-200:]
