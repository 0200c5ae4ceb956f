"""Each level its own prompt: against one plain run of the stock sampler a level."""

import functools
import types

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler, part, sampler_node
from tiny_conds import (
    controlnet,
    during,
    in_area,
    stack,
    stock_control,
    toy_cond,
    with_values,
)
from tiny_families import FAMILIES, family
from tiny_models import import_comfy, randn, toy_latent, toy_model, watch

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


def hints(seed=1, channels=3):
    return torch.rand(
        LEVELS, channels, 128, 128, generator=torch.Generator().manual_seed(seed)
    ).round()


def controls(kind):
    """Level -> a control with a picture of its own; None -> one with all of them."""

    def of(level):
        rows = slice(None) if level is None else slice(level, level + 1)

        def stock(kind, seed=1, **options):
            mask = options.pop("mask", None)
            options |= {} if mask is None else {"mask": mask[rows]}
            return stock_control(kind, hints(seed)[rows], **options)

        if kind == "a mask beside it":
            return stock("controlnet", mask=hints(2, 1), strength=2.0)
        if kind == "a mask a level beside one hint":
            return stock_control("controlnet", hints()[:1], mask=hints(2, 1)[rows], strength=2.0)
        if kind == "a union type":
            return stock("controlnet", type=[2])
        if kind == "a chain":
            end = stock("t2i", 3, strength=0.5, start=0.2)
            middle = stock_control("controlnet", hints(4)[:1], end=0.7).set_previous_controlnet(end)
            return stock("controlnet").set_previous_controlnet(middle)
        return stock(kind)

    return of


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize(
    "kind",
    ["controlnet", "t2i", "a mask beside it", "a mask a level beside one hint", "a union type",
     "a chain"],
)  # fmt: skip
def test_one_control_with_a_hint_a_level(pack, built, kind, most):
    """Whatever the grouping, in windows and out of them, of like and unlike prompts."""
    tiny, control = built("eps"), controls(kind)
    tokens = (5, 5, 7, 5) if most == 3 else (5,) * LEVELS
    conds = [tiny.make_cond(i, tokens=n) for i, n in enumerate(tokens)]
    negatives = [tiny.make_cond(90)] * LEVELS
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent = tiny.latent(LEVELS, 16, 16)
    own = [with_values(c, control=control(level)) for level, c in enumerate(conds)]
    shared = control(None)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, own, negatives, latent)
        tagged = kit.tagged(with_values(c, control=shared) for c in conds)
        untagged = with_values(stack(conds), control=shared) if most != 3 else tagged
        for positive in (tagged, untagged):
            result = together(pack, tiny, kit, positive, kit.tagged(negatives), latent, most)
            assert apart(result, alone) < 1e-5
    assert shared.cond_hint is None and shared.timestep_range is None  # cleaned up by the host


def test_hints_of_a_level_each_in_windows(pack):
    """Of single pixels, so that windows change nothing."""
    model = toy_model("eps", respond=lambda x, sigma, context: 0.3 * x / (1 + sigma[0]))
    tiny = types.SimpleNamespace(model=model, make_cond=toy_cond, latent=toy_latent)
    windowed = pack.nodes.MultiScalePatch.execute(model, tile_size=64, multiscale=0).result[0]
    kit, latent = Ladder(pack, zooms=(2.0,) * (LEVELS - 1)), toy_latent(LEVELS, 16, 16)
    own = [with_values(toy_cond(1), control=controls("t2i")(level)) for level in range(LEVELS)]
    tiled = types.SimpleNamespace(**{**vars(tiny), "model": windowed})
    positive = with_values(toy_cond(1), control=controls("t2i")(None))
    with torch.inference_mode():
        alone = one_by_one(model, own, [toy_cond(90)] * LEVELS, latent)
        for most in (0, 1, 3):
            result = together(pack, tiled, kit, positive, toy_cond(90), latent, most)
            assert apart(result, alone) < 1e-5


