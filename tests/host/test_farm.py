"""A farm on real ComfyUI servers: each zoom is the one that a single run makes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from checkout import TREE
from run_kit import executed
from safetensors import safe_open

from zoomstack.demo import parts
from zoomstack.farm.__main__ import main
from zoomstack.farm.jobs import read_jobs
from zoomstack.headless.server import ComfyServer
from zoomstack.setup.host import base_directory
from zoomstack.setup.places import FARM, RAY, host_folder, packages

# With ZOOMSTACK_LONG_TESTS=1 twelve, of several times the 3 s between two checkpoints.
LONG = bool(os.environ.get("ZOOMSTACK_LONG_TESTS"))
SEEDS, STEPS, SIDE = (range(3, 15), 120, 128) if LONG else (range(3, 7), 2, 64)
WAIT_SECONDS = 900 if LONG else 240


def written(folder):
    """A jobs file of small zooms, two levels each; their latents go into a file."""
    sampling = {
        "model": ["1", 0], "ladder": ["2", 0], "positive": ["2", 1], "negative": ["2", 2],
        "seed": 9, "steps": STEPS, "cfg": 3.0, "sampler_name": "euler_ancestral",
        "scheduler": "simple", "denoise": 1.0, "width": SIDE, "height": SIDE,
    }  # fmt: skip
    ladder = {"clip": ["1", 1], "prompts": "a planet in space\na coast line from above"}
    load, save = {"ckpt_name": parts.CHECKPOINT}, {"samples": ["3", 0], "filename_prefix": "zoom"}
    graph = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": load},
        "2": {"class_type": "PromptLadder", "inputs": ladder},
        "3": {"class_type": "ZoomStackSampler", "inputs": sampling},
        "4": {"class_type": "SaveLatent", "inputs": save},
    }
    (folder / "graph.json").write_text(json.dumps(graph))
    (folder / "zooms.csv").write_text(
        "workflow,seed\n" + "".join(f"graph.json,{seed}\n" for seed in SEEDS)
    )
    return folder / "zooms.csv"


def latents(folder):
    (path,) = folder.rglob("*.latent")
    with safe_open(path, "pt") as file:
        return file.get_tensor("latent_tensor")


@pytest.fixture(scope="module")
def singles(server, tmp_path_factory):
    """What each job's workflow makes by itself, by the name of its folder."""
    folder, found = tmp_path_factory.mktemp("singles"), {}
    jobs, _ = read_jobs(written(folder))
    for job in jobs:
        executed(server.url, job.workflow(), folder / job.folder)
        found[job.folder] = latents(folder / job.folder)
    return found


def same(output, singles):
    """Whether a farm's folder holds each zoom, once, and it is that of the single run."""
    made = {path.name: latents(path) for path in output.glob("graph-*")}
    assert not [*output.glob(".graph-*")] and len(singles) == len(SEEDS)
    return made.keys() == singles.keys() and all(made[n].equal(singles[n]) for n in made)


def test_zooms_on_two_servers_one_of_them_killed_are_those_of_single_runs(
    server, singles, tmp_path, demo_checkpoint, capsys, monkeypatch
):
    jobs = written(tmp_path)

    def working():
        with urllib.request.urlopen(f"{mortal.url}/queue") as answer:
            return json.load(answer)["queue_running"]

    def kill():
        while not working():
            time.sleep(0.01)
        os.killpg(mortal.process.pid, signal.SIGKILL)

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    base = base_directory(tmp_path / "base")
    (base / "models" / "checkpoints" / parts.CHECKPOINT).symlink_to(demo_checkpoint.resolve())
    with ComfyServer(TREE, Path(sys.executable), base) as mortal:
        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        words = ["--server", mortal.url, "--server", server.url, "--output", str(tmp_path / "out")]
        code = main(["run", *words, str(jobs)])
    err = capsys.readouterr().err
    assert code == 0 and f"{mortal.url} is gone and left out" in err
    assert same(tmp_path / "out", singles)


