"""Runs scripts/costs, which needs nothing but Python and can be run alone."""
import subprocess
import sys


def run(root, argument):
    return subprocess.run([sys.executable, str(root / "scripts/costs"), argument], check=False).returncode
