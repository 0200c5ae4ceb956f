"""Levels of a finished zoom made anew while others are held, in ComfyUI's own machinery."""

from types import SimpleNamespace

import pytest
import torch
from host_kit import part
from rework_kit import (
    TEXTS,
    branch,
    extend,
    join,
    ladder,
    ladder_of,
    prompts,
    rework,
    zoom,
)
from tiny_conds import controlnet, toy_cond, with_values
from tiny_families import ALL, SPECS, family
from tiny_inpainting import inpainting_family
from tiny_models import import_comfy, toy_model, watch
from tiny_vae import mosaic_vae

import_comfy()
import folder_paths  # noqa: E402


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


def test_a_zoom_that_is_extended_freely_shows_what_is_new(pack):
    stack = zoom(pack)
    made, _ = extend(pack, stack, ["a leaf"], wider=0.0)
    assert torch.equal(made.levels[:3, :, :8], stack.levels[:3, :, :8])  # beyond every frame
    assert not torch.equal(made.levels[3], stack.levels[3])
    assert min(agreement(pack, made)) > 90
    strict, _ = extend(pack, stack, ["a leaf"])
    assert torch.equal(strict.levels[:4], stack.levels)


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


@pytest.fixture(scope="module")
def autoencoder():
    """One for all spaces: what is fitted to it is kept."""
    return mosaic_vae(4)


@pytest.mark.parametrize("space", ["latent", "small", "pixel", "fitted", "twin", "auto"])
def test_new_levels_meet_held_ones_while_they_are_sampled(pack, autoencoder, space):
    """Already what is decoded shows the level below in its place, whichever space they meet in."""
    stack, model = zoom(pack, (2.0,) * 2, ((0.5, 0.5),) * 2, (64, 64), spots=3), toy_model("eps")
    found = []
    lib = part(pack, "nodes.run.rework")
    settle = lib.settle
    small = {"small_vae": autoencoder} if space == "small" else {}

    def watched(draft, made, *rest):
        found.append(made)
        return settle(draft, made, *rest)

    lib.settle = watched
    try:
        rework(pack, stack, "1", model=model, vae=autoencoder, space=space, **small)
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


NOT_HERE = {
    "kandinsky5": "its latents are 5-D, those of the tiny autoencoder of as many channels not",
    "wan_scail": "its pose is made for a film of another size",
}
USUAL = ("sd3", "qwen_image", "flux2", "chroma_radiance")


@pytest.mark.parametrize(
    "name",
    [*USUAL, *(pytest.param(n, marks=pytest.mark.slow) for n in ALL if n not in USUAL)],
)
def test_families(pack, name):
    if name in NOT_HERE:
        pytest.skip(NOT_HERE[name])
    tiny = family(name)
    if tiny.channels not in {(3,), (4,), (16,), (128,), (16, 1)}:
        pytest.skip("there is no tiny autoencoder of its latents")
    ratio = (
        SPECS[name].ratio or tiny.model.get_model_object("latent_format").spacial_downscale_ratio
    )
    if ratio != 8 and tiny.channels != (3,) and name not in USUAL:
        pytest.skip("its latents are of another ratio than the tiny autoencoders'")
    side = 64 if name in USUAL else 8 * SPECS[name].side
    stack = zoom(pack, (2.0, 2.0), size=(side, side))
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


class Stopped(BaseException):
    """A run that ends in the middle."""


class Stopping(torch.nn.Module):
    """The toy's answer, counted; it ends with the call ``at``."""

    def __init__(self, at=None):
        super().__init__()
        self.usual, self.at, self.calls = toy_model("eps").model.diffusion_model.respond, at, 0

    def forward(self, x, sigma, context):
        if self.calls == self.at:
            raise Stopped
        self.calls += 1
        return self.usual(x, sigma, context)