def farming(folder, *more, start="from zoomstack.farm.__main__ import main"):
    """A farm on Ray as a process of its own, what it says in the file ``log``."""
    words = ["farm", str(written(folder)), "--ray", "local", "--cores", "1", *more]
    words += ["--output", str(folder / "out")]
    if RAY not in os.environ:
        pytest.skip(f"no Ray here: {FARM}=required fetches it")
    path = os.pathsep.join([os.environ[RAY], str(packages(host_folder()))])
    script = f"import sys; sys.path.remove(''); {start}; sys.exit(main())"
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", script, *words],
            env={**os.environ, "PYTHONPATH": path},
            stdout=log,
            stderr=log,
        )


def test_zooms_on_ray_with_a_worker_killed_are_those_of_single_runs(singles, tmp_path):
    driver = farming(tmp_path, "--workers", "2")
    try:
        at_work(driver, tmp_path / "out", 2)
        (dying, comfy), (_, other) = actors(driver)
        words = other.cmdline()
        heard = listening(driver)
        if LONG:  # what was kept has been used up while we looked
            at_work(driver, tmp_path / "out", 2)
        dying.kill()
        assert driver.wait(WAIT_SECONDS) == 0
    finally:
        driver.kill()
        said = (tmp_path / "log").read_text("utf-8", "replace")
    assert len(heard) > 3 and {ip.rpartition(":")[2] for ip in heard} == {"127.0.0.1"}
    assert "is gone and left out" in said and "again by worker" in said, said
    assert said.count("done by worker") == len(SEEDS)
    assert same(tmp_path / "out", singles)
    psutil.wait_procs([comfy], 20)
    assert not comfy.is_running()  # it does not outlive its worker
    said = Path(words[words.index("--temp-directory") + 1], "server.log").read_text("utf-8")
    assert not LONG or "Going on from the checkpoint of a run that broke off." in said
    assert not [*(tmp_path / "out" / ".farm").glob("checkpoints/*")]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_driver_that_ends_takes_all_along_and_what_it_left_is_done(singles, tmp_path, number):
    """And where a worker does not see the driver's folder, files come through Ray."""
    blind = (
        "from pathlib import Path; from zoomstack.farm.cluster.workers import RayWorker as W; "
        "start = W.start; W.start = lambda self, proof, text: start(self, Path('none'), text); "
        "from zoomstack.farm.__main__ import main"
    )
    driver = farming(tmp_path, "--workers", "1", start=blind)
    wait(driver, lambda: [*(tmp_path / "out").glob("graph-*")])
    # Ray's own helpers take a minute to see that there is nothing left to help.
    ((actor, comfy),) = actors(driver)
    driver.send_signal(number)
    assert driver.wait(60) == (130 if number == signal.SIGINT else -number)
    assert not psutil.wait_procs([actor, comfy], 30)[1]
    driver = farming(tmp_path, "--workers", "1", start=blind)
    assert driver.wait(WAIT_SECONDS) == 0
    said = (tmp_path / "log").read_text("utf-8", "replace")
    assert "sends files through Ray" in said and "jobs are done already" in said
    assert said.count("done by worker") == len(SEEDS)
    assert same(tmp_path / "out", singles)


def wait(driver, true):
    last = time.monotonic() + WAIT_SECONDS
    while not true():
        assert driver.poll() is None and time.monotonic() < last
        time.sleep(0.05)


def at_work(driver, output, count):
    """Wait until so many jobs are being made, and something of each is kept where it is in time."""
    kept = ".farm/checkpoints/*/*/*.record" if LONG else ".graph-*"
    wait(driver, lambda: len([*output.glob(kept)]) >= count)


def listening(driver):
    """The addresses that the farm's processes listen on."""
    found = [psutil.Process(driver.pid), *psutil.Process(driver.pid).children(recursive=True)]
    return [
        each.laddr.ip
        for process in found
        for each in process.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    ]


def actors(driver):
    """The processes of the workers, each with its ComfyUI's."""
    found = psutil.Process(driver.pid).children(recursive=True)
    workers = [each for each in found if any("ray::Actor" in word for word in each.cmdline())]
    return [
        (one, next(each for each in one.children() if "main.py" in each.cmdline()))
        for one in workers
    ]
