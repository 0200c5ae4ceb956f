"""Stock nodes on some levels of a zoom alone: each level as one stock run of its own entries."""

import functools
import types

import pytest
import torch
from host_kit import (
    Ladder,
    apart,
    apply_node,
    ksampler,
    one_by_one,
    part,
    sampler_node,
    together,
)
from tiny_conds import toy_cond
from tiny_families import family
from tiny_models import toy_latent, toy_model, watch

LEVELS = 3


@pytest.fixture(scope="module")
def built(comfy_host):
    build = functools.cache(family)
    yield build
    build.cache_clear()


@pytest.fixture(scope="module")
def sd15(built):
    return built("sd15")


@pytest.fixture(scope="module")
def demo(comfy_host, demo_checkpoint):
    """The model that ships, its CLIP, and a LoRA's name for a layer of that."""
    import comfy.lora
    import comfy.sd

    loaded = comfy.sd.load_checkpoint_guess_config(str(demo_checkpoint), output_vae=False)
    names = comfy.lora.model_lora_keys_clip(loaded[1].cond_stage_model, {})
    layer = next(key for key in names if names[key].endswith("layers.0.self_attn.v_proj.weight"))

    def latent(levels, height, width):
        return torch.zeros(levels, 16, height, width)

    yield types.SimpleNamespace(model=loaded[0], latent=latent), loaded[1], layer


@pytest.fixture(scope="module")
def node(comfy_host):
    """The result of one of the host's nodes, V1 or V3, by its name."""
    from comfy_extras import nodes_edit_model, nodes_flux, nodes_hooks

    import nodes

    homes = (nodes, nodes_hooks, nodes_flux, nodes_edit_model)

    def run(name, *args, **inputs):
        kind = next(getattr(home, name) for home in homes if hasattr(home, name))
        if hasattr(kind, "execute"):
            return kind.execute(*args, **inputs).result[0]
        return getattr(kind(), kind.FUNCTION)(*args, **inputs)[0]

    return run


def at(pack, kit, conditioning, levels):
    """What Level Conditioning makes of it: for these levels, for the others."""
    return pack.nodes.LevelConditioning.execute(conditioning, kit.ladder, levels).result


def ladder(pack):
    return Ladder(pack, zooms=(2.0,) * (LEVELS - 1))


def prompts(kit, tiny, seed=10):
    return kit.tagged(tiny.make_cond(seed + level, tokens=7) for level in range(LEVELS))


def alone(tiny, positive, negative, latent):
    """One stock run a level, with its own entries."""
    of_level = [
        [[e for e in conds if e[1].get("zoom_level", level) == level] for level in range(LEVELS)]
        for conds in (positive, negative)
    ]
    return one_by_one(tiny.model, *of_level, latent)


def check(pack, tiny, positive, negative=None, groups=(0, 2), side=8, wanted=None):
    """All levels together as each alone, whatever the grouping; what they are alone.

    ``wanted`` are the entries with their own level's rows, where ``positive`` and ``negative`` have
    rows for all.
    """
    kit, latent = ladder(pack), tiny.latent(LEVELS, side, side)
    negative = negative or kit.tagged(tiny.make_cond(90, tokens=7) for _ in range(LEVELS))
    with torch.inference_mode():
        wanted = alone(tiny, *(wanted or (positive, negative)), latent)
        for most in groups:
            result = together(pack, tiny, kit, positive, negative, latent, most)
            assert apart(result, wanted) < 1e-5, most
    return wanted


def unlike(a, b):
    """The levels at which two results differ."""
    return [level for level in range(LEVELS) if apart(a[level], b[level]) > 1e-3]


def test_level_conditioning_adds_to_some_levels_and_takes_them_out(pack, sd15, node):
    kit = ladder(pack)
    mains, extra = prompts(kit, sd15), sd15.make_cond(70)
    these, others = at(pack, kit, extra, "0, 2")
    added = node("ConditioningCombine", mains, these)
    plain, more = check(pack, sd15, mains), check(pack, sd15, added)
    assert unlike(plain, more) == [0, 2]
    inverse = check(pack, sd15, node("ConditioningCombine", mains, others), groups=(0,))
    assert unlike(plain, inverse) == [1]
    these, others = at(pack, kit, mains, "1-")
    assert [e["zoom_level"] for _, e in these] == [1, 2]
    assert [e["zoom_level"] for _, e in others] == [0]
    with pytest.raises(ValueError, match="holds nothing for the levels 1-"):
        at(pack, kit, others, "1-")