def test_a_run_that_was_stopped_goes_on_to_the_same_bits(pack, tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    stack = zoom(pack)
    options = {"steps": 6, "sampler_name": "dpmpp_2m_sde", "checkpoint": "a rework"}

    def run(at=None, **changed):
        respond = Stopping(at)
        model = toy_model("eps", respond=respond)
        try:
            made, _ = rework(pack, stack, "1-2", **{**options, "model": model, **changed})
        except Stopped:
            return None, respond.calls
        return made, respond.calls

    whole, calls = run(checkpoint="")
    assert run(calls // 2)[0] is None and [*tmp_path.rglob("*.record")]
    again, more = run()
    assert torch.equal(again.levels, whole.levels) and more <= calls - calls // 2 + 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    run(calls // 2)
    run(wider=0.5)
    assert "wider" in caplog.text  # it says what has changed, and begins anew


def test_what_is_being_made_is_shown_among_what_is_held(pack, monkeypatch):
    """A sheet of all levels: those that stay from the first step on as they are."""
    import latent_preview

    shown, told = [], []
    monkeypatch.setattr(
        latent_preview, "prepare_callback",
        lambda *args: lambda step, x0, x, total: shown.append(x0.clone()),
    )  # fmt: skip
    page = part(pack, "nodes.host.hooks.preview")
    monkeypatch.setattr(page, "tell_sheets", told.append)
    stack = zoom(pack, size=(128, 128), spots=3)
    vae = mosaic_vae(4)
    made, _ = rework(pack, stack, "2", vae=vae)
    first, second, last = shown
    assert first.shape == second.shape == last.shape == (1, 4, 16, 16)
    old = part(pack, "zoomstack.scene.sheet").sheet(stack.levels, 8)
    held = toy_model("eps").model.process_latent_in(vae.encode(old[None].movedim(1, -1)))
    cells = first[0].split(8, -2), held[0].split(8, -2)
    for row, column, new in ((0, 0, False), (0, 1, False), (1, 0, True), (1, 1, False)):
        ours, theirs = (rows[row].split(8, -1)[column] for rows in cells)
        assert torch.allclose(ours, theirs, atol=1e-4) != new
    about = told[0]
    assert (about["levels"], about["rows"], about["columns"]) == (4, 2, 2)
    assert about["zooms"] == list(stack.geometry.zooms) and about["prompts"] == list(TEXTS[:4])
    assert not about["closed"]


class Clip:
    """A text encoder that knows of each text but its number, and counts."""

    def __init__(self):
        self.texts = []

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        self.texts.append(text)
        return self.encoded(text)

    @staticmethod
    def encoded(text):
        return toy_cond(sum(map(ord, text)))


def test_without_prompts_the_stacks_own_are_encoded(pack):
    stack, clip = zoom(pack), Clip()
    bare = {"positive": None, "negative": None}
    made, _ = rework(pack, stack, "1, 3", clip=clip, **bare)
    assert clip.texts == [TEXTS[1], TEXTS[3], ""]
    texts = enumerate(TEXTS[:4])
    positive = [[Clip.encoded(text)[0][0], {"zoom_level": level}] for level, text in texts]
    given = {"positive": positive, "negative": Clip.encoded("")}
    again, _ = rework(pack, stack, "1, 3", **given)
    assert torch.equal(made.levels, again.levels)
    clip.texts.clear()
    rework(pack, stack, "1", clip=clip, ladder=ladder_of(pack, stack), **bare)
    assert clip.texts == ["another a coast", ""]


def test_the_stack_remembers_what_was_done_to_it(pack):
    stack = zoom(pack)._replace(seed=None)
    prompt = {
        "1": {"class_type": "ZoomStackSampler", "inputs": {"seed": 77}},
        "2": {"class_type": "LaplacianBlend", "inputs": {"images": ["1", 0]}},
        "3": {"class_type": "ReworkZoom", "inputs": {"seed": 5, "stack": ["2", 0]}},
    }
    node = type("Hidden", (pack.nodes.ReworkZoom,), {})
    node.hidden = SimpleNamespace(unique_id="3", prompt=prompt)
    given = {"model": toy_model("eps"), "vae": mosaic_vae(4), "positive": prompts(4)}
    given |= {"negative": prompts(4, 90), "ladder": ladder_of(pack, stack), "wider": 1.0}
    how = {"seed": 5, "steps": 2, "cfg": 1.0, "sampler_name": "euler", "scheduler": "simple"}
    with torch.inference_mode():
        made = node.execute.__func__(node, stack, "2", space="latent", **given, **how).result[0]
    begun, event = made.history
    assert (begun.deed, begun.seed, begun.levels) == (
        "sample",
        77,
        (0, 1, 2, 3),
    ) and made.seed == 77
    assert (event.deed, event.seed, event.levels) == ("again", 5, (2,))
    assert event.prompts == ("another a wood",) == made.prompts[2:3]
    assert made.prompts[:2] == TEXTS[:2]


def wrong(pack):
    """What somebody may ask by mistake, and the words for it."""
    stack, small = zoom(pack), zoom(pack, (2.0,), size=(32, 32))
    own = ladder_of(pack, stack)
    bare = {"positive": None, "negative": None}
    yield rework, (stack, "4"), {}, "names level 4, but the zoom's 4 levels are 0 to 3; name one"
    yield rework, (stack, " "), {}, "No level is named; write some of 0 to 3"
    yield rework, (stack, "1"), bare, "ReworkZoom has no prompts: connect positive and negative"
    yield rework, (stack, "1"), {"negative": None}, "no negative prompts; connect negative, or clip"
    without = stack._replace(prompts=())
    yield rework, (without, "1"), {**bare, "clip": Clip()}, "this stack holds none; connect ladder"
    short = ladder(pack, "abc", (2.0, 2.5))
    yield rework, (stack, "1"), {"ladder": short}, "has 3 levels but the stack 4; give it 4 lines"
    zooms = own._replace(zooms=(2.0, 2.0, 2.0))
    yield rework, (stack, "1"), {"ladder": zooms}, r"level 2 is 2 but the stack's 2.5; .* \[p=2.5\]"
    focus = own._replace(focus=((0.5, 0.5), (0.5, 0.5), (0.6, 0.45)))
    yield rework, (stack, "1"), {"ladder": focus}, r"focus of level 2 .* write \[focus=0.4,0.6\]"
    yield (
        rework,
        (stack, "1"),
        {"positive": prompts(3)},
        "a ladder of 3 levels, which are to be 4",
    )
    yield rework, (stack, "1"), {"positive": prompts(4)[2:]}, "has no prompt for level 1 of 4"
    yield (
        rework,
        (stack, "1"),
        {"vae": mosaic_vae(16)},
        "needs its own VAE for them, but got one",
    )
    yield (
        extend,
        (stack, ["a"]),
        {"focus_x": 0.9},
        "Level 4 would leave the level above it",
    )
    yield extend, (stack, ["a"], "after level"), {"level": 3}, "nothing below level 3"
    yield extend, (stack, ["a"], "after level"), {"zoom": 2.0}, "none may be under 1.1"
    yield extend, (stack, ["a"]), bare, "ExtendZoom has no prompts"
    yield branch, (stack, ["a"]), {"level": 2, "focus_y": 0.1}, "focus y must lie from 0.25 to 0.75"
    yield branch, (stack, ["a"]), {"level": 4}, "levels are 0 to 3"
    ring = zoom(pack, (2.0, 2.0), closed=True)
    yield extend, (ring, ["a"]), {}, "is a ring of 2 levels and has no end to extend; cut it first"
    yield join, (stack, ring), {}, "The second zoom is a ring .* cut it first"
    yield join, (stack, small), {}, "64 x 64 .* the second's 32 x 32; resize"
    yield join, (stack, small), {"resize": True, "unlike": 0.0}, "colours are .* apart"
    yield (
        join,
        (stack, stack, ["a"]),
        {"bridge": 2},
        "its ladder has 1 lines; connect",
    )
    yield join, (stack, stack), {"bridge": 2}, "no ladder is connected"
    yield (
        join,
        (stack, stack, ["a"]),
        {"model": "none"},
        "no model is connected; connect it",
    )


def test_what_cannot_be_is_said_in_words(pack):
    for deed, given, options, words in wrong(pack):
        if options.get("model") == "none":
            options = {"none": ("model",)}
        with pytest.raises(ValueError, match=f"(?s){words}"):
            deed(pack, *given, **options)
