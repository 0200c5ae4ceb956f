"""Each level its own prompt: against one plain run of the stock sampler a level."""

import functools
import types

import pytest
import torch
from host_kit import (
    ALONE,
    Ladder,
    apart,
    apply_node,
    ksampler,
    one_by_one,
    part,
    sampler_node,
    together,
)
from tiny_conds import (
    controlnet,
    during,
    in_area,
    stack,
    stock_control,
    toy_cond,
    with_values,
)
from tiny_families import ALL, FAMILIES, family
from tiny_gligen import gligen, in_boxes
from tiny_models import import_comfy, randn, toy_latent, toy_model, watch

LEVELS = 4


@pytest.fixture(scope="module")
def built(comfy_host):
    @functools.cache
    def build(name):
        if name in ALL:
            return family(name)
        return types.SimpleNamespace(
            model=toy_model(name), make_cond=toy_cond, latent=toy_latent, vae=None
        )

    yield build
    build.cache_clear()


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


@pytest.mark.parametrize("name", ["sdxl", "pixel", "cascade_c"])
def test_prompts_twice_as_long(pack, built, name):
    """ComfyUI says the short ones twice, which only a UNet's attention does not mind."""
    tiny = built(name)
    conds = [tiny.make_cond(i, tokens=n) for i, n in enumerate((14, 28, 14, 7))]
    negative = [tiny.make_cond(90, tokens=n) for n in (14, 28, 14, 7)]
    check(pack, tiny, conds, negative)


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


def test_hints_go_on_where_memory_runs_out_in_the_middle(pack, built):
    import comfy.model_management as management

    usual, seen = built("eps").model.model.diffusion_model.respond, []

    def respond(x, sigma, context):
        seen.append(len(x))
        if len(seen) > 1 and len(x) > 2:
            raise management.OOM_EXCEPTION("Allocation on device")
        return usual(x, sigma, context)

    tiny = types.SimpleNamespace(model=toy_model("eps", respond=respond))
    kit, latent = Ladder(pack, zooms=(2.0,) * (LEVELS - 1)), toy_latent(LEVELS, 16, 16)
    own = [with_values(toy_cond(1), control=controls("a chain")(level)) for level in range(LEVELS)]
    positive = with_values(toy_cond(1), control=controls("a chain")(None))
    with torch.inference_mode():
        alone = one_by_one(built("eps").model, own, [toy_cond(90)] * LEVELS, latent)
        assert apart(together(pack, tiny, kit, positive, toy_cond(90), latent), alone) < 1e-5
    assert 4 in seen and 2 in seen


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
    single = known.of(control, (1,))
    known.forget(1)
    assert known.of(control, (1,)) is single and len(known._known) == 3


def test_what_other_devices_have_of_a_control_is_cut_as_well(pack):
    """In chains of their own, as the host makes them for several GPUs."""
    lib = part(pack, "nodes.conditioning.control")
    control = controls("a chain")(None)
    clones = [one.copy() for one in lib.chain(control)]
    for one, clone, before in zip(lib.chain(control), clones, [*clones[1:], None], strict=True):
        one.multigpu_clones = {"other": clone.set_previous_controlnet(before)}
    cut = lib.LevelControls(LEVELS).of(control, (1, 3))
    for here, there in zip(lib.chain(cut), lib.chain(cut.multigpu_clones["other"]), strict=True):
        assert torch.equal(here.cond_hint_original, there.cond_hint_original)
        assert there not in clones or len(there.cond_hint_original) == 1
    assert len(cut.cond_hint_original) == 2


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


def area(cond, *place, strength=1.0):
    """As ConditioningSetArea and, of fractions, as its Percentage."""
    place = ("percentage", *place) if isinstance(place[0], float) else place
    return with_values(cond, area=place, strength=strength, set_area_to_bounds=False)