@pytest.mark.parametrize("kind", ["areas", "masks"])
def test_regions_of_single_levels(pack, sd15, node, kind):
    kit = ladder(pack)
    positive = prompts(kit, sd15)
    plain = check(pack, sd15, positive, groups=(0,))
    for seed, level, x in ((70, "0", 0.0), (71, "0", 0.5), (72, "2-", 0.25)):
        cond = sd15.make_cond(seed)
        if kind == "areas":
            cond = node("ConditioningSetAreaPercentage", cond, 0.5, 1.0, x, 0.0, 2.0)
        else:
            mask = torch.zeros(1, 64, 64)
            mask[..., int(64 * x) : int(64 * x) + 32] = 1
            cond = node("ConditioningSetMask", cond, mask, "default", 1.0)
        positive = node("ConditioningCombine", positive, at(pack, kit, cond, level)[0])
    assert unlike(plain, check(pack, sd15, positive)) == [0, 2]


def test_two_ladders_combined_are_averaged_at_each_level(pack, sd15, node):
    kit = ladder(pack)
    one, other = prompts(kit, sd15), prompts(kit, sd15, seed=40)
    both = node("ConditioningCombine", one, other)
    result = check(pack, sd15, both)
    assert unlike(result, check(pack, sd15, one, groups=())) == [0, 1, 2]
    negative = node("ConditioningCombine", prompts(kit, sd15, 90), prompts(kit, sd15, 80))
    check(pack, sd15, both, negative)


def test_ladders_of_unlike_lengths_are_refused_in_words(pack, comfy_host, node):
    class Clip:
        def tokenize(self, text):
            return text

        def encode_from_tokens_scheduled(self, text):
            return toy_cond(len(text))

    def positive(lines):
        execute = pack.nodes.PromptLadder.execute
        return execute(Clip(), "\n".join("abcdef"[:lines])).result[:2]

    kit = ladder(pack)
    model = apply_node(pack, toy_model("eps"), kit.ladder)
    for lines in (2, 4):
        other, prompts = positive(lines)
        both = node("ConditioningCombine", positive(LEVELS)[1], prompts)
        few, many = sorted((lines, LEVELS))
        words = f"positive conditioning combines ladders of {few} and {many} levels"
        with torch.inference_mode(), pytest.raises(ValueError, match=words):
            ksampler(model, kit, toy_latent(LEVELS, 8, 8), positive=both)
        # Of another ladder, however few of its levels it is for.
        (level, _) = pack.nodes.LevelConditioning.execute(toy_cond(1), other, "0").result
        words = f"has {lines} levels but the latent holds {LEVELS}"
        for one in (level, at(pack, kit, prompts, "0")[0]):
            both = node("ConditioningCombine", kit.positive, one)
            with torch.inference_mode(), pytest.raises(ValueError, match=f"combines|{words}"):
                ksampler(model, kit, toy_latent(LEVELS, 8, 8), positive=both)


