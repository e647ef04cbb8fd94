import pytest

from machine import Machine, interpreter


@pytest.fixture
def machine(monkeypatch):
    """Makes a machine: machine({"scores-load:3": [Outcome(75), Outcome()]}, Tries="2")."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with interpreter():
        yield lambda *arguments, **settings: Machine(monkeypatch, *arguments, **settings)
