"""Every family of models that the host can load: sampled level for level as alone, or refused."""

import dataclasses
import functools
import os
import re

import pytest
import torch
from host_kit import (
    Ladder,
    apart,
    apply_node,
    ksampler,
    one_by_one,
    part,
    rounding,
    sampler_node,
    together,
)
from models_page import PAGE, page
from tiny_families import ALL, REFUSED, SPECS, family, shell

SIZED = [name for name in ALL if not SPECS[name].one_size]
# HiDream-O1 is refused: test_errors.py. FlowRVS starts without noise: here all windows are alike.
WINDOWED = [name for name in SIZED if name not in ("hidream_o1", "wan_flowrvs")]

pytestmark = pytest.mark.usefixtures("comfy_host")


@pytest.fixture(scope="module")
def built():
    built = functools.cache(family)
    yield built
    built.cache_clear()


def ladder(pack, tiny, levels=2):
    kit = Ladder(pack, (2.0,) * (levels - 1), make_cond=tiny.make_cond)
    positive = [kit.positive[i : i + 1] for i in range(levels)]
    return kit, positive, [tiny.make_cond(90)] * levels


def latent(tiny, levels=2):
    side = SPECS[tiny.name].side
    return tiny.latent(levels, side, side)


def pixels(tiny):
    """Of a side of its smallest level."""
    form = tiny.model.get_model_object("latent_format")
    return SPECS[tiny.name].side * (SPECS[tiny.name].ratio or form.spacial_downscale_ratio)


@pytest.mark.parametrize("name", ALL)
def test_each_level_is_what_it_is_alone(pack, built, name):
    tiny = built(name)
    kit, positive, negative = ladder(pack, tiny)
    again = functools.partial(one_by_one, tiny.model, positive, negative, latent(tiny))
    with torch.inference_mode():
        alone = again()
        result = together(pack, tiny, kit, kit.positive, tiny.make_cond(90), latent(tiny))
        off, most = apart(result, alone), SPECS[name].tolerance
        assert off < most or off < rounding(again, alone)

    assert alone.isfinite().all()


@pytest.mark.parametrize("name", ALL)
def test_coupled_levels_are_the_same_in_one_call_or_in_many(pack, built, name):
    tiny = built(name)
    kit, _, _ = ladder(pack, tiny)
    with torch.inference_mode():
        one, many, uncoupled = (
            ksampler(apply_node(pack, tiny.model, kit.ladder, **options), kit, latent(tiny),
                     steps=2, negative=tiny.make_cond(90))
            for options in (
                {"levels_per_batch": 0}, {"levels_per_batch": 1}, {"coupling": "independent"}
            )
        )  # fmt: skip

    assert apart(many, one) < SPECS[name].tolerance
    assert apart(uncoupled, one) > 1e-3


# --- deeper ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZED)
def test_prompts_of_unequal_length_in_a_picture_that_is_no_square(pack, built, name):
    tiny = built(name)
    side, lengths = SPECS[name].side, (1, 2, 1)
    latent = tiny.latent(3, side, side * 3 // 2)
    conds = [tiny.make_cond(10 + i, SPECS[name].context[0] * n) for i, n in enumerate(lengths)]
    kit = Ladder(pack, (2.0, 2.0), size=latent.shape[-2:])
    negative = tiny.make_cond(90)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, conds, [negative] * 3, latent, "dpmpp_2m")
        result, others = (
            together(pack, tiny, kit, kit.tagged(told), negative, latent, sampler="dpmpp_2m")
            for told in (conds, conds[::-1])
        )

    assert apart(result, alone) < SPECS[name].tolerance
    assert apart(others[[0, 2]], alone[[0, 2]]) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_noise_that_samplers_add_is_the_same_in_one_call_or_in_many(pack, built, name):
    tiny = built(name)
    kit, _, _ = ladder(pack, tiny, 3)
    with torch.inference_mode():
        one, many = (
            ksampler(apply_node(pack, tiny.model, kit.ladder, levels_per_batch=most), kit,
                     latent(tiny, 3), steps=3, negative=tiny.make_cond(90),
                     sampler="euler_ancestral")
            for most in (0, 1)
        )  # fmt: skip

    assert apart(many, one) < SPECS[name].tolerance


