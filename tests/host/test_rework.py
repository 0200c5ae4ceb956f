"""Levels of a finished zoom made anew while others are held, in ComfyUI's own machinery."""

import pytest
import torch
from host_kit import part
from rework_kit import (
    branch,
    extend,
    join,
    prompts,
    rework,
    zoom,
)
from tiny_conds import controlnet, toy_cond, with_values
from tiny_families import family
from tiny_inpainting import inpainting_family
from tiny_models import toy_model, watch
from tiny_vae import mosaic_vae

NEAR = 60  # dB: what differs by less is the same picture


def agreement(pack, stack):
    return part(pack, "zoomstack.joint.blend").agreement(stack.levels, stack.geometry)


def rows(calls):
    """How many levels each call was of."""
    return {call.shape[0] // len(call.entries) for call in calls}


def through_a_file(pack, stack, folder):
    files = part(pack, "zoomstack.files.stack_file")
    files.save_stack(folder / "made.safetensors", stack)
    return files.load_stack(folder / "made.safetensors")


def deeds(pack, stack):
    """Each deed: its stack, the levels that are held, and the levels of ``stack`` these were."""
    other = zoom(pack, (2.0,), ((0.5, 0.5),), seed=0, prompts=False)
    yield rework(pack, stack, "1-2")[0], [0, 3], [0, 3]
    yield extend(pack, stack, ["a seed", "an atom"], zooms=(3.0,), zoom=2.0)[0], range(4), range(4)
    yield extend(pack, stack, ["a sky"], "outward", focus_x=0.4)[0], range(1, 5), range(4)
    yield extend(pack, stack, ["a shore"], "after level", level=1)[0], [0, 1, 3, 4], range(4)
    yield branch(pack, stack, ["a lake", "a fish"], (2.0,), level=1, focus_x=0.3)[0], [0, 1], [0, 1]
    yield pack.nodes.CutZoom.execute(stack, 1, -1).result[0], range(3), range(1, 4)
    # What another zoom lies in has to show it: there alone a level that stays is changed.
    yield join(pack, other, stack, unlike=1.0)[0], range(2, 6), range(4)
    yield join(pack, other, stack, ["a moon"], unlike=1.0)[0], range(3, 7), range(4)


def test_every_deed_holds_levels_to_the_bit_through_a_file_too(pack, tmp_path):
    stack = zoom(pack)
    for made, held, were in deeds(pack, stack):
        kept = through_a_file(pack, made, tmp_path)
        for one in (made, kept):
            assert torch.equal(one.levels[list(held)], stack.levels[list(were)])
        assert made.levels.amin() >= 0 and made.levels.amax() <= 1
        assert kept.history == made.history and made.history[-1].deed in (
            "again", "extend", "insert", "branch", "cut", "join"
        )  # fmt: skip
        assert min(agreement(pack, made)) > (35 if made.history[-1].deed == "insert" else 90)


@pytest.mark.parametrize(
    "levels, free", [("0", [0]), ("3", [3]), ("0, 2", [0, 2]), ("0-", [0, 1, 2, 3])]
)
def test_only_the_levels_that_are_made_anew_reach_the_model(pack, levels, free):
    stack, model = zoom(pack), toy_model("eps")
    calls = watch(model)
    made, views = rework(pack, stack, levels, model=model)
    assert rows(calls) == {len(free)} and len(calls) == 3
    assert (made.levels[free] - stack.levels[free]).abs().mean((1, 2, 3)).min() > 0.01
    assert torch.equal(views.movedim(-1, 1), made.levels)


def test_free_wider_levels_follow_inside_of_the_frame_alone(pack):
    stack = zoom(pack)
    made, _ = rework(pack, stack, "2", wider=0.0)
    space = part(pack, "zoomstack.spaces.plain").plain_space(stack.geometry)
    assert torch.equal(made.levels[3], stack.levels[3])
    for parent in (0, 1):
        changed = (made.levels[parent] != stack.levels[parent]).any(0)
        frame = (slice(one.first - 1, one.stop + 1) for one in space.geometry.placement(parent, 2))
        assert changed.any() and changed.sum() == changed[tuple(frame)].sum()
    assert min(agreement(pack, made)) > 90
    strict, _ = rework(pack, stack, "2")
    assert torch.equal(strict.levels[:2], stack.levels[:2])


def test_each_level_gets_its_own_prompt_and_nothing_of_the_others(pack):
    seen = []

    def respond(x, sigma, context):
        seen.append(context)
        return torch.zeros_like(x)

    stack = zoom(pack)
    rework(pack, stack, "1, 3", model=toy_model("eps", respond=respond))
    wanted = [toy_cond(seed)[0][0][0] for seed in (91, 93, 11, 13)]
    assert torch.equal(seen[0], torch.stack(wanted))


def test_pictures_a_level_are_cut_to_the_levels_that_are_made(pack):
    """A ControlNet with a hint a level, whose brightness the toy adds."""
    from comfy.patcher_extension import WrappersMP

    seen, model = [], toy_model("eps")

    def look(executor, x, t, c_concat, context, control, *rest, **kwargs):
        seen.append(control["middle"][0].abs().mean((1, 2, 3)).tolist())
        return executor(x, t, c_concat, context, control, *rest, **kwargs)

    model.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "look", look)
    hint = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 3, 64, 64)
    positive = with_values(prompts(4), control=controlnet(hint=hint))
    options = {"model": model, "positive": positive, "cfg": 1.0}
    rework(pack, zoom(pack), "1, 3", **options)
    rework(pack, zoom(pack), "1, 3", levels_per_batch=1, **options)
    assert seen == [[1.0, 3.0]] * 3 + [[1.0], [3.0]] * 3


