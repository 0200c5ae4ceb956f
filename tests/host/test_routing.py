"""Each level its own prompt: against one plain run of the stock sampler a level."""

import functools
import types

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler, sampler_node
from tiny_conds import controlnet, during, in_area, stack, toy_cond, with_values
from tiny_families import FAMILIES, family
from tiny_models import toy_latent, toy_model, watch

ALONE = {"coupling": "independent", "shared_noise": False}
LEVELS = 4


@pytest.fixture(scope="module")
def built(comfy_host):
    @functools.cache
    def build(name):
        if name in FAMILIES:
            return family(name)
        return types.SimpleNamespace(
            model=toy_model(name), make_cond=toy_cond, latent=toy_latent, vae=None
        )

    yield build
    build.cache_clear()


def one_by_one(model, positive, negative, latent, **options):
    """N stock runs, level by level, on the rows of one and the same noise."""
    import comfy.sample

    noise = comfy.sample.prepare_noise(latent, 5)
    rows = []
    for level in range(len(latent)):
        rows.append(
            comfy.sample.sample(
                model,
                noise[level : level + 1],
                3,
                3.0,
                "euler",
                "simple",
                positive[level],
                negative[level],
                latent[level : level + 1],
                seed=5,
                disable_pbar=True,
                **options,
            )  # fmt: skip
        )
    return torch.cat(rows)


def together(pack, tiny, kit, positive, negative, latent, most=0):
    model = apply_node(pack, tiny.model, kit.ladder, levels_per_batch=most, **ALONE)
    return ksampler(model, kit, latent, steps=3, positive=positive, negative=negative)


def apart(a, b):
    return float((a - b).abs().max() / b.std())


def check(pack, tiny, conds, negatives=None, most=0, size=(16, 16)):
    """Tagged conditionings, together, against the same ones alone."""
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent = tiny.latent(LEVELS, *size)
    negatives = negatives or [tiny.make_cond(90)] * LEVELS
    with torch.inference_mode():
        alone = one_by_one(tiny.model, conds, negatives, latent)
        result = together(pack, tiny, kit, kit.tagged(conds), kit.tagged(negatives), latent, most)
    assert apart(result, alone) < 1e-4


# Of four levels, three and one: calls that are merged, and rows that are cut out.
@pytest.mark.parametrize(
    "name, most",
    [(name, 3) for name in ("eps", "v", "flow", *FAMILIES)]
    + [(name, most) for name in ("eps", "sdxl") for most in (0, 1)],
)
def test_prompts_of_equal_length(pack, built, name, most):
    tiny = built(name)
    size = (8, 8) if name == "flux2" else (16, 16)
    check(pack, tiny, [tiny.make_cond(i) for i in range(LEVELS)], most=most, size=size)


@pytest.mark.parametrize("name", ["eps", *FAMILIES])
def test_prompts_of_unequal_length(pack, built, name):
    """ComfyUI cannot stack them; padding would change what joint attention answers."""
    tiny = built(name)
    size = (8, 8) if name == "flux2" else (16, 16)
    conds = [tiny.make_cond(i, tokens=n) for i, n in enumerate((7, 11, 7, 29))]
    check(pack, tiny, conds, size=size)


@pytest.mark.parametrize("most", [0, 2])
def test_a_negative_of_its_own_for_each_level(pack, built, most):
    tiny = built("sd15")
    conds = [[tiny.make_cond(s + i) for i in range(LEVELS)] for s in (0, 50)]
    check(pack, tiny, *conds, most=most)