def lora(model, seed, size=0.2):
    """A random LoRA on all of a MODEL's attention, as a file of one holds it."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, weight in model.model.named_parameters():
        if weight.ndim == 2 and "attn" in name and name.endswith(".weight"):
            key = name.removesuffix(".weight")
            up, down = (torch.randn(n, 2, generator=generator) for n in weight.shape)
            tensors[f"{key}.lora_up.weight"] = size * up / weight.shape[0] ** 0.5
            tensors[f"{key}.lora_down.weight"] = down.T.contiguous()
    return tensors


def hooks(node, model, seed, schedule=()):
    """What Create Hook LoRA makes of a file, with keyframes."""
    import comfy.hooks

    return scheduled(node, comfy.hooks.create_hook_lora(lora(model, seed), 1.0, 0.0), schedule)


def scheduled(node, hook, schedule):
    """A hook with keyframes: how strong from when on."""
    keyframes = None
    for start, strength in schedule:
        keyframes = node("CreateHookKeyframe", strength, start, prev_hook_kf=keyframes)
    return node("SetHookKeyframes", hook, keyframes) if schedule else hook


SCHEDULE = ((0.0, 0.0), (0.3, 1.0), (0.7, 0.5))


@pytest.mark.parametrize("schedule", [(), SCHEDULE])
def test_a_lora_on_one_level_is_felt_there_alone(pack, sd15, node, schedule):
    kit = ladder(pack)
    positive, negative = prompts(kit, sd15), prompts(kit, sd15, seed=90)
    plain = check(pack, sd15, positive, negative, groups=())
    these, others = at(pack, kit, positive, "1")
    hooked = node("ConditioningSetProperties", these, 1.0, "default",
                  hooks=hooks(node, sd15.model, 1, schedule))  # fmt: skip
    positive = node("ConditioningCombine", others, hooked)
    assert unlike(plain, check(pack, sd15, positive, negative)) == [1]


def test_loras_and_schedules_of_their_own_at_each_level_and_side(pack, sd15, node):
    kit = ladder(pack)
    positive, negative = prompts(kit, sd15), prompts(kit, sd15, seed=90)
    for level in range(2):
        start = 0.2 * level
        hook = hooks(node, sd15.model, level, ((0.0, 1.0 - start), (0.3 + start, 0.2)))
        pairs = [at(pack, kit, side, str(level)) for side in (positive, negative)]
        set_both = _pair(node, pairs[0][0], pairs[1][0], hook)
        positive, negative = (
            node("ConditioningCombine", rest, made)
            for (_, rest), made in zip(pairs, set_both, strict=True)
        )
    check(pack, sd15, positive, negative)


def _pair(node, positive, negative, hooks):
    from comfy_extras.nodes_hooks import PairConditioningSetProperties

    return PairConditioningSetProperties().set_properties(
        positive, negative, 1.0, "default", hooks=hooks
    )


def test_a_default_fills_what_a_hooked_region_of_a_level_leaves(pack, sd15, node):
    kit = ladder(pack)
    mask = torch.zeros(1, 64, 64)
    mask[..., :32] = 1
    region = node("ConditioningSetProperties", sd15.make_cond(60), 1.0, "default", mask=mask,
                  hooks=hooks(node, sd15.model, 5, SCHEDULE))  # fmt: skip
    these, others = at(pack, kit, prompts(kit, sd15), "1")
    filled = node("ConditioningSetDefaultAndCombine", at(pack, kit, region, "1")[0], these,
                  hooks=hooks(node, sd15.model, 6))  # fmt: skip
    check(pack, sd15, node("ConditioningCombine", others, filled))


def test_levels_with_the_same_hooks_share_a_call(pack, sd15, node):
    """As all have them whose ladder has a CLIP with hooks."""
    kit = ladder(pack)
    positive, negative = prompts(kit, sd15), prompts(kit, sd15, seed=90)
    hook = hooks(node, sd15.model, 1, SCHEDULE)
    positive, negative = _pair(node, positive, negative, hook)
    check(pack, sd15, positive, negative)
    model = sd15.model.clone()
    calls = watch(model)
    with torch.inference_mode():
        ksampler(apply_node(pack, model, kit.ladder), kit, sd15.latent(LEVELS, 8, 8), steps=3,
                 positive=positive, negative=negative)  # fmt: skip
    assert [call.shape[0] for call in calls] == [2 * LEVELS] * 3


def test_hooks_of_a_ladders_clip_reach_all_its_levels(pack, demo, node):
    """A LoRA of model and CLIP, and the prompts encoded anew at each of its keyframes."""
    tiny, clip, of_clip = demo
    import comfy.hooks

    generator = torch.Generator().manual_seed(8)
    tensors = lora(tiny.model, 1, size=0.05) | {
        f"{of_clip}.lora_up.weight": torch.randn(768, 2, generator=generator) / 20,
        f"{of_clip}.lora_down.weight": torch.randn(2, 768, generator=generator) / 20,
    }
    hook = scheduled(node, comfy.hooks.create_hook_lora(tensors, 1.0, 1.0), SCHEDULE)
    hooked = node("SetClipHooks", clip, schedule_clip=True, apply_to_conds=True, hooks=hook)
    with torch.inference_mode():
        plain, made = (
            pack.nodes.PromptLadder.execute(one, "a planet\na forest\na leaf").result[1:]
            for one in (clip, hooked)
        )
    assert len(made[0]) == LEVELS * len(SCHEDULE)
    before = check(pack, tiny, *plain, groups=())
    assert unlike(before, check(pack, tiny, *made)) == [0, 1, 2]


def test_keyframes_follow_the_schedule_while_a_smaller_picture_is_called(pack, sd15, node):
    """Calls of smaller pictures are at lower sigmas; as prompts of parts of the schedule tell."""
    kit = ladder(pack)
    positive = prompts(kit, sd15)
    hook = hooks(node, sd15.model, 1, ((0.0, 0.2), (0.3, 0.6), (0.6, 1.0)))
    whole = node("ConditioningSetProperties", positive, 1.0, "default", hooks=hook)
    parts = []
    for strength, start, end in ((0.2, 0.0, 0.3), (0.6, 0.3, 0.6), (1.0, 0.6, 1.0)):
        hook = hooks(node, sd15.model, 1, ((0.0, strength),))
        constant = node("ConditioningSetProperties", positive, 1.0, "default", hooks=hook)
        parts += node("ConditioningSetTimestepRange", constant, start, end)
    model = apply_node(pack, sd15.model, kit.ladder, tile_size=64, multiscale=1)
    with torch.inference_mode():
        told, wanted = (
            ksampler(model, kit, sd15.latent(LEVELS, 16, 16), positive=each,
                     negative=sd15.make_cond(90, tokens=7), steps=5)
            for each in (whole, parts)
        )  # fmt: skip
    assert apart(told, wanted) < 1e-5


def references(tiny, count, side=8):
    """LATENTs of random pictures to refer to."""
    generator = torch.Generator().manual_seed(3)
    shape = (1, *tiny.latent(1, side, side).shape[1:])
    return [{"samples": torch.randn(shape, generator=generator)} for _ in range(count)]


def own_rows(conditioning):
    """Tagged entries whose batches of pictures are cut to their level's."""

    def own(value, level):
        if isinstance(value, list):
            return [own(part, level) for part in value]
        return value[level : level + 1] if len(value) == LEVELS else value

    names = ("reference_latents", "concat_latent_image", "concat_mask")
    return [
        [t, {**e, **{name: own(e[name], e["zoom_level"]) for name in names if name in e}}]
        for t, e in conditioning
    ]