def test_hints_are_cut_without_a_copy_and_forgotten_with_calls_that_do_not_fit(pack):
    lib = part(pack, "nodes.conditioning.control")
    known, control = lib.LevelControls(LEVELS), controls("a chain")(None)
    pair, odd, whole = ((1, 2), (0, 3), (0, 1, 2, 3))
    assert known.of(control, whole) is control and known.of(None, pair) is None
    assert known.of(control, pair) is known.of(control, pair)
    hint, original = known.of(control, pair).cond_hint_original, control.cond_hint_original
    assert hint.untyped_storage().data_ptr() == original.untyped_storage().data_ptr()
    assert torch.equal(known.of(control, odd).cond_hint_original, original[[0, 3]])
    earlier = known.of(control, pair).previous_controlnet
    assert torch.equal(earlier.cond_hint_original, hints(4)[:1])
    assert torch.equal(earlier.previous_controlnet.cond_hint_original, hints(3)[1:3])
    clone = known.of(control, (1,))
    known.forget(1)
    assert known.of(control, (1,)) is clone and len(known._known) == 3


def test_a_films_vae_takes_one_levels_hint_at_a_time(pack):
    """It would read a batch of pictures as the frames of one film (Qwen-Image's)."""
    lib = part(pack, "nodes.conditioning.control")
    control = controls("controlnet")(None)
    for vae, alone in (
        (None, False),
        (types.SimpleNamespace(latent_dim=2), False),
        (types.SimpleNamespace(latent_dim=3), True),
        (types.SimpleNamespace(latent_dim=3, not_video=True), False),
    ):
        control.vae = vae
        assert lib.LevelControls(LEVELS).must_be_alone(control) is alone
    control.cond_hint_original = control.cond_hint_original[:1]
    control.extra_concat_orig, control.vae = [], types.SimpleNamespace(latent_dim=3)
    assert not lib.LevelControls(LEVELS).must_be_alone(control)


def test_a_control_with_another_number_of_hints_is_an_error(pack, built):
    tiny, kit = built("eps"), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    odd = with_values(toy_cond(1), control=stock_control("t2i", hints()[:3]))
    with torch.inference_mode(), pytest.raises(ValueError, match="3 hint images for 4 levels"):
        together(pack, tiny, kit, odd, kit.negative, tiny.latent(LEVELS, 16, 16))


def with_pictures(model, pictures):
    """A picture a row, as IP-Adapter packs give them: by what they are told of rows."""
    import_comfy()
    from comfy.patcher_extension import WrappersMP

    def shown(executor, x, t, c_concat, context, control, options, **kwargs):
        told, kinds = options.get("ad_params"), len(options["cond_or_uncond"])
        rows = len(x) // kinds
        picked = pictures[torch.arange(rows) % len(pictures)]
        if told is not None and told["sub_idxs"] is not None:
            assert told["full_length"] == len(pictures) and told["context_length"] == rows
            picked = pictures[told["sub_idxs"]]
        return executor(x, t, c_concat, context, control, options, **kwargs) + picked.repeat(
            kinds, 1, 1, 1
        )

    clone = model.clone()
    clone.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "pictures", shown)
    return clone


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("windows", [False, True])
def test_patches_with_a_picture_a_level_are_told_the_rows_of_each_call(pack, windows, most):
    pictures = randn(3, LEVELS, 4, 1, 1)
    plain = toy_model("eps", respond=lambda x, sigma, context: 0.3 * x / (1 + sigma[0]))
    model = with_pictures(plain, pictures)
    if windows:
        model = pack.nodes.MultiScalePatch.execute(model, tile_size=64, multiscale=0).result[0]
    before = dict(model.model_options["transformer_options"])
    kit, latent = Ladder(pack, zooms=(2.0,) * (LEVELS - 1)), toy_latent(LEVELS, 16, 16)
    tiny = types.SimpleNamespace(model=model)
    positive = [toy_cond(1)[0], toy_cond(2)[0]]  # two entries: three kinds of rows in a call
    with torch.inference_mode():
        result = together(pack, tiny, kit, positive, toy_cond(90), latent, most)
        import comfy.sample

        noise = comfy.sample.prepare_noise(latent, 5)
        alone = [
            comfy.sample.sample(
                with_pictures(plain, pictures[i : i + 1]), noise[i : i + 1], 3, 3.0, "euler",
                "simple", positive, toy_cond(90), latent[i : i + 1], seed=5, disable_pbar=True,
            )
            for i in range(LEVELS)
        ]  # fmt: skip
    assert apart(result, torch.cat(alone)) < 1e-5
    assert model.model_options["transformer_options"] == before


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
