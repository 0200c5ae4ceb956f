"""Ladders by a language model: the shipped chains with a tiny one of the host's, in a real server.

No language model can be fetched here. The tiny one has the real architecture and random weights:
that it runs, sees pictures and that its nonsense breaks nothing is tested with it; what a real one
writes, with answers as they were recorded.
"""

import numpy as np
import pytest
import tiny_text
from PIL import Image
from run_kit import executed
from servers import serving

from zoomstack import load_stack
from zoomstack.headless import workflow as edit
from zoomstack.setup.errors import CommandError
from zoomstack.setup.places import API_WORKFLOWS

SIDE = 64
CHEAP = {
    "ZoomStackSampler": {"steps": 1, "width": SIDE, "height": SIDE, "space": "latent"},
    "ZoomVideoRender": {
        "fps": 4, "seconds_per_level": 0.5, "hold_start": 0.0, "hold_end": 0.0, "width": 0,
        "height": 0,
    },
    "TextGenerate": {"max_length": 24, "sampling_mode.temperature": 2.0},
}  # fmt: skip
ANSWER = """Sure! Here is your zoom:

1. a coast line
2. a coast line, an island
3. an island

Enjoy the flight!"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, demo_checkpoint):
    def link(base):
        (base / "custom_nodes" / "tiny_text.py").symlink_to(tiny_text.__file__)
        for name, colours in (("example.png", (30, 60, 90)), ("other.png", (200, 160, 20))):
            y, x = np.mgrid[0:90, 0:120]
            picture = np.stack([(x * c // 120 + y) % 256 for c in colours], -1).astype(np.uint8)
            Image.fromarray(picture).save(base / "input" / name)

    with serving(tmp_path_factory, demo_checkpoint, prepare=link) as running:
        yield running


def cheap(name):
    """The shipped workflow, at a size and length for a test, with the tiny language model."""
    graph = edit.load(API_WORKFLOWS / f"{name}.json")
    for node in graph.values():
        if node["class_type"] == "CLIPLoader":
            node.update(class_type="TinyText", inputs={"seed": 0})
        node["inputs"].update(CHEAP.get(node["class_type"], {}))
    return graph


def answered(graph, text):
    """The workflow, with a recorded answer in place of what the tiny model writes."""
    at = edit.find(graph, "TextGenerate")
    graph[at].update(class_type="PrimitiveStringMultiline", inputs={"value": text})
    return graph


def logged(server, begun=0):
    """What the server's log has said from a place of it on."""
    return server.log.read_text("utf-8", "replace")[begun:]


def stack_of(result):
    (file,) = (file for file in result.files if file.suffix == ".safetensors")
    return load_stack(file)


def test_a_picture_is_looked_at_and_nonsense_is_survived_in_words(server, tmp_path):
    said = {}
    for name in ("example.png", "other.png"):
        graph = cheap("picture-to-ladder")
        graph[edit.find(graph, "LoadImage")]["inputs"]["image"] = name
        begun = len(logged(server))
        result = executed(server.url, graph, tmp_path / name)
        (answer,) = result.texts
        assert answer.strip() and {file.suffix for file in result.files} >= {".mp4", ".png"}
        assert ("has one level" in logged(server, begun)) == (len(stack_of(result).prompts) == 1)
        said[name] = answer
    assert said["example.png"] != said["other.png"]


def test_a_recorded_answer_becomes_the_zoom_that_was_asked_for(server, tmp_path):
    graph = answered(cheap("picture-to-ladder"), ANSWER)
    begun = len(logged(server))
    stack = stack_of(executed(server.url, graph, tmp_path))
    assert stack.prompts == ("a coast line", "a coast line, an island", "an island")
    assert stack.geometry.zooms == (2.0, 2.0)  # as the request has it
    said = logged(server, begun)
    assert "Sure! Here is your zoom" in said and "Enjoy the flight" in said


def test_an_empty_answer_is_refused_in_words(server, tmp_path):
    graph = answered(cheap("picture-to-ladder"), " \n ")
    with pytest.raises(CommandError, match="The ladder is empty"):
        executed(server.url, graph, tmp_path)


def test_levels_are_described_one_by_one_and_those_that_miss_are_sampled_anew(server, tmp_path):
    begun = len(logged(server))
    result = executed(server.url, cheap("reprompt"), tmp_path)
    (table,) = (text for text in result.texts if text.startswith("| level"))
    rows = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
    stack = stack_of(result)
    assert len(rows) == len(stack.prompts) == 4
    for (_, says, prompt, said), made in zip(rows, stack.prompts, strict=True):
        missed = int(says.strip(" *%")) < 50
        assert made == (said if missed else prompt).strip() or not said.strip()
    assert "levels miss their prompt" in logged(server, begun)