def test_attention_patches_are_told_which_levels_a_call_shows(pack):
    told = []
    model = toy_model("eps")
    model.set_model_unet_function_wrapper(
        lambda call, args: (
            told.append(args["c"]["transformer_options"]["ad_params"])
            or call(args["input"], args["timestep"], **args["c"])
        )
    )
    rework(pack, zoom(pack), "1, 3", model=model)
    assert {(tuple(one["sub_idxs"]), one["full_length"]) for one in told} == {((1, 3), 4)}


@pytest.mark.parametrize("space", ["latent", "small", "pixel", "fitted", "twin", "auto"])
def test_new_levels_meet_held_ones_while_they_are_sampled(pack, space):
    """Already what is decoded shows the level below in its place, whichever space they meet in."""
    stack, model = zoom(pack, (2.0, 2.0), ((0.5, 0.5),) * 2, (128, 128), spots=3), toy_model("eps")
    found = []
    lib = part(pack, "nodes.run.rework")
    settle = lib.settle
    small = {"small_vae": mosaic_vae(4)} if space in ("small", "auto") else {}

    def watched(draft, made, *rest):
        found.append(made)
        return settle(draft, made, *rest)

    lib.settle = watched
    try:
        rework(pack, stack, "1", model=model, space=space, **small)
    finally:
        lib.settle = settle
    shown = stack.levels.clone()
    shown[1] = found[0][0]
    met = part(pack, "zoomstack.joint.blend").agreement(shown, stack.geometry)
    assert min(met) > 15, met


@pytest.mark.parametrize(
    "sampler",
    ["euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde", "uni_pc", "dpm_fast", "dpm_adaptive", "lcm",
     "euler_cfg_pp", "res_multistep_ancestral_cfg_pp", "sa_solver", "ddim", "heunpp2"],
)  # fmt: skip
def test_every_kind_of_sampler(pack, sampler):
    stack, model = zoom(pack), toy_model("flow")
    made, _ = rework(pack, stack, "1-2", model=model, sampler_name=sampler, vae=mosaic_vae(4))
    assert torch.equal(made.levels[[0, 3]], stack.levels[[0, 3]])
    assert min(agreement(pack, made)) > 90


@pytest.mark.parametrize("name", ["sd3", "qwen_image", "flux2", "chroma_radiance"])
def test_families(pack, name):
    tiny = family(name)
    stack = zoom(pack, (2.0, 2.0), size=(64, 64))
    calls = watch(tiny.model)
    options = {"model": tiny.model, "vae": tiny.vae, "make_cond": tiny.make_cond}
    made, _ = rework(pack, stack, "1", **options)
    assert torch.equal(made.levels[[0, 2]], stack.levels[[0, 2]]) and rows(calls) == {1}
    assert (made.levels[1] - stack.levels[1]).abs().mean() > 0.005
    longer, _ = extend(pack, stack, ["a seed", "an atom"], zooms=(2.0,), **options)
    assert torch.equal(longer.levels[:3], stack.levels) and rows(calls) <= {1, 2}


def test_a_model_for_inpainting_is_shown_what_lies_below(pack):
    """Beside the noise: where nothing is known 1, and the masked picture's latent."""
    tiny, seen = inpainting_family(), []
    from comfy.patcher_extension import WrappersMP

    def look(executor, x, t, c_concat, *rest, **kwargs):
        seen.append(c_concat)
        return executor(x, t, c_concat, *rest, **kwargs)

    tiny.model.add_wrapper_with_key(WrappersMP.APPLY_MODEL, "look", look)
    stack = zoom(pack)
    made, _ = rework(
        pack, stack, "0, 2", model=tiny.model, vae=tiny.vae, make_cond=tiny.make_cond, cfg=1.0
    )
    assert torch.equal(made.levels[[1, 3]], stack.levels[[1, 3]])
    mask, picture = seen[0][:, :1], seen[0][:, 1:]
    for row, level in enumerate((0, 2)):
        frame = stack.geometry.resized(8, 8).placement(level, level + 1)
        inside = tuple(slice(one.first + 1, one.stop - 1) for one in frame)
        assert mask[row, 0][inside].max() == 0 and mask[row].mean() > 0.6
        assert picture[row][(slice(None), *inside)].std() > 0


def test_less_denoise_keeps_more_of_the_old_levels(pack):
    stack = zoom(pack, spots=3)
    apart = [
        (rework(pack, stack, "1", denoise=denoise, steps=4)[0].levels[1] - stack.levels[1]).std()
        for denoise in (0.1, 0.5, 1.0)
    ]
    assert apart[0] < apart[1] < apart[2]


def test_sizes_that_a_model_does_not_take_are_painted_at_the_next_larger_one(pack):
    stack, model = zoom(pack, size=(60, 75)), toy_model("eps")
    calls = watch(model)
    made, _ = rework(pack, stack, "1", model=model)
    assert made.levels.shape == (4, 3, 60, 75) and calls[0].shape[-2:] == (8, 10)
    assert torch.equal(made.levels[[0, 2, 3]], stack.levels[[0, 2, 3]])
    assert min(agreement(pack, made)) > 90


def test_levels_of_a_loop_are_made_anew(pack):
    stack = zoom(pack, (2.0, 2.0, 2.5), closed=True)
    made, _ = rework(pack, stack, "0", ladder=None)
    assert made.geometry == stack.geometry
    assert torch.equal(made.levels[1:], stack.levels[1:])
    assert min(agreement(pack, made)) > 90
