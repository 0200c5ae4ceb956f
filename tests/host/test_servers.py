"""Two whole ComfyUI servers at once that write into one output folder."""

import asyncio
import base64
import io
import json
import re
import sys
from pathlib import Path

import av
import pytest
from checkout import TREE
from PIL import Image

from zoomstack.files.stack_file import load_stack
from zoomstack.headless.client import ComfyClient
from zoomstack.headless.server import ComfyServer

PROMPTS = 10  # of each server
LEVELS = 3
FOLDER = "shared"
APART = 12  # the steps of blue that tell prompts apart, also in a JPEG
FRAMES = 10


@pytest.fixture
def second(server, tmp_path):
    """A server on the same base directory, with a user, a temp folder and a port of its own."""
    (tmp_path / "user").mkdir()
    own = ["--user-directory", str(tmp_path / "user"), "--temp-directory", str(tmp_path)]
    with ComfyServer(
        TREE, Path(sys.executable), server.base, log=tmp_path / "log", arguments=own
    ) as comfy:
        yield comfy


def prompt(number, film):
    """Levels of one colour, which says the number, and everything that is saved of them."""
    picture = {"width": 64, "height": 64, "batch_size": LEVELS, "color": 0x336600 + APART * number}
    zoom, stack = {"filename_prefix": f"{FOLDER}/zoom"}, {"stack": ["2", 0]}
    moving = {"seconds_per_level": 0.25, "fps": 20.0}
    film = {"filename_prefix": f"{FOLDER}/{film}", "format": "mp4", "codec": "auto"}
    nodes = {
        "1": ("EmptyImage", picture),
        "2": ("LaplacianBlend", {"images": ["1", 0], "zoom_factor": 2.0}),
        "3": ("SaveZoomStack", {**stack, **zoom}),
        "4": ("ExportZoomStack", {**stack, **zoom, "format": "html"}),
        "5": ("ExportZoomStack", {**stack, **zoom, "format": "png"}),
        "6": ("ExportZoomStack", {**stack, **zoom, "format": "dzi"}),
        "7": ("ZoomVideoRender", {**stack, **moving}),
        "8": ("SaveVideo", {"video": ["7", 0], **film}),
    }
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


async def made_by(client, run, graph):
    """The names of what a run saved, of which none may be said twice."""
    async for _ in client.follow(run):
        pass
    made, trouble = await client.outputs(run, graph)
    assert not trouble
    shown = [(saved, file) for one in made for saved in one.saved() for file in saved.shown]
    return ["/".join((*saved.folder, file)) for saved, file in shown]


async def made_in_turn(*servers):
    """The names of all that is saved where every server is given a prompt, then the next one."""
    async with ComfyClient(servers[0].url) as one, ComfyClient(servers[1].url) as two:
        queued = []
        for number in range(PROMPTS):  # in turn, so that both are at work at once
            for me, client in enumerate((one, two)):
                # Save Video lists a folder, then takes a name: between the two another may.
                graph = prompt(2 * number + me, f"film{me}")
                queued.append((client, await client.queue(graph), graph))
        return [name for run in queued for name in await made_by(*run)]


def shown_by(pictures):
    """The numbers of the prompts that pictures are of."""
    middles = [one.convert("RGB").resize((1, 1)).getpixel((0, 0)) for one in pictures]
    return sorted({round(blue / APART) for _, _, blue in middles})


def opened(files):
    return [Image.open(file) for file in files]


def frames(path):
    with av.open(str(path)) as film:
        pictures = [frame.to_image() for frame in film.decode(video=0)]
    assert len(pictures) == FRAMES
    return pictures


def inside(page):
    """The levels' pictures in a page."""
    found = re.findall(r"data:image/webp;base64,([\w+/=]+)", page.read_text("utf-8"))
    assert len(found) == LEVELS
    return opened(io.BytesIO(base64.b64decode(one)) for one in found)


def test_two_servers_on_one_output_folder_overwrite_nothing(server, second):
    files = asyncio.run(made_in_turn(server, second))
    assert len(files) == len({*files})
    folder = server.output / FOLDER
    assert not [path for path in folder.rglob("*") if path.name.startswith(".")]

    def one_each(found):
        """Of each prompt one, whole: nothing is overwritten, and nothing mixed."""
        assert sorted(found) == [[number] for number in range(2 * PROMPTS)]

    stacks = [load_stack(path) for path in folder.glob("*.safetensors")]
    one_each(
        sorted({round(255 * b / APART) for b in s.levels[:, 2].unique().tolist()}) for s in stacks
    )
    tiles = [folder / f"{path.stem}_files" for path in folder.glob("*.dzi")]
    one_each(shown_by(opened(one.rglob("*.jpg"))) for one in tiles)
    assert len({len([*one.rglob("*.jpg")]) for one in tiles}) == 1
    one_each(shown_by(inside(page)) for page in folder.glob("*.html"))
    one_each(shown_by(frames(path)) for path in folder.glob("film*.mp4"))
    for manifest in folder.glob("*/manifest.json"):
        assert len(json.loads(manifest.read_text())["files"]) == LEVELS
    one_each(
        shown_by(opened(one.parent.glob("level_*.png"))) for one in folder.glob("*/manifest.json")
    )
