"""Headless runs: what arrives, what is said when it does not, and the exit code for scripts."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkout import ROOT

from zoomstack.cli import main as command_line
from zoomstack.headless.server import ComfyServer, free_port
from zoomstack.setup.places import REPOSITORY


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = tmp_path_factory.mktemp("stub")
    (tree / "comfy").mkdir()
    shutil.copy(ROOT / "tests" / "kit" / "stub_comfyui.py", tree / "main.py")
    return tree


@pytest.fixture(scope="module")
def server(tree):
    with ComfyServer(tree, Path(sys.executable), tree / "base") as comfy:
        yield comfy.url


def graph(tmp_path, *kinds, **inputs):
    nodes = {str(i): {"class_type": kind, "inputs": dict(inputs)} for i, kind in enumerate(kinds)}
    path = tmp_path / "graph.json"
    path.write_text(json.dumps(nodes))
    return str(path)


@pytest.fixture
def run(tmp_path, server, capsys):
    def run(*arguments, url=server):
        output = tmp_path / "out"
        code = command_line.main(["run", *arguments, "--server", url, "--output", str(output)])
        said = capsys.readouterr()
        files = sorted(path for path in output.rglob("*") if path.is_file())
        return code, said.out, said.err, files

    return run


def test_brings_home_what_was_saved_and_prints_where(run, tmp_path):
    code, out, err, files = run(graph(tmp_path, "Work"))
    assert code == 0
    assert [file.read_bytes() for file in files] == [b"pixels"]
    assert out.split() == [str(files[0])]
    assert "node 0 (Work): 8/8" in err


def test_never_writes_over_an_earlier_result(run, tmp_path):
    run(graph(tmp_path, "Work"))
    _, _, _, files = run(graph(tmp_path, "Work"))
    assert [file.name for file in files] == ["Work-2.bin", "Work.bin"]


def test_changes_reach_the_server(run, tmp_path):
    prompts = tmp_path / "ladder.txt"
    prompts.write_text("a planet\na coast\n")
    path = graph(tmp_path, "Work", "PromptLadder")
    code, _, err, _ = run(path, "--set", "Work.steps=7", "--prompts", str(prompts))
    assert code == 0 and '"steps": 7' in err


def test_a_photo_is_uploaded(run, tmp_path):
    photo = tmp_path / 'my "photo" \u00e4.png'
    photo.write_bytes(b"x" * 1234)
    code, _, err, _ = run(graph(tmp_path, "LoadImage", "Work"), "--photo", str(photo))
    assert code == 0 and '"my__photo___.png": 1234' in err


def test_a_missing_photo_is_named(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "LoadImage"), "--photo", str(tmp_path / "no.png"))
    assert code == 2 and "no.png is not a file" in err


def test_an_input_that_the_node_does_not_have_is_refused(run, tmp_path):
    code, _, err, files = run(graph(tmp_path, "Work"), "--set", "Work.stepz=7")
    assert code == 2 and not files
    assert "no input 'stepz'; it has: prompts, steps" in err


def test_a_refused_workflow_says_which_input_of_which_node(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Work", steps=0))
    assert code == 2
    assert "node 0 (Work): steps: Value 0 smaller than min of 1" in err


def test_an_unknown_node_is_named(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Wrok"))
    assert code == 2 and "no node type 'Wrok'" in err


def test_a_failing_node_is_named_with_its_words(run, tmp_path):
    code, out, err, _ = run(graph(tmp_path, "Fail"))
    assert code == 1 and out == ""
    assert "node 0 (Fail) failed: ValueError: 5 levels" in err


def test_what_others_made_before_a_node_failed_is_kept(run, tmp_path):
    code, out, err, files = run(graph(tmp_path, "Work", "Fail"))
    assert code == 1 and out == ""
    assert [file.read_bytes() for file in files] == [b"pixels"]
    assert f"kept {files[0]}" in err


def test_a_file_that_breaks_off_is_not_kept(run, tmp_path):
    code, _, err, files = run(graph(tmp_path, "Lie"))
    assert code != 0 and not files
    assert "Lie.bin" in err


@pytest.mark.parametrize("url", [f"http://127.0.0.1:{free_port()}", "http://[::1]:9"])
def test_a_server_that_is_not_there(run, tmp_path, url):
    code, _, err, _ = run(graph(tmp_path, "Work"), url=url)
    assert code == 3 and f"no ComfyUI answers at {url}" in err


def test_an_address_that_is_none(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Work"), url="localhost:8188")
    assert code == 2 and "like http://127.0.0.1:8188" in err


def own_server(tree, tmp_path, *arguments):
    """The command as a stranger starts it, on a server of its own."""
    host = tmp_path / "host"
    models = host / "base" / "models" / "checkpoints"
    models.mkdir(parents=True)
    command = [sys.executable, "-m", "zoomstack", "run", *arguments, "--output", str(tmp_path)]
    command += ["--comfyui", str(tree), "--python", sys.executable]
    variables = {**os.environ, "ZOOMSTACK_HOST_DIR": str(host), "PYTHONPATH": ""}
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=variables, stderr=subprocess.PIPE, text=True
    )


def test_a_server_that_crashes_in_the_run_shows_its_log(tree, tmp_path, tokenizer):
    process = own_server(tokenizer, tmp_path, graph(tmp_path, "Crash"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopped in the middle of the run" in err and "the end of the world" in err


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stops_the_run_and_the_server(tree, tmp_path, tokenizer, number):
    # A shell's background job ignores SIGINT, and so would its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = own_server(tokenizer, tmp_path, graph(tmp_path, "Wait"))
    for line in process.stderr:
        if "node 0 (Wait)" in line:
            break
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    log = (tmp_path / "host" / "server.log").read_text()
    assert "interrupted by request" in log
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.split()[1]), 0)
    assert not [file for file in tmp_path.iterdir() if file.suffix in (".part", ".bin")]


@pytest.fixture(scope="module")
def tokenizer(tree):
    """The stub with a tokenizer of one letter per token: enough to assemble the demo model."""
    folder = tree / "comfy" / "sd1_tokenizer"
    folder.mkdir(exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [*letters, *(letter + "</w>" for letter in letters)]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return tree
