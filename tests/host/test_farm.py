"""A farm on real ComfyUI servers: each zoom is the one that a single run makes."""

import json
import os
import signal
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from checkout import TREE
from run_kit import executed
from safetensors import safe_open

from zoomstack.demo import parts
from zoomstack.farm.__main__ import main
from zoomstack.farm.jobs import read_jobs
from zoomstack.headless.server import ComfyServer
from zoomstack.setup.host import base_directory

SEEDS = (3, 4, 5, 6)


def written(folder):
    """A jobs file of small zooms, two levels each; their latents go into a file."""
    sampling = {
        "model": ["1", 0], "ladder": ["2", 0], "positive": ["2", 1], "negative": ["2", 2],
        "seed": 9, "steps": 2, "cfg": 3.0, "sampler_name": "euler_ancestral",
        "scheduler": "simple", "denoise": 1.0, "width": 64, "height": 64,
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


@pytest.fixture
def singles(server, tmp_path):
    """What each job's workflow makes by itself, by the name of its folder."""
    jobs, _ = read_jobs(written(tmp_path))
    found = {}
    for job in jobs:
        executed(server.url, job.workflow(), tmp_path / "single" / job.folder)
        found[job.folder] = latents(tmp_path / "single" / job.folder)
    return found


def test_zooms_on_two_servers_one_of_them_killed_are_those_of_single_runs(
    server, singles, tmp_path, demo_checkpoint, capsys, monkeypatch
):
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
        code = main(["run", *words, str(tmp_path / "zooms.csv")])
    err = capsys.readouterr().err
    assert code == 0 and f"{mortal.url} is gone and left out" in err
    made = {path.name: latents(path) for path in (tmp_path / "out").glob("graph-*")}
    assert made.keys() == singles.keys() and len(made) == len(SEEDS)
    assert all(made[name].equal(singles[name]) for name in made)
