"""Stock nodes on some levels of a zoom alone: each level as one stock run of its own entries."""

import pytest
import torch
from host_kit import Ladder, apart, apply_node, ksampler, one_by_one, together
from tiny_conds import toy_cond
from tiny_families import family
from tiny_models import toy_latent, toy_model, watch

LEVELS = 3


@pytest.fixture(scope="module")
def sd15(comfy_host):
    return family("sd15")


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


def alone(pack, tiny, positive, negative, latent, **options):
    """One stock run a level, with its own entries."""
    of_level = [
        [[e for e in conds if e[1].get("zoom_level", level) == level] for level in range(LEVELS)]
        for conds in (positive, negative)
    ]
    return one_by_one(tiny.model, *of_level, latent, **options)


def check(pack, tiny, positive, negative=None, groups=(0, 1, 2), side=8):
    """All levels together as each alone, whatever the grouping; what they are alone."""
    kit, latent = ladder(pack), tiny.latent(LEVELS, side, side)
    negative = negative or kit.tagged(tiny.make_cond(90, tokens=7) for _ in range(LEVELS))
    with torch.inference_mode():
        wanted = alone(pack, tiny, positive, negative, latent)
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
        both = node("ConditioningCombine", kit.positive, level)
        words = f"has {lines} levels but the latent holds {LEVELS}"
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
    """What Create Hook LoRA makes of a file, with keyframes: how strong from when on."""
    import comfy.hooks

    made, keyframes = comfy.hooks.create_hook_lora(lora(model, seed), 1.0, 0.0), None
    for start, strength in schedule:
        keyframes = node("CreateHookKeyframe", strength, start, prev_hook_kf=keyframes)
    return node("SetHookKeyframes", made, keyframes) if schedule else made


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
