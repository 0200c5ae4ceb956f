"""ZoomStackReport in ComfyUI: what it takes, its gate, and what it hands on."""

import json

import pytest
import torch
from host_kit import part
from run_kit import executed

from zoomstack.headless import workflow as edit
from zoomstack.setup.errors import CommandError
from zoomstack.setup.places import API_WORKFLOWS

LADDER = "a sea\n[p=2.5 focus=0.45,0.37] a coast\na leaf"


def ladder_of(pack, text=LADDER):
    return part(pack, "zoomstack.scene.ladder").parse_ladder(text, 2.0)


def pictures(levels=3, size=(72, 96), seed=0):
    generator = torch.Generator().manual_seed(seed)
    white = torch.rand(levels, 3, *size, generator=generator)
    smooth = 3 * torch.nn.functional.avg_pool2d(white - 0.5, 5, 1, 2) + 0.5
    return smooth.clamp(0, 1).movedim(1, -1).contiguous()


def a_stack(pack, **options):
    with torch.inference_mode():
        ladder = ladder_of(pack)
        return pack.nodes.LaplacianBlend.execute(pictures(**options), ladder=ladder).result[0]


def report(pack, **inputs):
    with torch.inference_mode():
        return pack.nodes.ZoomStackReport.execute(**inputs)


def test_a_blended_stack_agrees_exactly_and_passes(pack):
    stack = a_stack(pack)
    made = report(pack, stack=stack, max_frame=0)
    text, heat, passed, images, agreement, *_ = made.result
    assert passed is True and agreement > 120
    assert text.startswith("Every number keeps its limit.") and "| a coast |" in text
    assert heat.shape == (3, 72, 96, 3) and torch.equal(images.movedim(-1, 1), stack.levels)
    assert (heat[..., 0] - heat[..., 2]).abs().max() < 0.01  # grey: nothing is hot


def test_levels_that_were_not_blended_do_not(pack):
    text, heat, passed, _, agreement, *_ = report(
        pack, images=pictures(), ladder=ladder_of(pack), max_frame=0
    ).result
    assert passed is False and agreement < 25
    assert "the agreement of levels 0 and 1 is" in text
    assert (heat[..., 0] - heat[..., 2]).max() > 0.1


@pytest.mark.parametrize("gate", ["off", "warn", "stop"])
def test_the_gate(pack, gate, caplog):
    options = {"images": pictures(), "zoom_factor": 2.0, "min_agreement": 60.0, "gate": gate}
    if gate == "stop":
        words = r"agreement of levels 0 and 1 is [\d.]+ dB, under 60 dB.*limits, or the gate to war"
        with pytest.raises(ValueError, match=words):
            report(pack, **options)
        return
    text, _, passed, *_ = report(pack, **options).result
    assert passed is (gate == "off")
    assert text.startswith("Not judged." if gate == "off" else "The zoom falls short: ")
    assert ("falls short" in caplog.text) == (gate == "warn")


def test_what_the_browser_gets_is_plain_json(pack):
    """Of a zoom whose second level is too small to be seen, which has no numbers."""
    made = report(pack, images=pictures(2, (16, 16)), zoom_factor=60.0)
    assert json.loads(json.dumps(made.ui, allow_nan=False)) == made.ui
    (numbers,) = made.ui["zoom_report"]
    assert numbers["agreement"] == [None] and numbers["passed"] is True
    assert made.ui["text"] == [made.result[0]]


def test_a_reference_tells_blur_and_drift(pack):
    stack = a_stack(pack)
    reference = stack.levels.movedim(1, -1)
    soft = torch.nn.functional.avg_pool2d(stack.levels, 7, 1, 3) + 0.1 * torch.arange(3).view(
        -1, 1, 1, 1
    )
    images = soft.clamp(0, 1).movedim(1, -1)
    text, *_, drift, sharpness, _ = report(
        pack, images=images, ladder=ladder_of(pack), reference=reference
    ).result
    assert drift > 3 and sharpness < 0.7
    assert "the colour drift is" in text and "the sharpness of level 0 is" in text
    alone = report(pack, images=images, ladder=ladder_of(pack)).result
    assert "the colour drift is" not in alone[0] and alone[7] == 0


