"""``train`` hands its options on to the environment, and takes its process down with it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from zoomstack.cli import main as cli
from zoomstack.cli import train


class Process:
    """A training that ends, or is interrupted, and remembers how it was started."""

    def __init__(self, code=0, error=None):
        self.code, self.error, self.calls = code, error, []

    def __call__(self, command, env):
        self.command, self.env = command, env
        return self

    def wait(self):
        self.calls.append("wait")
        if self.error and "terminate" not in self.calls:
            raise self.error
        return self.code

    def poll(self):
        return None if self.error else self.code

    def terminate(self):
        self.calls.append("terminate")


@pytest.fixture
def started(monkeypatch):
    """Calls the command line with a stand-in for the process; its exit code and the process."""
    host = SimpleNamespace(
        python=Path("py"), comfyui=Path("tree"), packages=Path("path"), folder=Path("host")
    )
    monkeypatch.setattr(train, "prepare", lambda comfyui, python: host)

    def start(*words, **options):
        process = Process(**options)
        monkeypatch.setattr(train.subprocess, "Popen", process)
        return cli.main(["train", *words]), process

    return start


def test_the_options_go_on_to_the_environment(started):
    code, process = started("--minutes", "5", "--stages", "model,export", code=3)
    assert code == 3
    assert process.command[:3] == ["py", "-m", "zoomstack.train.run"]
    words = process.command[3:]
    assert words[:2] == ["--work", str(Path("host") / "training")]
    assert words[2:6] == ["--minutes", "5", "--stages", "model,export"]
    assert words[6:] == ["--comfyui", "tree"]
    assert process.env["PYTHONPATH"] == "path"
    assert process.env["OMP_NUM_THREADS"] == "1"


def test_a_quick_run_has_no_place_among_the_real_ones(started):
    _, process = started("--quick")
    assert "--work" not in process.command


def test_an_interrupted_training_is_ended_too(started):
    code, process = started(error=KeyboardInterrupt())
    assert code == 130
    assert process.calls == ["wait", "terminate", "wait"]


def test_an_unknown_stage_is_named(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--stages", "world,moon"])
    assert "no stage 'moon'; there are world, autoencoder," in capsys.readouterr().err
