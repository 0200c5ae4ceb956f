"""``bench`` on the command line: what is refused at once, and what is handed on."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from zoomstack.bench.__main__ import chosen_rows, chosen_settings
from zoomstack.bench.model.settings import FULL, QUICK, Settings
from zoomstack.bench.zooms.rows import BY_NAME, ROWS
from zoomstack.cli import bench as command
from zoomstack.cli import main as command_line
from zoomstack.setup.handover import module


@pytest.fixture
def called(monkeypatch):
    """The commands that would have been run, without an environment to run them in."""
    commands = []
    host = SimpleNamespace(python=Path("python"), comfyui=Path("tree"), packages=Path("packages"))

    def become(words, **variables):
        commands.append((words, variables))
        return 7

    monkeypatch.setattr(command, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(command, "become", become)
    return commands


def test_the_options_are_handed_on_as_they_were_given(called):
    words = ["quality", "--quick", "--rows", "snr feather=0.4", "default", "--seeds", "3"]
    assert command_line.main(["bench", *words]) == 7, "the exit code is the child's"
    child = module(Path("python"), "zoomstack.bench", [*words, "--comfyui", "tree"])
    assert called == [(child, {"PYTHONPATH": Path("packages")})]


@pytest.mark.parametrize(
    "words", (["bench"], ["bench", "swiftness"], ["bench", "quality", "--sedes", "3"])
)
def test_what_bench_does_not_know_is_refused_at_once(words, called, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(words)
    assert ended.value.code == 2
    assert not called


def options(**given):
    names = dict.fromkeys(("size", "levels", "steps", "cfg"))
    return SimpleNamespace(**{"quick": False, **names, **given})


def test_settings_are_the_full_or_the_quick_ones_with_what_was_given():
    assert chosen_settings(options()) == FULL
    assert chosen_settings(options(quick=True)) == QUICK
    assert chosen_settings(options(steps=6, cfg=2.0)) == Settings(steps=6, cfg=2.0)


def test_rows_are_all_of_them_or_those_asked_for():
    assert chosen_rows(None, None) == list(ROWS)
    assert chosen_rows(["snr", "default", "snr"], None) == [BY_NAME["snr"], BY_NAME["default"]]
    assert len(chosen_rows(["default"], "feather=0.1,0.2 weighting=snr,uniform")) == 5
    assert len(chosen_rows(None, "feather=0.1,0.2")) == 2


def test_the_real_command_runs_in_a_few_minutes(tmp_path):
    """All of it: the demo model, every row, two seeds, both processes."""
    import subprocess
    import sys

    from checkout import TREE

    from zoomstack.demo.networks.classifier import CLASSIFIER

    if not CLASSIFIER.exists():
        pytest.skip("the classifier is not trained yet")
    words = ["quality", "--quick", "--comfyui", str(TREE), "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "zoomstack.bench", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    text = (tmp_path / "table.md").read_text("utf-8")
    assert all(f"| {row.title} |" in text for row in ROWS)
    assert (tmp_path / "sheet.png").stat().st_size > 10_000
    lines = (tmp_path / "findings.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2 * (len(ROWS) - 2), "three rows are the default"
    assert len({json.loads(line)["key"] for line in lines}) == len(lines)


def test_the_methods_are_compared_by_the_real_command(tmp_path):
    import subprocess
    import sys

    from checkout import TREE

    words = ["methods", "--quick", "--seeds", "1", "--rows", "outpaint-direct", "default"]
    words += ["--comfyui", str(TREE), "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "zoomstack.bench", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (direct, joint) = (
        next(
            line for line in (tmp_path / "table.md").read_text("utf-8").splitlines() if name in line
        )
        for name in ("| outpainting, direct |", "| joint (Zoom Stack Sampler) |")
    )
    assert "exact" in direct and "exact" not in joint