class ClipVision:
    """A CLIP_VISION that sees nothing but the mean colour."""

    def encode_image(self, image, crop=True):
        return {"image_embeds": image.mean((1, 2)) - 0.5}


class Clip:
    """Its text encoder, which knows three words."""

    WORDS = {"a sea": (-1.0, -1.0, 1.0), "a coast": (1.0, 1.0, -1.0), "a leaf": (-1.0, 1.0, -1.0)}

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, tokens):
        return [[torch.zeros(1, 1, 4), {"pooled_output": torch.tensor([self.WORDS[tokens]])}]]


def test_each_level_is_judged_by_its_own_prompt(pack):
    colours = torch.tensor([Clip.WORDS[word] for word in ("a sea", "a coast", "a sea")])
    images = (0.5 + 0.4 * colours).view(3, 1, 1, 3).expand(3, 64, 64, 3).contiguous()
    options = {"images": images, "ladder": ladder_of(pack), "clip_vision": ClipVision()}
    text, *_, fit = report(pack, clip=Clip(), min_agreement=0, max_frame=0, **options).result
    assert fit == pytest.approx(-1 / 3, abs=1e-4)
    assert text.startswith("The zoom falls short: the prompt fit of level 2 is -0.333, under 0.2.")
    with pytest.raises(ValueError, match="connect clip, the text encoder"):
        report(pack, **options)
    with pytest.raises(ValueError, match="judge how levels fit them; connect a ladder"):
        report(pack, **{**options, "ladder": None}, clip=Clip())


def test_bad_input_is_named(pack):
    stack, ladder = a_stack(pack), ladder_of(pack)
    for inputs, words in (
        ({}, "either a stack or images; connect one of them"),
        ({"stack": stack, "images": pictures()}, "connect only one of them"),
        ({"images": pictures(4), "ladder": ladder}, "3 levels but ZoomStackReport got 4 images"),
        ({"images": pictures() * torch.nan}, "level 0 .* holds NaN"),
        ({"stack": stack, "reference": pictures(2)}, "The reference holds 2 levels but the zoom 3"),
    ):
        with pytest.raises(ValueError, match=words):
            report(pack, **inputs)


def test_in_a_real_server_it_reports_and_its_gate_holds_back_what_follows(server, tmp_path):
    graph = edit.load(API_WORKFLOWS / "text-to-zoom.json")
    for one in (
        'PromptLadder.prompts="a planet in space\\na coast line from above"',
        "ZoomStackSampler.steps=2",
        "ZoomStackSampler.width=128",
        "ZoomStackSampler.height=128",
    ):
        edit.assign(graph, one)
    blend, ladder = edit.find(graph, "LaplacianBlend"), edit.find(graph, "PromptLadder")
    levels = graph[blend]["inputs"]["images"]
    kept = ("CheckpointLoaderSimple", "PromptLadder", "ZoomStackSampler", "VAEDecode")
    graph = {key: node for key, node in graph.items() if node["class_type"] in kept}
    inputs = {"images": levels, "ladder": [ladder, 0], "gate": "warn", "min_agreement": 100.0}
    graph["90"] = {"class_type": "ZoomStackReport", "inputs": inputs}
    saved = {"images": ["90", 3], "filename_prefix": "levels"}
    graph["91"] = {"class_type": "SaveImage", "inputs": saved}
    made = executed(server.url, graph, tmp_path)
    assert len(made.files) == 2
    (text,) = made.texts
    assert text.startswith("The zoom falls short: the agreement of levels 0 and 1 is")
    inputs["gate"] = "stop"
    with pytest.raises(CommandError, match="ZoomStackReport.* ValueError: The zoom falls short: "):
        executed(server.url, graph, tmp_path / "stopped")
