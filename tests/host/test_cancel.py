"""Cancels at random moments of a real server's work, many prompts at once, and long runs.

A few of each in the usual run; ZOOMSTACK_LONG_TESTS=1 takes 50 cancels and 200 prompts, and then
also looks at the server's memory.
"""

import asyncio
import json
import os
import random
import time
import urllib.request

import psutil
import pytest
from PIL import Image
from run_kit import executed, followed

from zoomstack.files.stack_file import load_stack
from zoomstack.headless.client import ComfyClient

LONG = bool(os.environ.get("ZOOMSTACK_LONG_TESTS"))
CANCELS = 50 if LONG else 4
PROMPTS = 200 if LONG else 20
# Not the second that is asked for, but far from the minutes that the work would take: how long it
# takes is measured and shown, for a test that fails on a busy machine is none.
SECONDS = 30.0


def post(server, path, body):
    request = urllib.request.Request(f"{server.url}/{path}", json.dumps(body).encode())
    urllib.request.urlopen(request).close()


def history(server, run):
    with urllib.request.urlopen(f"{server.url}/history/{run}") as answer:
        return json.loads(answer.read()).get(run)


def prompt_of(nodes):
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


def whole_zoom(seed, name):
    """Everything the pack does, each long enough to be caught at it."""
    ladder = {"clip": ["1", 1], "prompts": "a planet\na continent\na coast line"}
    sampling = {
        "model": ["1", 0], "ladder": ["2", 0], "positive": ["2", 1], "negative": ["2", 2],
        "seed": seed, "steps": 8, "cfg": 3.0, "sampler_name": "euler_ancestral",
        "scheduler": "simple", "denoise": 1.0, "width": 64, "height": 64, "checkpoint": name,
    }  # fmt: skip
    video = {"stack": ["5", 0], "width": 256, "height": 256, "seconds_per_level": 1.0}
    nodes = {
        "1": ("CheckpointLoaderSimple", {"ckpt_name": "zoomstack_demo.safetensors"}),
        "2": ("PromptLadder", ladder),
        "3": ("ZoomStackSampler", sampling),
        "4": ("VAEDecode", {"samples": ["3", 0], "vae": ["1", 2]}),
        "5": ("LaplacianBlend", {"images": ["4", 0], "ladder": ["2", 0]}),
        "6": ("ZoomVideoRender", video),
        "7": ("SaveVideo", {"video": ["6", 0], "filename_prefix": name, "format": "mp4",
                            "codec": "auto"}),
        "8": ("SaveZoomStack", {"stack": ["5", 0], "filename_prefix": name}),
        "9": ("ExportZoomStack", {"stack": ["5", 0], "filename_prefix": name, "format": "dzi"}),
        "10": ("ExportZoomStack", {"stack": ["5", 0], "filename_prefix": name, "format": "png"}),
    }  # fmt: skip
    return prompt_of(nodes)


def pictures_only(number, name):
    """A prompt of no model: pictures, blended and saved; the number is in the zoom factor."""
    image = {"width": 64, "height": 64, "batch_size": 3, "color": 0x336699}
    blend = {"images": ["4", 0], "zoom_factor": 2 + number / 1000}
    save = {"stack": ["5", 0], "filename_prefix": name}
    return prompt_of(
        {"4": ("EmptyImage", image), "5": ("LaplacianBlend", blend), "8": ("SaveZoomStack", save)}
    )


