"""A ComfyUI that is killed in the middle of sampling, started again, and asked for the same."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
from checkout import TREE
from run_kit import executed, followed
from safetensors import safe_open

from zoomstack.demo import parts
from zoomstack.headless.server import ComfyServer
from zoomstack.setup.host import base_directory

# The others with ZOOMSTACK_LONG_TESTS=1, and all samplers within one process in
# test_host_checkpoint.py.
SAMPLERS = ("dpmpp_2m_sde",)
if os.environ.get("ZOOMSTACK_LONG_TESTS"):
    SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde")
STEPS = 20
# As ComfyUI's custom nodes are: slow enough to be caught on any machine, where SLOW says so.
SLOW = """
import os, time
from comfy.patcher_extension import WrappersMP

class Slow:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"model": ("MODEL",)}}

    RETURN_TYPES, FUNCTION = ("MODEL",), "patch"

    def patch(self, model):
        def call(executor, *args, **kwargs):
            time.sleep(float(os.environ.get("SLOW", 0)))
            return executor(*args, **kwargs)

        model = model.clone()
        model.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "slow", call)
        return (model,)

NODE_CLASS_MAPPINGS = {"Slow": Slow}
"""


def graph(sampler, checkpoint, name, model="5"):
    """Three levels, long enough to be killed in the middle; the latents go into a file."""
    prompts = "a planet in space\na coast line from above\na forest from above"
    ladder, load = {"clip": ["1", 1], "prompts": prompts}, {"ckpt_name": parts.CHECKPOINT}
    sampling = {
        "model": [model, 0], "ladder": ["2", 0], "positive": ["2", 1], "negative": ["2", 2],
        "seed": 9, "steps": STEPS, "cfg": 3.0, "sampler_name": sampler,
        "scheduler": "simple", "denoise": 1.0, "width": 128, "height": 128,
        "checkpoint": checkpoint,
    }  # fmt: skip
    slow = {"5": {"class_type": "Slow", "inputs": {"model": ["1", 0]}}} if model == "5" else {}
    return {
        **slow,
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": load},
        "2": {"class_type": "PromptLadder", "inputs": ladder},
        "3": {"class_type": "ZoomStackSampler", "inputs": sampling},
        "4": {
            "class_type": "SaveLatent",
            "inputs": {"samples": ["3", 0], "filename_prefix": name},
        },
    }


def latents(output, name):
    (path,) = output.glob(f"{name}_*.latent")
    with safe_open(path, "pt") as file:
        return file.get_tensor("latent_tensor")


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_server_killed_while_it_samples_goes_on_to_the_same_bits(
    server, tmp_path, demo_checkpoint, monkeypatch, sampler
):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    base = base_directory(tmp_path / "base")
    (base / "models" / "checkpoints" / parts.CHECKPOINT).symlink_to(demo_checkpoint.resolve())
    (base / "custom_nodes" / "slow.py").write_text(SLOW)
    output, folder = base / "output", base / "output" / "zoomstack" / "checkpoints"
    monkeypatch.setenv("SLOW", "0.25")
    with ComfyServer(TREE, Path(sys.executable), base) as comfy:
        whole = graph(sampler, "my zoom", sampler)
        _, begun = followed(comfy.url, whole, lambda _: [*folder.rglob("[0-9]*.record")])
        assert begun, "the run ended before anything of it was recorded"
        time.sleep(random.uniform(0, 1))
        os.killpg(comfy.process.pid, signal.SIGKILL)
        comfy.process.wait()
    assert not list(output.glob(f"{sampler}_*"))
    kept = sum(map(questions, folder.rglob("[0-9]*.record")))
    assert 0 < kept < STEPS
    monkeypatch.delenv("SLOW")
    with ComfyServer(TREE, Path(sys.executable), base) as comfy:
        executed(comfy.url, whole, tmp_path / "again")
        said = comfy.log.read_text("utf-8", "replace")
    assert "Going on from the checkpoint of a run that broke off." in said
    assert not list(folder.iterdir())
    executed(server.url, graph(sampler, "", f"whole_{sampler}", "1"), tmp_path)
    assert latents(output, sampler).equal(latents(server.output, f"whole_{sampler}"))


def questions(path):
    with safe_open(path, "pt") as file:
        return len(json.loads(file.metadata()["questions"]))
