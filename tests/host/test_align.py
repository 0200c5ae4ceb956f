"""AlignZoom in ComfyUI: what it takes, and what it hands on."""

import types

import pytest
import torch
from host_kit import part
from scenes import field, scene

from zoomstack import Geometry

ZOOMS = (2.0, 2.5)


@pytest.fixture(scope="module")
def levels():
    return scene(Geometry(96, 128, ZOOMS), contrast=0.15).levels.movedim(1, -1)


def run(pack, images, **inputs):
    hidden = types.SimpleNamespace(prompt={}, unique_id="1")
    node = type("Aligning", (part(pack, "nodes.align").AlignZoom,), {"hidden": hidden})
    with torch.inference_mode():
        made = node.execute(images, **inputs)
    return made.result, "".join((made.ui or {}).get("zoomstack_said", []))


def test_a_batch_becomes_a_ladder_that_blends(pack, levels):
    (images, ladder, text, report), said = run(pack, [levels.flip(0)])
    assert said == "the pictures were given deepest first"
    assert torch.equal(images, levels) and "| 1 | picture 1 | 2.00" in report
    assert ladder.zooms == pytest.approx(ZOOMS, rel=1e-3) and ladder.prompts[0] == "level 0"
    parsed = part(pack, "zoomstack.scene.ladder").parse_ladder(text)
    assert parsed.zooms == pytest.approx(ladder.zooms, rel=1e-6)
    with torch.inference_mode():
        stack, _, agreement = pack.nodes.LaplacianBlend.execute(images, ladder=ladder).result
    assert stack.geometry.zooms == ladder.zooms and float(agreement.split()[4]) > 40


def test_a_list_may_have_several_sizes_and_prompts(pack, levels):
    larger = torch.nn.functional.interpolate(levels[1:2].movedim(-1, 1), (144, 192)).movedim(1, -1)
    (images, ladder, _, _), _ = run(
        pack, [levels[:1], larger, levels[2:]], prompts=["a sea\n\n a coast\na leaf"]
    )
    assert images.shape == (3, 96, 128, 3) and ladder.prompts == ("a sea", "a coast", "a leaf")
    with pytest.raises(ValueError, match="got 1 prompts, but 3 pictures"):
        run(pack, [levels], prompts=["a sea"])


def test_what_is_no_zoom_is_refused(pack):
    with pytest.raises(ValueError, match="AlignZoom: not a zoom: no picture was found in another"):
        run(pack, [field(2, 64, 64).movedim(1, -1)])
