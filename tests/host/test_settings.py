"""What a level asks for itself: as it is alone with that, whatever the others of its batch ask."""

import pytest
import torch
from host_kit import Ladder, apart, apply_node, part, sampler_node
from tiny_conds import toy_cond
from tiny_models import randn, toy_model

SIZE = (16, 16)


class Asking(Ladder):
    """A ladder of three levels, with what each asks for itself by its place."""

    def __init__(self, pack, own=None, zooms=(2.0, 2.5), make_cond=toy_cond, **options):
        super().__init__(pack, zooms, make_cond=make_cond, **options)
        lib = part(pack, "zoomstack.scene.settings")
        given = [lib.Settings(**(own or {}).get(level, {})) for level in range(self.levels)]
        if own:
            self.ladder = self.ladder._replace(settings=tuple(given))
        self.negative = self.tagged(make_cond(50 + level) for level in range(self.levels))


@pytest.fixture(scope="module")
def toy(comfy_host):
    return toy_model("eps")


# --- weight ---------------------------------------------------------------------------------------


def answering(x0):
    """A model that predicts these levels, whatever it is asked."""
    return toy_model("eps", respond=lambda x, sigma, context: x0.repeat(len(x) // len(x0), 1, 1, 1))


@pytest.mark.parametrize("closed", [False, True])
def test_levels_count_as_much_as_they_weigh(pack, closed):
    zooms = (2.0, 2.5, 2.0) if closed else (2.0, 2.5)
    kit = Asking(pack, {0: {"weight": 4.0}, 2: {"weight": 0.5}}, zooms=zooms, closed=closed)
    x0 = randn(3, kit.levels, 4, *SIZE)
    consensus = part(pack, "zoomstack.joint.consensus").Consensus
    with torch.inference_mode():
        found = sampler_node(pack, answering(x0), kit, steps=2)
        wanted = consensus(weights=(4.0, 1.0, 0.5))(x0, kit.geometry)
        assert apart(answering(x0).model.process_latent_in(found), wanted) < 1e-5
        assert apart(wanted, consensus()(x0, kit.geometry)) > 0.1


def test_plain_settings_are_none(pack, toy):
    plain, asking = Asking(pack), Asking(pack, {1: {}})
    assert asking.ladder.settings and not plain.ladder.settings
    with torch.inference_mode():
        found = [sampler_node(pack, toy, kit, sampler="dpmpp_sde") for kit in (plain, asking)]
    assert torch.equal(*found)


def test_blended_pictures_count_as_much_as_their_lines_weigh(pack):
    kit = Asking(pack, {1: {"weight": 9.0}})
    images = torch.rand(3, 16, 16, 3, generator=torch.Generator().manual_seed(0))
    node = pack.nodes.LaplacianBlend
    weighed, plain = (
        node.execute(images, ladder=ladder).result[1]
        for ladder in (kit.ladder, kit.ladder._replace(settings=()))
    )
    keep = part(pack, "zoomstack.joint.keep").keep
    how = part(pack, "zoomstack.joint.consensus").Consensus(values=(0.0, 1.0), weights=(1, 9, 1))
    wanted = keep(images.movedim(-1, 1), kit.geometry, [], how)
    assert torch.allclose(weighed.movedim(-1, 1), wanted, atol=1e-6)
    assert not torch.allclose(weighed, plain, atol=1e-2)