@pytest.mark.parametrize("name", ["eps", "sd15"])
def test_a_controlnet_of_its_own_for_each_level(pack, built, name):
    tiny, kind = built(name), "toy" if name == "eps" else "sd15"
    hints = torch.rand(LEVELS, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    controls = [controlnet(kind, hint=hint[None], strength=3.0) for hint in hints]
    plain = [tiny.make_cond(i) for i in range(LEVELS)]
    conds = [with_values(c, control=n) for c, n in zip(plain[:2], controls[:2], strict=True)]
    check(pack, tiny, [*conds, *plain[2:]])


def test_one_controlnet_with_a_hint_a_level(pack, built):
    tiny = built("eps")
    hints = torch.rand(LEVELS, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    shared = controlnet("toy", hint=hints, strength=3.0)
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    conds = [tiny.make_cond(i) for i in range(LEVELS)]
    latent = tiny.latent(LEVELS, 16, 16)
    own = [
        with_values(c, control=controlnet("toy", hint=hint[None], strength=3.0))
        for c, hint in zip(conds, hints, strict=True)
    ]
    with torch.inference_mode():
        alone = one_by_one(tiny.model, own, [tiny.make_cond(90)] * LEVELS, latent)
        tagged = kit.tagged(with_values(c, control=shared) for c in conds)
        result = together(pack, tiny, kit, tagged, kit.negative, latent)
        assert apart(result, alone) < 1e-4
        with pytest.raises(ValueError, match="4 hint images, but its call holds 3 of 4 levels"):
            together(pack, tiny, kit, tagged, kit.negative, latent, most=3)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_areas_and_ranges_of_single_levels(pack, built, most):
    tiny = built("eps")
    plain = [tiny.make_cond(i) for i in range(LEVELS)]
    conds = [
        plain[0],
        plain[1] + in_area(tiny.make_cond(20), 8, 8, 0, 8, strength=2.0),
        during(plain[2], 0.0, 0.5) + during(tiny.make_cond(21), 0.5, 1.0),
        plain[3],
    ]
    check(pack, tiny, conds, most=most)


@pytest.mark.parametrize("most", [0, 3])
def test_a_strength_of_its_own_for_each_level(pack, built, most):
    """What a second prompt counts beside the first: one number for all the rows of a call."""
    tiny = built("eps")
    conds = [
        tiny.make_cond(i) + with_values(tiny.make_cond(20 + i), strength=strength)
        for i, strength in enumerate((0.3, 3.0, 0.3, 1.0))
    ]
    check(pack, tiny, conds, most=most)


def test_untagged_conditioning_is_for_all_levels(pack, built):
    tiny = built("sd15")
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent, cond, negative = tiny.latent(LEVELS, 16, 16), tiny.make_cond(1), tiny.make_cond(2)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, [cond] * LEVELS, [negative] * LEVELS, latent)
        for most in (0, 3):
            assert apart(together(pack, tiny, kit, cond, negative, latent, most), alone) < 1e-4


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_stacked_conditioning_gives_each_level_its_row(pack, built, most):
    """ComfyUI's own form of one prompt an item: one entry with N rows."""
    tiny = built("sdxl")
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    conds = [tiny.make_cond(i) for i in range(LEVELS)]
    latent = tiny.latent(LEVELS, 16, 16)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, conds, [tiny.make_cond(90)] * LEVELS, latent)
        result = together(pack, tiny, kit, stack(conds), tiny.make_cond(90), latent, most)
    assert apart(result, alone) < 1e-4


def test_all_levels_go_through_the_model_as_one_batch(pack, built):
    tiny = built("eps")
    kit = Ladder(pack)
    model = tiny.model.clone()
    calls = watch(model)
    with torch.inference_mode():
        sampler_node(pack, model, kit, steps=3)
    assert [call.shape[0] for call in calls] == [2 * kit.levels] * 3
    calls.clear()
    with torch.inference_mode():
        sampler_node(pack, model, kit, steps=3, levels_per_batch=3)
    assert [call.shape[0] for call in calls] == [6, 2] * 3


def test_coupled_results_do_not_depend_on_the_batch(pack, built):
    tiny = built("sd15")
    kit = Ladder(pack, make_cond=tiny.make_cond)
    with torch.inference_mode():
        whole, threes, ones = (
            sampler_node(pack, tiny.model, kit, steps=3, levels_per_batch=n) for n in (0, 3, 1)
        )
    assert apart(threes, whole) < 1e-4
    assert apart(ones, whole) < 1e-4


@pytest.mark.parametrize(
    "zooms, rows, words",
    [
        ((2.0,) * 3, 5, "PromptLadder's positive conditioning|no prompt for level 4 of 5"),
        ((2.0,) * 3, 3, "conditioning has 4 levels but the latent holds 3"),
    ],
)
def test_a_mismatch_of_counts_is_an_error(pack, built, zooms, rows, words):
    tiny, kit = built("eps"), Ladder(pack, zooms)
    model = apply_node(pack, tiny.model, kit.ladder)
    with torch.inference_mode(), pytest.raises(ValueError, match=words):
        ksampler(model, kit, tiny.latent(rows, 16, 16))


def test_a_ladder_of_another_length_is_an_error(pack, built):
    tiny, kit = built("eps"), Ladder(pack)
    model = apply_node(pack, tiny.model, kit.ladder)
    with torch.inference_mode(), pytest.raises(ValueError, match="4 levels but the latent holds 6"):
        ksampler(model, kit, tiny.latent(6, 16, 16), positive=toy_cond(1), negative=toy_cond(2))


def test_rows_that_are_neither_one_nor_the_levels_are_an_error(pack, built):
    """ComfyUI tiles 3 rows over 4 levels without a word."""
    tiny, kit = built("eps"), Ladder(pack)
    three = stack([tiny.make_cond(i) for i in range(3)])
    model = apply_node(pack, tiny.model, kit.ladder)
    with torch.inference_mode(), pytest.raises(ValueError, match="3 rows of .* for 4 levels"):
        ksampler(model, kit, tiny.latent(4, 16, 16), positive=three)
