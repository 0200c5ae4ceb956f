"""The pack in a real ComfyUI server, by the doors that people use: prompts, cancels, commands."""

import json
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from published import FOLDER, HALVES, needs_taef2
from run_kit import executed, followed
from safetensors import safe_open
from safetensors.torch import save_file
from tiny_families import family

from zoomstack.demo.dit import TEXT
from zoomstack.files.stack_file import load_stack
from zoomstack.headless import workflow as edit
from zoomstack.setup.errors import CommandError
from zoomstack.setup.places import API_WORKFLOWS, REPOSITORY

TEXT_TO_ZOOM = API_WORKFLOWS / "text-to-zoom.json"
CANCEL_SECONDS = 3.0
LADDER = 'PromptLadder.prompts="a planet in space\\na coast line from above\\na forest from above"'
SMALL = (
    "ZoomStackSampler.steps=2",
    "ZoomStackSampler.width=128",
    "ZoomStackSampler.height=128",
    "ZoomVideoRender.width=128",
    "ZoomVideoRender.height=128",
    "ZoomVideoRender.fps=8",
    "ZoomVideoRender.seconds_per_level=0.5",
)


def small(*assignments, without=()):
    """The shipped workflow in seconds; ``without`` the nodes of these classes."""
    graph = edit.load(TEXT_TO_ZOOM)
    for one in (LADDER, *SMALL, *assignments):
        edit.assign(graph, one)
    return {key: node for key, node in graph.items() if node["class_type"] not in without}


def history(server, run):
    with urllib.request.urlopen(f"{server.url}/history/{run}") as answer:
        return json.loads(answer.read()).get(run)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_pack_loads_without_a_word(server, pack):
    assert not hasattr(pack, "NODE_CLASS_MAPPINGS")  # would switch comfy_entrypoint off
    start, _, _ = server.log.read_text("utf-8", "replace").partition("To see the GUI go to")
    ours = [line for line in start.splitlines() if "zoomstack" in line.replace(str(REPOSITORY), "")]
    (loaded,) = (line for line in ours if "Setting base directory" not in line)
    assert "seconds:" in loaded and "IMPORT FAILED" not in loaded
    with urllib.request.urlopen(f"{server.url}/object_info") as answer:
        known = json.loads(answer.read())
    ours = {name for name, node in known.items() if node["category"] == "ZoomStack"}
    assert ours >= {
        "PromptLadder", "ZoomStackSampler", "ZoomStackApply", "PhotoAnchor", "LaplacianBlend",
        "ZoomVideoRender", "SaveZoomStack", "LoadZoomStack",
    }  # fmt: skip
    for name in ours:
        assert known[name]["python_module"] == "custom_nodes.zoomstack"


def test_the_shipped_workflow_leaves_a_video_levels_and_a_stack(server, tmp_path):
    made = executed(server.url, small(), tmp_path)
    assert sorted(path.suffix for path in made.files) == [
        ".mp4", ".png", ".png", ".png", ".safetensors"
    ]  # fmt: skip
    assert all(path.stat().st_size > 500 for path in made.files)
    assert any(text.startswith("agreement of neighbouring levels: ") for text in made.texts)