@pytest.mark.slow
@pytest.mark.parametrize("name", WINDOWED)
@pytest.mark.parametrize("scales", [0, 1])
def test_levels_in_windows_are_what_they_are_alone_window_by_window(pack, built, name, scales):
    tiny = built(name)
    kit, positive, negative = ladder(pack, tiny)
    side = SPECS[name].side
    wide = tiny.latent(2, side, side * 2)

    def windowed(most):
        options = {"tile_size": pixels(tiny), "multiscale": scales, "windows_per_batch": most}
        patched = pack.nodes.MultiScalePatch.execute(tiny.model, **options).result[0]
        return dataclasses.replace(tiny, model=patched)

    with torch.inference_mode():
        alone = one_by_one(windowed(1).model, positive, negative, wide)
        result = together(pack, windowed(0), kit, kit.positive, negative[0], wide)
        whole = together(pack, tiny, kit, kit.positive, negative[0], wide)

    assert apart(result, alone) < SPECS[name].tolerance
    assert apart(result, whole) > 1e-3


# Pictures that lie over a level: in the usual run those that come in a size of their own.
BESIDE = {
    "concat_latent_image": ("sd15_instructpix2pix", "flux_control"),
    "concat_image": ("x4",),
    "stable_cascade_prior": ("cascade_b",),
    "lq_latent": ("pid",),
    "condition": ("seedvr2",),
    "camera_conditions": ("wan22_camera",),
    "pose_video_latent": ("wan_scail",),
    "vace_frames": ("wan_vace",),
}
ONE_SIZE = ("reference_latents", "vace_mask")
USUAL = ("cascade_b", "pid", "wan22_camera", "wan_scail", "wan_vace")
PLACED = [
    pytest.param(name, key, id=name, marks=[] if name in USUAL else pytest.mark.slow)
    for key, names in BESIDE.items()
    for name in names
]


@pytest.mark.parametrize("name, key", PLACED)
def test_a_picture_beside_a_prompt_counts_in_the_windows_where_it_lies(pack, built, name, key):
    """Of three windows side by side: the first is the same with another picture in the last."""
    tiny, side = built(name), SPECS[name].side
    options = {"tile_size": pixels(tiny), "tile_stride": pixels(tiny), "multiscale": 0}
    model = pack.nodes.MultiScalePatch.execute(tiny.model, **options).result[0]
    extras = [tiny.make_cond(seed)[0][1] for seed in (1, 2, 3)]
    several = isinstance(extras[0][key], list)  # a chain of VACE's
    parts = [extra[key][0] if several else extra[key] for extra in extras]
    # Of one level's size, and asked for by none.
    others = {name: extras[0][name] for name in extras[0] if name not in ONE_SIZE}

    def run(*pictures):
        wide = torch.cat(pictures, -1)
        told = {**others, key: [wide] if several else wide}
        conds = [[tiny.make_cond(seed)[0][0], told] for seed in (1, 90)]
        latent = tiny.latent(1, side, 3 * side)
        return one_by_one(model, [conds[:1]], [conds[1:]], latent)[..., :side]

    with torch.inference_mode():
        first, same, other = (
            run(*(parts[i] for i in order)) for order in ((0, 1, 1), (0, 1, 2), (2, 1, 1))
        )

    assert torch.equal(first, same)
    assert apart(first, other) > 1e-3


@pytest.mark.parametrize("name", [name for name in ALL if SPECS[name].ratio])
def test_pictures_come_in_the_size_that_is_asked_for(pack, built, name):
    tiny, spec = built(name), SPECS[name]
    kit, _, _ = ladder(pack, tiny)
    with torch.inference_mode():
        size = (24 * spec.ratio, 16 * spec.ratio)
        samples = sampler_node(pack, tiny.model, kit, steps=1, size=size)

    assert samples.shape[-2:] == (16, 24)


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refused, config", [pytest.param(r, name, id=name) for r in REFUSED for name in r.configs]
)
@pytest.mark.parametrize("node", ["ZoomStackApply", "ZoomStackSampler"])
def test_what_no_zoom_can_be_made_of_is_refused_at_the_door(pack, refused, config, node):
    model, kit = shell(config, refused), Ladder(pack, (2.0,))
    words = re.escape(refused.why) + r"\. Choose a model of pictures"
    with pytest.raises(ValueError, match=words):
        if node == "ZoomStackApply":
            apply_node(pack, model, kit.ladder)
        else:
            sampler_node(pack, model, kit)


def test_every_class_of_the_host_has_its_row():
    import comfy.supported_models

    rows = [spec.config for spec in SPECS.values()]
    rows += [name for spec in SPECS.values() for name in spec.like]
    rows += [name for refused in REFUSED for name in refused.configs]
    host = {model.__name__ for model in comfy.supported_models.models}

    assert set(rows) == host, "a family is new or gone: tests/kit/tiny_families"
    assert len(rows) - len(set(rows)) == len(SPECS) - len({s.config for s in SPECS.values()})


def test_the_help_page_says_what_the_tables_say(pack, built):
    made = page([built(name) for name in ALL], part(pack, "nodes.host.hooks.apart"))
    if os.environ.get("ZOOMSTACK_WRITE_PAGES"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made