def regions(tiny, kind):
    """The positives and the negatives of each level."""
    cond = tiny.make_cond
    good, bad = ([cond(s + i) for i in range(LEVELS)] for s in (0, 50))
    if kind in ("positives", "both"):
        good[0] += area(cond(20), 8, 8, 0, 8, strength=2.0)
        good[1] += area(cond(21), 8, 16, 4, 0)
        good[3] += area(cond(22), 8, 16, 4, 0, strength=0.6) + area(cond(23), 4, 8, 6, 2)
    if kind in ("negatives", "both"):
        bad[1] += area(cond(60), 8, 16, 4, 0)
        bad[2] += area(cond(61), 8, 10, 2, 0, strength=1.7)
    if kind == "percentages":
        good[1] += area(cond(21), 0.5, 0.5, 0.25, 0.0)
        bad[2] += area(cond(61), 0.5, 1.0, 0.0, 0.0, strength=1.7)
    if kind == "no prompt around it":
        bad = [area(cond(60 + i), 8, 16, 8 * (i % 2), 0) for i in range(LEVELS)]
        good[1] += area(cond(21), 6, 8, 8, 0)
        good[2] += area(cond(22), 6, 8, 9, 0)
    if kind == "bounds of masks":
        for level, (top, left) in enumerate(((0, 0), (8, 0), (5, 6), (0, 8))):
            mask = torch.zeros(1, 16, 16)
            mask[:, top : top + 8, left : left + 8] = 1
            bounds = {"mask": mask, "mask_strength": 0.8, "set_area_to_bounds": True}
            good[level] += with_values(cond(20 + level), **bounds)
    return good, bad


def with_film_areas(cond):
    """What ComfyUI itself understands of areas and masks where latents are films'."""
    made = []
    for tensor, extras in cond:
        extras = dict(extras)
        if extras.get("area", (0,))[0] == "percentage":
            h, w, y, x = extras["area"][1:]
            extras["area"] = ("percentage", 1.0, h, w, 0.0, y, x)
        if extras.get("set_area_to_bounds"):
            rows, columns = (extras["mask"][0].amax(axis).nonzero() for axis in (1, 0))
            size = [max(8, int(at.max() - at.min() + 1)) for at in (rows, columns)]
            extras |= {"area": (*size, int(rows.min()), int(columns.min()))}
            extras |= {"set_area_to_bounds": False}
        made.append([tensor, extras])
    return made


REGIONS = [
    "positives", "negatives", "both", "percentages", "no prompt around it", "bounds of masks",
]  # fmt: skip


@pytest.mark.parametrize(
    "name, most, kind",
    [("eps", most, kind) for kind in REGIONS for most in (0, 1)]
    + [("qwen_image", 0, kind) for kind in REGIONS]
    + [("qwen_image", 1, "both")],
)
def test_areas_of_single_levels(pack, built, name, kind, most):
    """An area's opposite, in the other kind, is of its own level; of stills and of films."""
    tiny, kit = built(name), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent, kinds = tiny.latent(LEVELS, 16, 16), regions(tiny, kind)
    as_alone = kinds
    if name == "qwen_image":
        as_alone = [[with_film_areas(cond) for cond in conds] for conds in kinds]
    with torch.inference_mode():
        alone = one_by_one(tiny.model, *as_alone, latent)
        tagged = [kit.tagged(conds) for conds in kinds]
        assert apart(together(pack, tiny, kit, *tagged, latent, most), alone) < 1e-5


def test_an_area_for_all_levels_finds_each_levels_own_prompt(pack, built):
    tiny, kit = built("eps"), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent, everywhere = tiny.latent(LEVELS, 16, 16), area(tiny.make_cond(20), 8, 8, 4, 4)
    good, bad = ([tiny.make_cond(s + i) for i in range(LEVELS)] for s in (0, 50))
    with torch.inference_mode():
        alone = one_by_one(tiny.model, [cond + everywhere for cond in good], bad, latent)
        tagged = kit.tagged(good) + everywhere, kit.tagged(bad)
        assert apart(together(pack, tiny, kit, *tagged, latent), alone) < 1e-5


def test_what_is_alike_for_all_levels_stays_in_one_call(pack, built):
    tiny, kit = built("eps"), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    model = tiny.model.clone()
    calls = watch(model)
    positive = kit.tagged([tiny.make_cond(i) for i in range(LEVELS)])
    positive += area(tiny.make_cond(20), 8, 8, 4, 4)
    with torch.inference_mode():
        clone = types.SimpleNamespace(model=model)
        together(pack, clone, kit, positive, toy_cond(90), tiny.latent(LEVELS, 16, 16))
    # The prompts with the negative, the area with its opposite.
    assert sorted(call.shape for call in calls) == [(8, 4, 8, 8)] * 3 + [(8, 4, 16, 16)] * 3