@pytest.fixture
def flux2(server):
    """A tiny FLUX.2 and its published autoencoder, where the server's loaders look for them."""
    tiny = family("flux2", context_in_dim=TEXT)
    models, placed = server.base / "models", []
    for folder, names in {"diffusion_models": [], "vae_approx": HALVES}.items():
        (models / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            placed.append(models / folder / name)
            placed[-1].symlink_to((FOLDER / name).resolve())
    placed.append(models / "diffusion_models" / "tiny_flux2.safetensors")
    weights = tiny.model.model.diffusion_model.state_dict()
    save_file({name: weight.contiguous() for name, weight in weights.items()}, placed[-1])
    yield placed[-1].name
    for path in placed:
        path.unlink()


@needs_taef2
def test_a_flux2_meets_in_pixels_by_its_vae_alone(server, flux2, tmp_path):
    """Eight levels, nothing connected but the VAE: taef2 is found in vae_approx by itself."""
    prompts = "\n".join(f"level {level}" for level in range(8))
    graph = small(f"PromptLadder.prompts={json.dumps(prompts)}", without=("ZoomVideoRender",))
    graph = {key: node for key, node in graph.items() if node["class_type"] != "SaveVideo"}
    graph["m"] = {
        "class_type": "UNETLoader",
        "inputs": {"unet_name": flux2, "weight_dtype": "default"},
    }
    graph["v"] = {"class_type": "VAELoader", "inputs": {"vae_name": "taef2"}}
    for node in graph.values():
        if node["class_type"] == "ZoomStackSampler":
            node["inputs"].update(model=["m", 0], vae=["v", 0])
        if node["class_type"] == "VAEDecode":
            node["inputs"].update(vae=["v", 0])
    made = executed(server.url, graph, tmp_path)
    assert sum(path.suffix == ".png" for path in made.files) == 8
    (saved,) = (path for path in made.files if path.suffix == ".safetensors")
    stack = load_stack(saved)
    assert stack.levels.shape == (8, 3, 128, 128) and stack.levels.std() > 0.05
    with safe_open(saved, "pt") as file:
        said = file.metadata()["zoomstack_said"]
    assert re.search(r"levels meet in pixels through taef2: a scene that agrees keeps \d+ dB", said)
    assert re.search(r"levels agree by [\d.]+ dB, .* in pixels", said)


def test_the_same_prompt_again_is_answered_from_the_cache(server, tmp_path):
    graph = small("ZoomStackSampler.seed=11")
    executed(server.url, graph, tmp_path)
    before = files(server.output)
    run, _ = followed(server.url, graph)
    (cached,) = (data for kind, data in history(server, run)["status"]["messages"]
                 if kind == "execution_cached")  # fmt: skip
    assert set(cached["nodes"]) == set(graph)
    assert files(server.output) == before


def test_a_node_that_refuses_its_input_is_named_with_its_words(server, tmp_path):
    graph = small('PromptLadder.prompts="# nothing"')
    with pytest.raises(CommandError, match="node 2 .*PromptLadder.* ValueError: The ladder is emp"):
        executed(server.url, graph, tmp_path)
    assert not files(tmp_path)


@pytest.mark.parametrize(
    "node, changes",
    [
        ("ZoomStackSampler", ("ZoomStackSampler.steps=900",)),
        ("SaveVideo", ("ZoomVideoRender.seconds_per_level=600", "ZoomVideoRender.fps=30")),
    ],
)
def test_a_cancel_stops_at_once_and_leaves_nothing_behind(server, tmp_path, node, changes):
    graph = small(
        *changes, without=("SaveImage", "SaveZoomStack", "PreviewAny", "ZoomStackExplorer")
    )
    before = files(server.output)
    working = edit.find(graph, node)
    run, begun = followed(server.url, graph, lambda at: at.node == working and at.done >= 2)
    assert begun, f"{node} ended before it could be cancelled"
    start = time.monotonic()
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/interrupt", b"{}")).close()
    while not (entry := history(server, run)):
        time.sleep(0.05)
    took = time.monotonic() - start
    kinds = {kind: data for kind, data in entry["status"]["messages"]}
    assert kinds["execution_interrupted"]["node_id"] == working
    assert took < CANCEL_SECONDS
    assert files(server.output) == before
    again = executed(server.url, small("ZoomStackSampler.seed=12"), tmp_path)
    assert len(again.files) == 5


def zoomstack(*arguments):
    """The command as a user types it in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "zoomstack", *map(str, arguments)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=400,
    )  # fmt: skip


def test_the_run_command_on_a_running_server(server, tmp_path):
    ladder = tmp_path / "ladder.txt"
    ladder.write_text("a planet in space\n[p=4] a coast line from above\n")
    changes = [part for one in SMALL for part in ("--set", one)]
    output = tmp_path / "out"
    done = zoomstack(
        "run", TEXT_TO_ZOOM, "--server", server.url, "--output", output, "--prompts", ladder,
        *changes,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == sorted(map(str, output.iterdir()))
    assert len(list(output.glob("*.png"))) == 2
    assert "(levels 0-1)" in done.stderr


def test_the_run_command_ends_with_1_where_a_node_fails(server, tmp_path):
    done = zoomstack(
        "run", TEXT_TO_ZOOM, "--server", server.url, "--output", tmp_path / "out",
        "--set", "PromptLadder.prompts=# nothing",
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == ""
    assert "(PromptLadder, 'The ladder') failed: ValueError: The ladder is empty" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