@pytest.mark.parametrize("name", ["flux", "qwen_image"])
@pytest.mark.parametrize("given", ["one for all", "a batch", "one a level", "of other sizes"])
def test_references_are_each_levels_own(pack, built, node, name, given):
    """Kontext and Qwen-Edit: one for all, one a level, and both."""
    tiny, kit = built(name), ladder(pack)
    positive = prompts(kit, tiny)
    plain = check(pack, tiny, positive, prompts(kit, tiny, seed=90), groups=())
    first, *each = references(tiny, 1 + LEVELS)
    if given == "one for all":
        positive = node("ReferenceLatent", positive, first)
    elif given == "a batch":
        batch = {"samples": torch.cat([latent["samples"] for latent in each])}
        positive = node("ReferenceLatent", node("ReferenceLatent", positive, first), batch)
    else:
        for level, latent in enumerate(each):
            if given == "of other sizes" and level == 1:
                (latent,) = references(tiny, 1, 4)
            these, others = at(pack, kit, positive, str(level))
            positive = node("ConditioningCombine", others, node("ReferenceLatent", these, latent))
    negative = prompts(kit, tiny, seed=90)
    wanted = own_rows(positive), negative
    assert unlike(plain, check(pack, tiny, positive, negative, wanted=wanted)) == [0, 1, 2]


@pytest.mark.parametrize(
    "name, method",
    [("flux", "index"), ("flux", "uxo/uno"), ("qwen_image", "index_timestep_zero")],
)
def test_ways_to_refer_are_each_levels_own(pack, built, node, name, method):
    tiny, kit = built(name), ladder(pack)
    positive = prompts(kit, tiny)
    for levels, latent in zip(("0", "0, 2", "1-"), references(tiny, 3), strict=True):
        these, others = at(pack, kit, positive, levels)
        positive = node("ConditioningCombine", others, node("ReferenceLatent", these, latent))
    offset = check(pack, tiny, positive, groups=())
    these, others = at(pack, kit, positive, "0, 2")
    these = node("FluxKontextMultiReferenceLatentMethod", these, method)
    result = check(pack, tiny, node("ConditioningCombine", others, these))
    assert unlike(offset, result) == [0, 2]