@pytest.mark.parametrize("most", [0, 1])
def test_areas_of_single_levels_for_a_guider_of_three_kinds(pack, built, most):
    from comfy.samplers import calculate_sigmas, sampler_object
    from comfy_extras.nodes_custom_sampler import Guider_DualCFG

    tiny, kit = built("eps"), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    good, bad = regions(tiny, "both")
    middle = [tiny.make_cond(30 + i) for i in range(LEVELS)]
    latent, noise = tiny.latent(LEVELS, 16, 16), randn(8, LEVELS, 4, 16, 16)

    def guided(model, conds, rows):
        guider = Guider_DualCFG(model)
        guider.set_conds(*conds)
        guider.set_cfg(3.0, 2.0)
        sigmas = calculate_sigmas(model.get_model_object("model_sampling"), "simple", 3)
        return guider.sample(
            noise[rows], latent[rows], sampler_object("euler"), sigmas, disable_pbar=True, seed=5
        )

    with torch.inference_mode():
        alone = [
            guided(tiny.model, (good[i], middle[i], bad[i]), slice(i, i + 1)) for i in range(LEVELS)
        ]
        model = apply_node(pack, tiny.model, kit.ladder, levels_per_batch=most, **ALONE)
        result = guided(model, [kit.tagged(k) for k in (good, middle, bad)], slice(None))
    assert apart(result, torch.cat(alone)) < 1e-5


@pytest.mark.parametrize("most", [0, 1])
def test_a_control_for_both_is_handed_to_the_negatives_of_its_own_levels(pack, built, most):
    """As ControlNetApply leaves it, on two of the levels."""
    tiny = built("eps")
    good = [tiny.make_cond(i) for i in range(LEVELS)]
    for level in (1, 2):
        control = {"control": controls("t2i")(level), "control_apply_to_uncond": True}
        good[level] = with_values(good[level], **control)
    bad = [tiny.make_cond(50 + i) for i in range(LEVELS)]
    check(pack, tiny, good, bad, most=most)
    kit = Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent = tiny.latent(LEVELS, 16, 16)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, good, [bad[0]] * LEVELS, latent)
        result = together(pack, tiny, kit, kit.tagged(good), bad[0], latent, most)
    assert apart(result, alone) < 1e-5


@pytest.mark.parametrize("bounds", [False, True])
@pytest.mark.parametrize("name, most", [("eps", 0), ("qwen_image", 0), ("qwen_image", 1)])
def test_a_mask_a_level(pack, built, name, bounds, most):
    """As ConditioningSetMask: at any size, of stills and of films, and within its bounds."""
    tiny, kit = built(name), Ladder(pack, zooms=(2.0,) * (LEVELS - 1))
    latent = tiny.latent(LEVELS, 16, 16)
    masks = torch.zeros(LEVELS, 32, 32)
    for level, (top, left) in enumerate(((0, 0), (16, 4), (10, 12), (0, 14))):
        masks[level, top : top + 16, left : left + 18] = 1
    given = {"mask_strength": 0.8, "set_area_to_bounds": bounds}
    plain = tiny.make_cond(30)
    own = [with_values(tiny.make_cond(i), mask=masks[i : i + 1], **given) for i in range(LEVELS)]
    as_alone = [cond + plain for cond in own]
    if name == "qwen_image":
        small = [torch.nn.functional.interpolate(m[None, None], (16, 16))[0] for m in masks]
        own = [with_values(c, mask=m) for c, m in zip(own, small, strict=True)]
        as_alone = [with_film_areas(cond) + plain for cond in own]
    tagged = kit.tagged(with_values(cond, mask=masks) for cond in own) + plain
    with torch.inference_mode():
        alone = one_by_one(tiny.model, as_alone, [tiny.make_cond(90)] * LEVELS, latent)
        for positive in (tagged, with_values(stack(own), mask=masks) + plain):
            result = together(pack, tiny, kit, positive, tiny.make_cond(90), latent, most)
            assert apart(result, alone) < 1e-5


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


# --- things in boxes ------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 1])
def test_boxes_are_for_the_levels_whose_prompts_have_them(pack, built, most):
    tiny = built("sd15")
    kit, model = Ladder(pack, zooms=(2.0, 2.0)), gligen(tiny.model)
    boxes = [((8, 8, 0, 0),), ((8, 4, 4, 10), (4, 4, 0, 0)), ()]
    plain = [tiny.make_cond(10 + level) for level in range(3)]
    positive = [
        in_boxes(cond, model, *places) if places else cond
        for cond, places in zip(plain, boxes, strict=True)
    ]
    negative = [tiny.make_cond(90)] * 3
    latent = tiny.latent(3, 16, 16)
    with torch.inference_mode():
        alone = one_by_one(tiny.model, positive, negative, latent)
        result = together(pack, tiny, kit, kit.tagged(positive), negative[0], latent, most)
        without = one_by_one(tiny.model, plain, negative, latent)

    assert apart(result, alone) < 1e-5
    for level in range(2):
        assert apart(alone[level], without[level]) > 1e-3
