"""Loops in ComfyUI: a closed ladder through every node that takes one."""

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler, part, sampler_node
from tiny_models import import_comfy, toy_latent, toy_model

import_comfy()

TEXT = "[p=2 focus=0.4,0.6] a sea\na coast\n[p=2.5 focus=0.5,0.37] a wave\n[p=3] a shell"


@pytest.fixture(scope="module")
def kit(pack):
    focus = ((0.5, 0.5), (0.42, 0.55), (0.5, 0.5), (0.6, 0.45))
    return Ladder(pack, zooms=(2.0, 2.5, 3.0, 2.0), focus=focus, closed=True, size=(24, 24))


@pytest.fixture(scope="module")
def ladder(pack):
    return part(pack, "zoomstack.scene.ladder").parse_ladder(TEXT, loop=True)


@pytest.fixture(scope="module")
def blended(pack, ladder):
    images = torch.rand(4, 72, 96, 3, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        return pack.nodes.LaplacianBlend.execute(images, ladder=ladder).result


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde", "uni_pc"])
def test_every_level_agrees_with_the_next_and_the_last_with_the_first(pack, kit, sampler, kind):
    model = toy_model(kind)
    with torch.inference_mode():
        latent = sampler_node(pack, model, kit, sampler=sampler)
        empty = toy_latent(kit.levels, 24, 24)
        stock = ksampler(apply_node(pack, model, kit.ladder), kit, empty, sampler=sampler)
    views = model.model.process_latent_in(latent)
    assert kit.disagreement(views) < 1e-4 * float(views.std())
    assert torch.equal(latent, stock)


def test_the_noise_is_shared_round_the_loop(pack, kit):
    seen = []

    def respond(x, sigma, context):
        seen.append(x.clone())
        return torch.zeros_like(x)

    with torch.inference_mode():
        sampler_node(pack, toy_model("eps", respond=respond), kit, steps=1, cfg=1.0)
    first = torch.cat(seen)[: kit.levels]
    first = first / first.std()
    assert kit.disagreement(first, noise=True) < 1e-4


def test_blended_levels_agree_all_round(pack, blended, ladder):
    stack, views, text = blended
    assert stack.geometry.closed and stack.geometry == ladder.geometry(72, 96)
    assert min(part(pack, "zoomstack.joint.blend").agreement(stack.levels, stack.geometry)) > 120
    assert len(text.rsplit(": ", 1)[1].split()) == 4


def test_the_agreement_names_the_last_pair(pack, blended, ladder):
    views = blended[1].clone()
    views[3, 20:50, 30:60] = torch.rand(30, 30, 3, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        text = pack.nodes.LaplacianBlend.execute(views, ladder=ladder).result[2]
    assert "(levels 3-0)" in text or "(levels 2-3)" in text


def test_a_report_knows_all_pairs(pack, blended):
    with torch.inference_mode():
        text, heat, passed, *_ = pack.nodes.ZoomStackReport.execute(
            stack=blended[0], min_agreement=130.0, max_frame=0
        ).result
    assert heat.shape == (4, 72, 96, 3)
    assert "levels 3 and 0" in text or passed


@pytest.mark.parametrize("node", ["OutpaintZoom", "SuperResZoom"])
def test_nodes_that_go_from_end_to_end_refuse_a_loop(pack, node, ladder):
    with pytest.raises(ValueError, match=f"{node} goes from one end .* and a loop has none"):
        getattr(pack.nodes, node).execute(vae=None, ladder=ladder)


def test_a_photo_pulls_a_loop(pack, ladder):
    photo = torch.linspace(0, 1, 96).expand(1, 72, 96)[..., None].expand(1, 72, 96, 3)
    images = torch.full((4, 72, 96, 3), 0.5)
    with torch.inference_mode():
        anchor = pack.nodes.PhotoAnchor.execute(photo, level=1).result[0]
        stack, _, text = pack.nodes.LaplacianBlend.execute(
            images, ladder=ladder, anchor=anchor
        ).result
    assert "level 1 had kept its photo" in text
    assert min(part(pack, "zoomstack.joint.blend").agreement(stack.levels, stack.geometry)) > 100