# Stable Diffusion's inpainting model and Flux Fill.
INPAINTING = {"sd15": {"in_channels": 9}, "flux": {"in_channels": 96}}


def inpainted(tiny, positive, negative, pictures, masks):
    """What Inpaint Model Conditioning makes: positive, negative and the latent."""
    import nodes

    return nodes.InpaintModelConditioning().encode(
        positive, negative, pictures, tiny.vae, masks, noise_mask=True
    )


def pictures_and_masks(count, side=64):
    """Pictures (N, H, W, 3), and a mask each of another part of them."""
    pictures = torch.rand(count, side, side, 3, generator=torch.Generator().manual_seed(4))
    masks = torch.zeros(count, side, side)
    for row in range(count):
        masks[row, 16:48, 8 * row : 8 * row + 32] = 1
    return pictures, masks


@pytest.mark.parametrize("name", INPAINTING)
@pytest.mark.parametrize("given", ["a batch", "one for all", "one a level"])
def test_an_inpainting_model_is_shown_each_levels_own_picture(pack, built, name, given):
    tiny, kit = built(name, **INPAINTING[name]), ladder(pack)
    pair = prompts(kit, tiny), prompts(kit, tiny, seed=90)
    plain = check(pack, tiny, *pair, groups=())
    pictures, masks = pictures_and_masks(1 if given == "one for all" else LEVELS)
    if given == "one a level":
        sides = ([], [])
        for level in range(LEVELS):
            row = slice(level, level + 1)
            own = [at(pack, kit, side, str(level))[0] for side in pair]
            made = inpainted(tiny, *own, pictures[row], masks[row])
            sides = tuple(side + more for side, more in zip(sides, made[:2], strict=True))
        pair = sides
    else:
        pair = inpainted(tiny, *pair, pictures, masks)[:2]
    result = check(pack, tiny, *pair, wanted=[own_rows(side) for side in pair])
    assert unlike(plain, result) == [0, 1, 2]


def test_pictures_beside_the_latent_are_one_or_one_a_level(pack, built):
    tiny, kit = built("sd15", in_channels=9), ladder(pack)
    pair = inpainted(tiny, kit.positive, kit.negative, *pictures_and_masks(2))[:2]
    words = "holds 2 rows of concat_latent_image for 3 levels"
    with torch.inference_mode(), pytest.raises(ValueError, match=words):
        together(pack, tiny, kit, *pair, tiny.latent(LEVELS, 8, 8))


@pytest.mark.parametrize("name", INPAINTING)
def test_one_level_is_inpainted_anew_and_the_others_follow(pack, built, node, name):
    """A zoom's view, a second pass by stock nodes, and back as the anchor of another blend."""
    tiny, kit = built(name, **INPAINTING[name]), ladder(pack)
    negative = tiny.make_cond(90, tokens=7)
    with torch.inference_mode():
        latent = sampler_node(
            pack, tiny.model, kit, steps=2, size=(64, 64), positive=prompts(kit, tiny),
            negative=negative,
        )  # fmt: skip
        pictures = node("VAEDecode", tiny.vae, {"samples": latent})
        blend = pack.nodes.LaplacianBlend.execute
        views = blend(pictures, ladder=kit.ladder).result[1]
        (_, mask) = pictures_and_masks(1)
        positive, negative, masked = inpainted(
            tiny, tiny.make_cond(50, tokens=7), negative, views[1:2], mask
        )
        sampled = node(
            "KSampler", tiny.model, 3, 2, 3.0, "euler", "simple", positive, negative, masked
        )  # fmt: skip
        painted = node("VAEDecode", tiny.vae, sampled)
        anchor = pack.nodes.PhotoAnchor.execute(painted, level=1).result[0]
        after, seen, _ = blend(views, ladder=kit.ladder, anchor=anchor).result
    assert apart(painted, views[1:2]) > 0.1
    assert torch.equal(seen[1:2], painted)
    lib = part(pack, "zoomstack.joint.blend")
    assert min(lib.agreement(after.levels, after.geometry)) > 60