def sampled(number, name):
    """A prompt of the demo model: sampled, decoded, blended and saved; the number is the seed."""
    graph = whole_zoom(number, name)
    graph["3"]["inputs"].update(steps=2, vae=["1", 2], checkpoint="")
    return {key: graph[key] for key in "123458"}


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def check_whole(folder, name):
    """Every file of that name is a whole one, and nothing temporary lies beside it."""
    import av

    for path in files(folder):
        assert not path.name.startswith("."), path
        if not path.relative_to(folder).parts[0].startswith(name):
            continue
        if path.suffix == ".safetensors":
            load_stack(path)
        elif path.suffix == ".mp4":
            with av.open(path) as video:
                assert sum(1 for _ in video.decode(video=0)) > 30
        elif path.suffix == ".dzi":
            assert path.with_name(f"{path.stem}_files").is_dir()
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix in (".png", ".jpg"):
            Image.open(path).load()
    for tiles in folder.glob(f"{name}*_files"):
        assert tiles.with_name(tiles.name.removesuffix("_files") + ".dzi").is_file()


def cancelled(server, graph, chance):
    """Seconds from a cancel at a random moment to the end of the run, and the node begun before it.

    None where the run was done before.
    """
    target = chance.choice(list(graph)[2:])
    run, _ = followed(server.url, graph, lambda progress: progress.node == target)
    time.sleep(chance.random() ** 2)
    start = time.monotonic()
    post(server, "interrupt", {})
    while not (entry := history(server, run)):
        assert time.monotonic() - start < SECONDS
        time.sleep(0.02)
    took = time.monotonic() - start
    kinds = [kind for kind, _ in entry["status"]["messages"]]
    return (took, graph[target]["class_type"]) if "execution_interrupted" in kinds else None


def resident(server):
    """Bytes of the server's process."""
    ours = psutil.Process().children(recursive=True)
    (process,) = (p for p in ours if str(server.base) in " ".join(p.cmdline()))
    return process.memory_info().rss


def assert_flat(sizes, early, late, within):
    """The server's memory at its largest: first of all prompts, then once warm, and at the end."""
    every = [size >> 20 for size in sizes]
    print(f"resident MiB {max(early) >> 20} early, {max(late) >> 20} late; all {every}")  # noqa: T201
    assert max(late) < within * max(early), every


def test_a_cancel_at_any_moment_leaves_whole_files_and_a_server_that_works(server, tmp_path):
    chance = random.Random()
    took, sizes = [], []
    for number in range(CANCELS):
        name = f"cancel{number}"
        took.append(cancelled(server, whole_zoom(100 + number, name), chance))
        check_whole(server.output, name)
        sizes.append(resident(server))
    caught = sorted(filter(None, took))
    print(f"{len(caught)} of {CANCELS} cancels caught; slowest {caught[-3:]} s")  # noqa: T201
    assert caught
    graph = whole_zoom(99, "after")
    made = executed(server.url, graph, tmp_path)
    assert {path.suffix for path in made.files} >= {".mp4", ".safetensors", ".dzi", ".png"}
    check_whole(server.output, "after")
    if LONG:
        assert_flat(sizes, sizes[5:15], sizes[-10:], 1.05)


@pytest.mark.parametrize("prompt", [pictures_only, sampled])
def test_many_prompts_in_the_queue_leave_a_file_each(server, prompt):
    name = f"queued_{prompt.__name__}"
    sizes = []

    async def all_of_them():
        async with ComfyClient(server.url) as client:
            runs = [await client.queue(prompt(number, name)) for number in range(PROMPTS)]
            for run in runs:
                async for _ in client.follow(run):
                    pass
                assert history(server, run)["status"]["status_str"] == "success"
                sizes.append(resident(server))

    asyncio.run(all_of_them())
    stacks = [load_stack(path) for path in sorted(server.output.glob(f"{name}_*"))]
    if prompt is sampled:
        assert [stack.seed for stack in stacks] == list(range(PROMPTS))
        assert len({stack.levels.numpy().tobytes() for stack in stacks}) == PROMPTS  # none cached
    else:
        factors = [stack.geometry.zooms[0] for stack in stacks]
        assert factors == [pytest.approx(2 + number / 1000) for number in range(PROMPTS)]
    if LONG:
        assert_flat(sizes, sizes[20:60], sizes[-40:], 1.02)
