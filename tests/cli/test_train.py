"""``train`` hands its options on to the environment."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from zoomstack.cli import main as cli
from zoomstack.cli import train
from zoomstack.setup.handover import module


@pytest.fixture
def started(monkeypatch):
    """Calls the command line; its exit code, the words that training was given, its variables."""
    host = SimpleNamespace(
        python=Path("py"), comfyui=Path("tree"), packages=Path("path"), folder=Path("host")
    )
    begin = module(host.python, "zoomstack.train.run")
    seen = []

    def become(command, **variables):
        assert command[: len(begin)] == begin
        seen.extend([command[len(begin) :], variables])
        return 3

    monkeypatch.setattr(train, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(train, "become", become)
    return lambda *words: (cli.main(["train", *words]), *seen)


def test_the_options_go_on_to_the_environment(started):
    code, words, variables = started("--minutes", "5", "--stages", "model,export")
    assert code == 3
    assert words[:2] == ["--work", str(Path("host") / "training")]
    assert words[2:6] == ["--minutes", "5", "--stages", "model,export"]
    assert words[6:] == ["--comfyui", "tree"]
    assert variables == {"PYTHONPATH": Path("path"), "OMP_NUM_THREADS": "1"}


def test_a_quick_run_has_no_place_among_the_real_ones(started):
    _, words, _ = started("--quick")
    assert words == ["--quick", "--comfyui", "tree"]


def test_an_unknown_stage_is_named(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--stages", "world,moon"])
    assert "no stage 'moon'; there are world, autoencoder," in capsys.readouterr().err
