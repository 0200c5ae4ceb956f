"""``bench`` on the command line: what is refused at once, and what is handed on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from checkout import TREE, needs_tree

from zoomstack.bench.__main__ import chosen_rows, chosen_settings, main
from zoomstack.bench.model.settings import FULL, QUICK, Settings
from zoomstack.bench.zooms.reworked import REWORKED
from zoomstack.bench.zooms.rows import BY_NAME, ROWS
from zoomstack.cli import bench as command
from zoomstack.cli import main as command_line
from zoomstack.setup.errors import BAD_INPUT, FAILED, OK
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
    assert chosen_rows(None, None) == [*ROWS, *REWORKED]
    assert chosen_rows(["snr", "default", "snr"], None) == [BY_NAME["snr"], BY_NAME["default"]]
    assert len(chosen_rows(["default"], "feather=0.1,0.2 weighting=snr,uniform")) == 5
    assert len(chosen_rows(None, "feather=0.1,0.2")) == 2


def bench(*words):
    """The text of the table that the real command makes in the folder of ``--out``."""
    whole = [sys.executable, "-m", "zoomstack.bench", *map(str, words), "--comfyui", str(TREE)]
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(whole, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    out = words[words.index("--out") + 1]
    assert str(out) in done.stdout
    return (out / "table.md").read_text("utf-8")


def keys(out):
    lines = (out / "findings.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["key"] for line in lines]


SMALL = ("--size", 64, "--levels", 2, "--steps", 2)


@pytest.fixture
def terminable():
    """What a command does when it is told to end, put back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@needs_tree
def test_rows_of_the_demo_model_are_compared_and_none_is_sampled_twice(
    tmp_path, capsys, terminable
):
    """Levels that meet in each kind of place, by the command's own function in this process."""
    rows = [BY_NAME[name] for name in ("default", "twin", "pixel-last", "photo-exact")]
    words = ["quality", *SMALL, "--rows", *(row.name for row in rows), "--seeds", 2]
    words += ["--processes", 1, "--comfyui", TREE, "--out", tmp_path]
    for _ in range(2):
        assert main([str(word) for word in words]) == OK
        said = capsys.readouterr().out
        assert all(f"| {row.title} |" in said for row in rows) and str(tmp_path) in said
        assert (tmp_path / "table.md").read_text("utf-8") in said
        assert len(set(keys(tmp_path))) == len(keys(tmp_path)) == 2 * (len(rows) + 1)
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_what_a_command_cannot_do_is_said_in_a_line(tmp_path, capsys, terminable):
    words = ["methods", "--grid", "feather=0,1", "--comfyui", str(tmp_path)]
    assert main(words) == BAD_INPUT
    assert capsys.readouterr().err.startswith("error: bench methods has no grid")
    words = ["quality", "--processes", "1", "--comfyui", str(tmp_path), "--out", str(tmp_path)]
    assert main(words) == FAILED
    said = capsys.readouterr().err
    assert "error: " in said and str(tmp_path) in said


@needs_tree
@pytest.mark.slow
def test_every_row_is_compared_in_a_few_minutes(tmp_path):
    text = bench("quality", "--quick", "--out", tmp_path)
    assert all(f"| {row.title} |" in text for row in ROWS)
    found = keys(tmp_path)
    assert len(set(found)) == len(found) == 2 * (len(ROWS) - 2), "three rows are the default"


@needs_tree
def test_the_real_command_compares_methods(tmp_path):
    """In processes of its own, as from the command line."""
    names = ("--rows", "outpaint-direct", "default")
    text = bench("methods", *SMALL, *names, "--seeds", 1, "--processes", 2, "--out", tmp_path)
    direct, joint = (
        next(line for line in text.splitlines() if name in line)
        for name in ("| outpainting, direct |", "| joint (Zoom Stack Sampler) |")
    )
    assert "exact" in direct and "exact" not in joint
