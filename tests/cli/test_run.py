"""``run`` and ``demo`` from a stranger's Python: refused at once, or handed on with all words."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stub_kit import graph, stub_tree

from zoomstack.cli import main as cli
from zoomstack.cli import place
from zoomstack.headless.options import add_demo_options, changed
from zoomstack.headless.server import ComfyServer
from zoomstack.setup.environment import python_tag
from zoomstack.setup.handover import module
from zoomstack.setup.places import OVERRIDE, REPOSITORY, host_folder
from zoomstack.setup.uv import uv_there

ELSEWHERE = "http://127.0.0.1:8188"
# The one that the environment of the tests was made with: it has neither aiohttp nor tqdm.
STRANGERS = Path(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return stub_tree(tmp_path_factory.mktemp("stub"))


@pytest.fixture
def host(tmp_path, monkeypatch):
    """Where everything would be made; nothing of it is there."""
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "host"))
    return tmp_path / "host"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--server", "localhost:8188"], "like http://127.0.0.1:8188"),
        (["--server", "http://here:99999"], "like http://127.0.0.1:8188"),
        (["--server", "http://[::1"], "like http://127.0.0.1:8188"),
        (["--server", "http://here there:80"], "like http://127.0.0.1:8188"),
        (["--server", "http://here:80/?a=b"], "like http://127.0.0.1:8188"),
        (["--server", "http://..:80"], "like http://127.0.0.1:8188"),
        (["--server", ""], "like http://127.0.0.1:8188"),
        (["--server", ELSEWHERE, "--output", __file__], "is no folder"),
        (["--server", ELSEWHERE, "--arguments=--cpu"], "leave out --comfyui"),
        (["--arguments=--cpu"], "goes with --comfyui"),
        (["--comfyui", "x", "--arguments='"], "No closing quotation"),
        (["--comfyui", "nowhere"], "holds no ComfyUI"),
        (["--server", ELSEWHERE, "--python", sys.executable], "leave out --comfyui"),
        (["--server", ELSEWHERE, "--set", "Wrok.steps=7"], "no node has the id"),
        (["--server", ELSEWHERE, "--prompts", "nowhere.txt"], "cannot be read"),
        (["--server", ELSEWHERE, "--photo", "nowhere.png"], "one LoadImage node"),
        (["--python", sys.executable], "goes with --comfyui"),
    ],
)
def test_what_no_server_could_run_is_refused_before_anything_is_fetched(
    host, tmp_path, capsys, words, message
):
    assert cli.main(["run", graph(tmp_path, "Work"), *words]) == 2
    assert message in capsys.readouterr().err
    assert not host.exists()


def test_the_demo_may_be_a_loop():
    parser = argparse.ArgumentParser()
    add_demo_options(parser)
    workflows = [changed(parser.parse_args(words))[0] for words in ([], ["--loop"])]
    closed = [
        any(node["inputs"].get("loop") for node in workflow.values()) for workflow in workflows
    ]
    assert closed == [False, True]


@pytest.mark.parametrize("command", ["run", "demo"])
def test_the_same_words_go_on_in_the_hosts_environment(command, tmp_path, monkeypatch):
    class Ready:
        python, packages, folder = Path("python"), Path("packages"), Path("host")

    seen = {}

    def become(command, **variables):
        seen.update(command=command, **variables)
        return 1

    monkeypatch.setattr(place, "prepare", lambda comfyui, python: Ready)
    monkeypatch.setattr(place, "demo_checkpoint", lambda ready: seen.update(model=ready))
    monkeypatch.setattr(place, "become", become)
    words = [command, *([graph(tmp_path, "Work")] if command == "run" else [])]
    words += ["--set", "1.steps=7"] if command == "demo" else ["--output", "there"]
    assert cli.main(words) == 1, "the exit code is the other program's"
    assert seen == {
        "model": Ready,
        "command": module(Path("python"), "zoomstack.headless", words),
        "PYTHONPATH": "packages",
    }


def started(host, *words, python=STRANGERS):
    """The command as a stranger starts it."""
    variables = {**os.environ, OVERRIDE: str(host), "PYTHONPATH": ""}
    return subprocess.Popen(
        [python, "-m", "zoomstack", *words],
        cwd=REPOSITORY,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_server_elsewhere_takes_a_small_folder_and_nothing_else(tree, tmp_path, monkeypatch):
    host, out = tmp_path / "host", tmp_path / "out"
    if uv := uv_there(host_folder()):  # quicker than pip, and knows the host's packages by now
        monkeypatch.setenv("PATH", str(uv.parent), prepend=os.pathsep)
    with ComfyServer(tree, Path(sys.executable), tree / "base") as comfy:
        words = ["run", graph(tmp_path, "Work"), "--server", comfy.url, "--output", out]
        first = started(host, *words)
        said, err = first.communicate(timeout=300)
        if first.returncode and "check the network" in err and "MATCH" not in err:
            pytest.skip(f"nothing can be fetched here: {err}")
        assert first.returncode == 0, err
        assert Path(said.strip()).read_bytes() == b"pixels"
        names = {path.name for path in host.iterdir()}
        assert names == {f"client-{python_tag()}", "path"}
        size = sum(path.lstat().st_size for path in host.rglob("*"))
        assert size < 25e6
        again = started(host, *words)
        _, err = again.communicate(timeout=60)
        assert again.returncode == 0 and "Fetching" not in err


def own_server(tree, folder, *words):
    """A run on a server of its own, in the environment of the tests."""
    words = ["run", *words, "--output", folder, "--comfyui", tree, "--python", sys.executable]
    return started(folder / "host", *words)


def test_a_server_that_crashes_in_the_run_shows_its_log(tree, tmp_path):
    process = own_server(tree, tmp_path, graph(tmp_path, "Crash"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopped in the middle of the run" in err and "the end of the world" in err


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", 1)])
def test_an_interruption_stops_the_run_and_the_server(tree, tmp_path, number):
    # A shell's background job ignores SIGINT, and so would its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    half = tmp_path / "half.mp4"
    process = own_server(tree, tmp_path, graph(tmp_path, "Wait", half=str(half)))
    for line in process.stderr:
        if "node 0 (Wait)" in line:
            break
    time.sleep(0.3)
    assert half.is_file()
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    log = next((tmp_path / "host" / "servers").glob("*/server.log")).read_text()
    assert "interrupted by request" in log
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.split()[1]), 0)
    assert not half.exists(), "the node had no time to tidy up"
    assert not [file for file in tmp_path.iterdir() if file.suffix in (".part", ".bin")]
