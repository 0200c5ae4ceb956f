"""What a level asks for itself: as it is alone with that, whatever the others of its batch ask."""

import pytest
import torch
from host_kit import ALONE, Ladder, apart, apply_node, custom_advanced, ksampler, part, sampler_node
from tiny_conds import toy_cond
from tiny_models import randn, toy_latent, toy_model

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

    def of(self, level):
        """A level's own prompts, as a single picture has them."""
        sides = {"positive": self.positive, "negative": self.negative}
        return {
            side: [[t, {k: v for k, v in e.items() if k != "zoom_level"}]
                   for t, e in given if e["zoom_level"] == level]
            for side, given in sides.items()
        }  # fmt: skip


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


# --- seed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize(
    "sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde_gpu", "lcm", "euler_cfg_pp"]
)
def test_a_level_has_the_noise_of_a_picture_with_its_seed(pack, kind, sampler):
    """Against the stock sampler with that seed; of the others no bit changes."""
    model, kit, plain = toy_model(kind), Asking(pack, {1: {"seed": 77}}), Asking(pack)
    how = {"sampler": sampler, "steps": 3}
    with torch.inference_mode():
        ours, before = (
            ksampler(apply_node(pack, model, one.ladder, **ALONE), one, toy_latent(3), **how)
            for one in (kit, plain)
        )
        alone = ksampler(model, kit, toy_latent(1), seed=77, **kit.of(1), **how)
    assert apart(ours[1:2], alone) < 1e-5
    assert torch.equal(ours[[0, 2]], before[[0, 2]])
    assert apart(ours[1], before[1]) > 0.1


def noises(pack, kit, sampler="euler", **options):
    """What is left in x, call by call, where a model predicts nothing."""
    seen = []

    def respond(x, sigma, context):
        seen.append(x[: kit.levels].clone())
        return torch.zeros_like(x)

    with torch.inference_mode():
        sampler_node(pack, toy_model("flow", respond=respond), kit, sampler=sampler, **options)
    return seen


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde"])
def test_what_a_level_shares_is_shared_whatever_its_seed(pack, sampler):
    """Its own is what lies outside of the deeper one's frame; wider ones show it in theirs."""
    kits = [Asking(pack, {1: {"seed": 7}}), Asking(pack, {1: {"seed": 8}})]
    kits.append(Asking(pack, dict.fromkeys(range(3), {"seed": 7}), zooms=(2.0, 2.5)))
    first, second, all_alike = (noises(pack, kit, sampler) for kit in kits)
    windows = [kits[0].space().link(*pair).window for pair in kits[0].geometry.neighbours]
    assert len(first) == len(second) > 2
    for call, (a, b) in enumerate(zip(first, second, strict=True)):
        assert kits[0].disagreement(a, noise=True) < 1e-4
        same = torch.ones(3, 4, *SIZE, dtype=torch.bool)
        same[0][(..., *windows[0])] = False
        same[1] = False
        same[1][(..., *windows[1])] = True
        # Later ones are rounded on their way through the blend of nothing.
        assert torch.allclose(a[same], b[same], rtol=0, atol=1e-6 if call else 0)
        assert (a != b)[1][~same[1]].all() and not torch.equal(a[0], b[0])
    # The deepest level is all its own: with the others' seed it is what they are outside.
    outside = torch.ones(SIZE, dtype=torch.bool)
    outside[windows[0]] = False
    assert torch.equal(all_alike[0][0][:, outside], all_alike[0][2][:, outside])


def test_a_sampler_that_adds_no_noise_adds_none_of_a_level(pack, toy):
    import nodes

    kit, latent = Asking(pack, {1: {"seed": 7}}), {"samples": randn(2, 3, 4, *SIZE)}
    how = (4, 3.0, "euler", "simple", kit.positive, kit.negative, latent, 2, 4, "disable")
    stage = nodes.KSamplerAdvanced().sample
    with torch.inference_mode():
        ours, plain = (
            stage(apply_node(pack, toy, ladder, **ALONE), "disable", 5, *how)[0]["samples"]
            for ladder in (kit.ladder, kit.ladder._replace(settings=()))
        )
    assert torch.equal(ours, plain)


def test_one_level_alone_is_the_stock_samplers_with_its_seed(pack, toy):
    kit = Asking(pack, {0: {"seed": 11}}, zooms=())
    with torch.inference_mode():
        ours, _ = custom_advanced(
            apply_node(pack, toy, kit.ladder), kit, toy_latent(1), sampler="euler_ancestral"
        )
        stock = ksampler(toy, kit, toy_latent(1), seed=11, sampler="euler_ancestral")
    assert torch.equal(ours, stock)
