"""MultiScalePatch in ComfyUI: stock samplers in windows, each told its part of the conditioning."""

import functools
import math
import types
from contextlib import nullcontext

import pytest
import torch
from host_kit import Ladder, apply_node, custom_advanced, ksampler, part, sampler_node
from tiny_conds import controlnet, during, in_area, toy_cond, with_values
from tiny_families import family
from tiny_models import import_comfy, randn, toy_latent, toy_model, watch

from zoomstack import Correction, Descent, MultiDiffusion, MultiScale, Tiling, sample
from zoomstack.windows.multiscale import exploding, straight

import_comfy()
import comfy.model_management as management  # noqa: E402

SIZE = (33, 46)  # latent pixels: ugly ones
FAMILIES = ("sd15", "sdxl", "sd3")
WHOLE = {"multiscale": 0, "tile_size": 1024}
HERE = types.SimpleNamespace(positive=None, negative=None)


@pytest.fixture(scope="module")
def built(comfy_host):
    yield (build := functools.cache(family))
    build.cache_clear()


def patched(pack, model, tile=128, **options):
    options = {"tile_size": tile, "multiscale": 1, **options}  # else as the node leaves them
    return pack.nodes.MultiScalePatch.execute(model, **options).result[0]


def run(model, positive, negative=None, size=SIZE, rows=1, latent=None, **options):
    """The stock KSampler's samples, as ComfyUI runs it."""
    if latent is None:
        latent = toy_latent(rows, *size)
    with torch.inference_mode():
        return ksampler(
            model, HERE, latent, positive=positive, negative=negative or toy_cond(90), **options
        )


def close(a, b, tolerance=1e-4):
    return float((a - b).abs().max() / b.std()) < tolerance


class Pixelwise:
    """Looks at one pixel at a time: windows cannot change what it says, nor smaller pictures.

    Its answer is the prompt's, a shade a channel, and (with a ``gain``) the pixel it sees.
    """

    def __init__(self, gain=0.0):
        self.gain, self.sizes = gain, []

    def __call__(self, x, sigma, context):
        self.sizes.append(tuple(x.shape[-2:]))
        shade = torch.tanh(context.mean(1)[:, :4])[..., None, None]
        return shade + self.gain * x / (1 + sigma.view(-1, 1, 1, 1))


# --- laws -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("options", [WHOLE, {**WHOLE, "wrap": True}, {"tile_size": 0}])
def test_one_window_is_the_stock_sampler_bit_for_bit(pack, built, name, options):
    tiny = built(name)
    conds = tiny.make_cond(1), tiny.make_cond(2)
    latent, steps = tiny.latent(2, 16, 22), {"sampler": "euler_ancestral", "steps": 2}
    options = {"multiscale": 0, **options}
    windowed = run(patched(pack, tiny.model, **options), *conds, latent=latent, **steps)
    assert torch.equal(windowed, run(tiny.model, *conds, latent=latent, **steps))


def test_a_weight_of_0_is_windows_alone_bit_for_bit(pack):
    model, calls = toy_model("eps"), []
    calls = watch(model)
    alone = run(patched(pack, model, multiscale=0), toy_cond(1))
    before = len(calls)
    weightless = run(patched(pack, model, multiscale=2, multiscale_weight=0), toy_cond(1))
    assert torch.equal(weightless, alone) and len(calls) == 2 * before


def test_the_model_that_came_in_is_unchanged(pack):
    model = toy_model("eps")
    before = run(model, toy_cond(1))
    run(patched(pack, model), toy_cond(1))
    assert torch.equal(run(model, toy_cond(1)), before)
    assert patched(pack, model, tile_size=0, multiscale=0) is model


def test_applying_it_twice_is_applying_the_last(pack):
    model = toy_model("eps")
    twice = patched(pack, patched(pack, model, tile=64), tile=128)
    assert torch.equal(run(twice, toy_cond(1)), run(patched(pack, model), toy_cond(1)))


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize("form", ["windows", "exact", "gradient"])
@pytest.mark.parametrize("wrap", [False, True])
def test_a_run_is_the_librarys(pack, kind, form, wrap):
    """Against ``sample`` with the toy's own answers: every step, guidance and both paths."""
    model = toy_model(kind)
    respond = model.model.diffusion_model.respond
    words = [toy_cond(seed)[0][0] for seed in (1, 90)]

    def denoise(x, sigma, **at):
        good, bad = (respond(x, sigma, w.expand(len(x), -1, -1)) for w in words)
        return bad + 3.0 * (good - bad)

    import comfy.sample
    import comfy.samplers

    sampling = model.get_model_object("model_sampling")
    sigmas = comfy.samplers.calculate_sigmas(sampling, "simple", 4)
    tiling = Tiling(16, 8, wrap=wrap)
    windows = MultiDiffusion(denoise, tiling)
    follow = Descent(denoise, tiling) if form == "gradient" else Correction()
    scaled = MultiScale(
        windows,
        follow,
        scales=2,
        end=0.5,
        sigmas=sigmas,
        path=straight if kind == "flow" else exploding,
        wrap=wrap,
    )
    noise = comfy.sample.prepare_noise(toy_latent(1, *SIZE), 5)
    start = noise if kind == "flow" else noise * (1 + float(sigmas[0]) ** 2) ** 0.5 / sigmas[0]
    *_, last = sample(windows if form == "windows" else scaled, start, sigmas)
    options = {"multiscale": 0} if form == "windows" else {"multiscale": 2}
    solver = form if form != "windows" else "exact"
    ours = run(patched(pack, model, multiscale_solver=solver, wrap=wrap, **options), toy_cond(1))
    assert close(model.model.process_latent_in(ours), last.x)


# --- conditioning ---------------------------------------------------------------------------------


def halves():
    """Two masks, 4 x 4 latent blocks each, that share the picture."""
    left = (torch.arange(48) // 4 % 3 == 0).float().expand(1, 40, 48)
    return left, 1 - left


def hint(height=40, width=48):
    """A hint of the picture's own pixels, in blocks of four latents."""
    blocks = torch.rand(1, 3, height // 4, width // 4, generator=torch.Generator().manual_seed(3))
    return blocks.repeat_interleave(32, -1).repeat_interleave(32, -2)


def masks():
    """A third prompt everywhere: what the others count beside it, their strength says."""
    a, b = halves()
    masked = with_values(toy_cond(2), mask=b, mask_strength=0.7)
    return with_values(toy_cond(1), mask=a) + masked + toy_cond(3)


def hung_on(name):
    """Conditioning with things that have a place in a picture of 40 x 48."""
    return {
        "masks": masks,
        "mask in its bounds": lambda: (
            with_values(
                toy_cond(1), mask=halves()[0] * (torch.arange(48) < 20), set_area_to_bounds=True
            )
            + toy_cond(2)
        ),
        "areas": lambda: in_area(toy_cond(1), 17, 21, 5, 9, 1.5) + toy_cond(2),
        "areas that leave gaps": lambda: in_area(toy_cond(1), 40, 9, 0, 0)
        + in_area(toy_cond(2), 8, 48, 32, 0),
        "an area in hundredths": lambda: with_values(
            toy_cond(1), area=("percentage", 0.5, 0.5, 0.25, 0.5), strength=1.0
        ) + toy_cond(2),
        "ranges": lambda: during(toy_cond(1), 0.0, 0.4) + during(toy_cond(2), 0.4, 1.0),
        "a hint": lambda: with_values(toy_cond(1), control=controlnet("toy", hint())),
        "hints in a chain": lambda: with_values(
            toy_cond(1),
            control=controlnet(
                "toy", hint().flip(-1), strength=0.3, end=0.6
            ).set_previous_controlnet(controlnet("toy", hint(), start=0.3)),
        ),
        "a hint for an area": lambda: in_area(
            with_values(toy_cond(1), control=controlnet("toy", hint())), 40, 24, 0, 8
        ) + toy_cond(2),
    }[name]()  # fmt: skip


EVERYTHING = [
    "masks", "mask in its bounds", "areas", "areas that leave gaps", "an area in hundredths",
    "ranges", "a hint", "hints in a chain",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize("name", EVERYTHING)
def test_a_model_of_single_pixels_sees_the_same_in_windows(pack, kind, name):
    model = toy_model(kind, respond=Pixelwise(0.4))
    conds = {"positive": hung_on(name), "size": (40, 48), "rows": 2, "steps": 6}
    stock = run(model, **conds)
    for options in ({}, {"wrap": True, "tile_stride": 40}, {"window_weights": "average"}):
        windowed = run(patched(pack, model, multiscale=0, **options), **conds)
        assert close(windowed, stock), options


def test_masks_of_some_pictures_are_repeated_for_the_others_as_the_host_does(pack):
    model = toy_model("eps", respond=Pixelwise(0.4))
    masked = with_values(toy_cond(1), mask=torch.cat(halves()))
    conds = {"positive": masked + toy_cond(2), "size": (40, 48), "rows": 4, "steps": 2}
    assert close(run(patched(pack, model, multiscale=0), **conds), run(model, **conds))


@pytest.mark.parametrize("name", ["masks", "ranges", "a hint", "hints in a chain"])
@pytest.mark.parametrize("solver", ["exact", "gradient"])
def test_smaller_pictures_are_told_the_same_at_half_the_size(pack, name, solver):
    """What stands in blocks of four latents is the same at half and a quarter of the size."""
    respond = Pixelwise()
    model = toy_model("eps", respond=respond)
    conds = {"positive": hung_on(name), "size": (40, 48), "steps": 6}
    stock, respond.sizes = run(model, **conds), []
    scaled = patched(pack, model, multiscale=2, multiscale_end=1.0, multiscale_solver=solver)
    assert close(run(scaled, **conds), stock, 1e-3)
    assert (10, 12) in respond.sizes and (16, 16) in respond.sizes


def test_prompts_are_asked_where_they_have_a_say_and_in_whole_windows(pack):
    model = toy_model("eps")
    calls = watch(patched_model := patched(pack, model, multiscale=0))
    corner = in_area(toy_cond(1), 6, 6, 0, 0)
    run(patched_model, corner + toy_cond(2), size=(32, 32), steps=1)
    assert {call.shape[-2:] for call in calls} == {(16, 16)}
    asked = sum(call.entries.count(0) * call.shape[0] // len(call.entries) for call in calls)
    assert asked == 9 + 1  # the corner's in one window


def test_images_beside_the_latent_are_cut_as_the_host_cuts_an_area(pack):
    from comfy.conds import CONDConstant, CONDList, CONDNoiseShape, CONDRegular

    lib = part(pack, "nodes.conditioning.windows")
    tilings = part(pack, "zoomstack.windows.tiling")
    windows = tilings.Tiling(16, 12).over(*SIZE)
    beside, reference = randn(1, 1, 5, *SIZE), randn(2, 1, 4, *SIZE)
    entry = {
        "model_conds": {
            "c_concat": CONDNoiseShape(beside),
            "ref_latents": CONDList([reference]),
            "y": CONDRegular(randn(3, 2, 7)),
            "frames": CONDConstant(3),
        },
        "uuid": "mine",
    }
    cutter = lib.Cutter(lib.Scissors(8, None, None))
    view, x = lib.View(SIZE, windows), torch.zeros(2, 4, *SIZE)
    calls = cutter.calls([[entry], None], view, x, 4)
    assert sum(len(call.windows) for call in calls) == len(windows.all)
    for call in calls:
        (cut,), none = call.conds
        conds, rows = cut["model_conds"], 2 * len(call.windows)
        assert none is None and cut["uuid"] != "mine" and "mask" not in cut
        parts = conds["c_concat"].process_cond(rows, area=None).cond.chunk(len(call.windows))
        for (top, left), shown in zip(call.windows, parts, strict=True):
            theirs = CONDNoiseShape(beside).process_cond(2, area=(16, 16, top, left))
            assert torch.equal(shown, theirs.cond)
        assert torch.equal(conds["ref_latents"].cond[0], reference.expand(2, -1, -1, -1))
        y = conds["y"].process_cond(rows).cond
        assert torch.equal(y, randn(3, 2, 7).repeat(len(call.windows), 1))
        assert conds["frames"].cond == 3
    again = cutter.calls([[entry], None], view, x, 4)
    assert again is calls  # the same ids at every step


def test_what_is_cut_for_conditioning_that_comes_and_goes_is_let_go(pack):
    from comfy.conds import CONDRegular

    lib = part(pack, "nodes.conditioning.windows")
    tilings = part(pack, "zoomstack.windows.tiling")
    cutter = lib.Cutter(lib.Scissors(8, None, None))
    view = lib.View(SIZE, tilings.Tiling(32).over(*SIZE))
    for _ in range(200):
        entry = {"model_conds": {"c_crossattn": CONDRegular(randn(1, 1, 7, 8))}, "uuid": "mine"}
        cutter.calls([[entry]], view, torch.zeros(1, 4, *SIZE), 4)
    assert len(cutter._known) <= 8 * (1 + len(view.windows.all))


def test_sdxl_is_told_the_size_of_a_window(pack, built):
    from comfy.patcher_extension import WrappersMP

    tiny, seen = built("sdxl"), []

    def note(executor, model, conds, *args):
        seen.append(conds[0][0]["model_conds"]["y"].cond.clone())
        return executor(model, conds, *args)

    model = patched(pack, tiny.model, multiscale=0)
    model.add_wrapper_with_key(WrappersMP.CALC_COND_BATCH, "note", note)
    text, extras = tiny.make_cond(1)[0]
    for given in ({}, {"width": 1024, "height": 512}):
        cond = [[text, {"pooled_output": extras["pooled_output"], **given}]]
        for size in ((8, 32), (8, 16)):
            run(model, cond, tiny.make_cond(2), size=size, steps=1)
    wide, window, told, also_told = seen
    assert torch.equal(wide[:1], window[:1])
    assert torch.equal(told[:1], also_told[:1]) and not torch.equal(told[:1], wide[:1])


def test_gligen_is_refused(pack):
    scissors = part(pack, "nodes.conditioning.cut").Scissors(8, None, None)
    with pytest.raises(ValueError, match="GLIGEN boxes cannot be cut"):
        scissors.entry({"gligen": ("position", None, [])}, None, None)


def test_a_control_of_another_kind_is_refused_by_name(pack):
    scissors = part(pack, "nodes.conditioning.cut").Scissors(8, None, None)
    with pytest.raises(ValueError, match="control SimpleNamespace keeps its hint"):
        scissors._control(types.SimpleNamespace(), types.SimpleNamespace(controls={}))


# --- any sampler, bounded memory ------------------------------------------------------------------

SAMPLERS = [
    "euler", "heun", "euler_ancestral", "dpmpp_2m_sde", "dpm_adaptive", "uni_pc", "lcm",
    "euler_cfg_pp", "euler_ancestral_cfg_pp", "res_multistep_cfg_pp",
]  # fmt: skip


@pytest.mark.parametrize("solver", ["exact", "gradient"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_any_sampler(pack, sampler, solver):
    model = toy_model("eps", respond=Pixelwise())
    conds = {"positive": toy_cond(1), "sampler": sampler, "size": (40, 48)}
    windowed = run(patched(pack, model, multiscale_solver=solver), **conds)
    # A constant prediction, which neither windows nor a smaller picture change.
    assert close(windowed, run(model, **conds), 1e-3)


def test_sampler_custom_advanced_and_its_mask(pack):
    model = patched(pack, toy_model("flow"))
    kit = types.SimpleNamespace(positive=toy_cond(1), negative=toy_cond(2))
    with torch.inference_mode():
        out, denoised = custom_advanced(model, kit, toy_latent(1, *SIZE))
    assert torch.isfinite(out).all() and close(out, denoised)
    import nodes

    mask = torch.zeros(1, 1, 8 * SIZE[0], 8 * SIZE[1])
    mask[..., :100] = 1
    latent = {"samples": randn(4, 1, 4, *SIZE), "noise_mask": mask}
    with torch.inference_mode():
        (kept,) = nodes.KSampler().sample(
            model, 1, 4, 3.0, "euler", "simple", toy_cond(1), toy_cond(2), latent, 1.0
        )
    assert close(kept["samples"][..., 20:], latent["samples"][..., 20:])
    assert not close(kept["samples"][..., :8], latent["samples"][..., :8])


def test_windows_go_in_batches_of_bounded_size(pack):
    model = toy_model("eps")
    for most in (1, 3, 5):
        calls = watch(limited := patched(pack, model, windows_per_batch=most))
        run(limited, toy_cond(1), rows=2, steps=2)
        rows = [call.shape[0] // len(call.entries) for call in calls]
        assert max(rows) == 2 * most
        assert {call.shape[-2:] for call in calls} == {(16, 16)}


def test_the_size_of_a_batch_changes_nothing(pack):
    model = toy_model("eps")
    one, many = (
        run(patched(pack, model, windows_per_batch=n), toy_cond(1), rows=2) for n in (1, 0)
    )
    assert close(one, many)


def test_when_memory_runs_out_fewer_windows_go_on(pack, caplog):
    usual = toy_model("eps").model.diffusion_model.respond

    def respond(x, sigma, context):
        if len(x) > 5:
            raise management.OOM_EXCEPTION("Allocation on device")
        return usual(x, sigma, context)

    whole = run(patched(pack, toy_model("eps")), toy_cond(1))
    assert close(run(patched(pack, toy_model("eps", respond=respond)), toy_cond(1)), whole)
    assert "Out of memory: going on with 2 windows per batch." in caplog.text


def test_when_one_window_is_too_much_the_remedy_is_named(pack):
    def respond(x, sigma, context):
        raise management.OOM_EXCEPTION("Allocation on device")

    with pytest.raises(MemoryError, match="one window of 16 x 16 .* smaller tile_size"):
        run(patched(pack, toy_model("eps", respond=respond)), toy_cond(1))


@pytest.mark.parametrize("most, planned", [(3, 6), (0, 2)])
def test_memory_is_planned_for_windows(pack, monkeypatch, most, planned):
    """At least one of each picture, however little there is."""
    from comfy.patcher_extension import WrappersMP

    shapes = []

    def note(executor, model, noise_shape, *args, **kwargs):
        shapes.append(tuple(noise_shape))
        return executor(model, noise_shape, *args, **kwargs)

    monkeypatch.setattr(part(pack, "nodes.host.memory"), "affordable", lambda model, shape: 1)
    model = patched(pack, toy_model("eps"), windows_per_batch=most)
    model.add_wrapper_with_key(WrappersMP.PREPARE_SAMPLING, "note", note)
    run(model, toy_cond(1), rows=2, steps=1)
    assert shapes == [(planned, 4, 16, 16)]


# --- real architectures, and gradients through them -----------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("solver", ["exact", "gradient"])
def test_tiny_models_in_windows(pack, built, name, solver):
    tiny = built(name)
    options = {"tile": 64, "multiscale_end": 1.0, "multiscale_solver": solver}
    latent = tiny.latent(1, 17, 22)
    samples = {
        key: run(model, tiny.make_cond(1), tiny.make_cond(2), latent=latent, steps=2)
        for key, model in {
            "alone": patched(pack, tiny.model, tile=64, multiscale=0),
            "scaled": patched(pack, tiny.model, **options),
        }.items()
    }
    assert torch.isfinite(samples["scaled"]).all()
    assert not close(samples["scaled"], samples["alone"], 0.01)


def test_gradients_are_those_of_the_model(pack, built):
    """Through the real host in inference mode, against differences of its own predictions."""
    tiny = built("sd15")
    model = patched(pack, tiny.model, tile=0, multiscale_solver="gradient", multiscale_end=1.0)
    lib = part(pack, "zoomstack.windows.descent")
    slopes, usual = [], lib._slope

    def spy(part, sigma, predict, goal, link, step):
        slope = usual(part, sigma, predict, goal, link, step)
        direction = randn(8, *part.shape)

        def loss(x):
            stepped = predict(x, sigma) * (1 - step) + step * x
            return float((link.shrink(stepped).double() - goal).square().sum() / 2)

        epsilon = 0.02 * float(sigma)
        rise = loss(part + epsilon * direction) - loss(part - epsilon * direction)
        slopes.append((rise / (2 * epsilon), float((slope * direction).sum())))
        return slope

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lib, "_slope", spy)
        run(model, tiny.make_cond(1), tiny.make_cond(2), size=(16, 16), steps=3)
    assert len(slopes) == 3
    for difference, slope in slopes:
        assert slope == pytest.approx(difference, rel=0.05)
        assert not math.isclose(slope, 0, abs_tol=1e-6)


@pytest.mark.parametrize("fails", [False, True])
def test_the_host_is_told_of_gradients_while_they_pass_and_no_longer(pack, fails):
    """Its one switch that the pack sets is put back, after an error as well."""
    usual, seen = toy_model("eps").model.diffusion_model.respond, []

    def respond(x, sigma, context):
        seen.append((management.in_training, x.requires_grad))
        if fails and x.requires_grad:
            raise RuntimeError("no gradient today")
        return usual(x, sigma, context)

    model = patched(pack, toy_model("eps", respond=respond), multiscale_solver="gradient")
    with pytest.raises(RuntimeError, match="today") if fails else nullcontext():
        run(model, toy_cond(1), steps=2)
    assert {(True, True), (False, False)} == set(seen)
    assert management.in_training is False


def test_weights_that_block_gradients_are_refused_with_the_remedy(pack):
    with torch.inference_mode():
        tiny = family("sd15")
        exact = patched(pack, tiny.model)
        with pytest.raises(ValueError, match="Load Checkpoint.* or choose exact"):
            patched(pack, tiny.model, multiscale_solver="gradient")
        assert torch.isfinite(run(exact, tiny.make_cond(1), tiny.make_cond(2), steps=1)).all()


def test_a_loaded_checkpoint_is_copied_so_that_gradients_pass(pack, demo_checkpoint):
    import comfy.sd

    with torch.inference_mode():
        model, clip, _, _ = comfy.sd.load_checkpoint_guess_config(
            str(demo_checkpoint), output_vae=False
        )
        assert any(w.is_inference() for w in model.model.diffusion_model.parameters())
        import nodes

        positive, negative = (
            nodes.CLIPTextEncode().encode(clip, text)[0] for text in ("planet", "")
        )
        latent = torch.zeros(1, 16, 16, 24)
        runs = {
            solver: run(
                patched(pack, model, tile=128, multiscale_solver=solver),
                positive, negative, latent=latent, steps=4,
            )
            for solver in ("exact", "gradient")
        }  # fmt: skip
    assert all(torch.isfinite(samples).all() for samples in runs.values())
    assert not close(runs["exact"], runs["gradient"], 0.01)


# --- with a zoom ----------------------------------------------------------------------------------


@pytest.fixture
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5), size=(32, 48))


def zoomed(pack, model, kit, **options):
    with torch.inference_mode():
        return sampler_node(pack, model, kit, **options)


@pytest.mark.parametrize("sampler", ["euler_ancestral", "euler_cfg_pp"])
@pytest.mark.parametrize("multiscale", [0, 1])
def test_levels_in_windows_agree(pack, kit, sampler, multiscale):
    model = toy_model("eps")
    calls = watch(model)
    options = {"tile_size": 128, "multiscale": multiscale, "sampler": sampler}
    latent = zoomed(pack, model, kit, **options)
    views = model.model.process_latent_in(latent)
    assert kit.disagreement(views) / float(views.std()) < 1e-4
    assert {call.shape[-2:] for call in calls} == {(16, 16)}
    assert not close(latent, zoomed(pack, model, kit, sampler=sampler), 0.01)


def test_levels_no_larger_than_a_window_are_as_without_it_bit_for_bit(pack, kit):
    model = toy_model("eps")
    without = zoomed(pack, model, kit)
    assert torch.equal(zoomed(pack, model, kit, tile_size=384), without)
    off = {"tile_size": 0, "tile_stride": 0, "multiscale": 0}
    assert torch.equal(zoomed(pack, model, kit, **off), without)
    weightless = {"multiscale": 2, "multiscale_weight": 0.0}
    assert torch.equal(zoomed(pack, model, kit, **weightless), without)


def test_windows_are_the_same_from_the_sampler_and_from_the_patch(pack, kit):
    model, latent = toy_model("eps"), toy_latent(3, 32, 48)
    ours = zoomed(pack, model, kit, tile_size=128, multiscale=1)
    inside = zoomed(pack, patched(pack, model), kit)
    with torch.inference_mode():
        after = ksampler(patched(pack, apply_node(pack, model, kit.ladder)), kit, latent)
    assert torch.equal(ours, inside) and torch.equal(ours, after)


@pytest.mark.parametrize("solver", ["exact", "gradient"])
def test_every_level_keeps_its_own_prompt_and_hint(pack, kit, solver):
    """Of single pixels: what a level's windows are told is what the level is told."""
    model = toy_model("eps", respond=Pixelwise())
    area = in_area(toy_cond(3), 20, 20, 4, 8)
    positive = [
        [tensor, {**extras, **more}]
        for (tensor, extras), more in zip(
            kit.positive,
            ({}, {"control": controlnet("toy", hint(32, 48))}, {"mask": torch.ones(1, 32, 48)}),
            strict=True,
        )
    ] + [[tensor, {**extras, "zoom_level": 1}] for tensor, extras in area]
    options = {"positive": positive, "coupling": "independent", "shared_noise": False}
    stock = zoomed(pack, model, kit, **options)
    windows = patched(pack, model, multiscale=0, multiscale_solver=solver)
    assert close(zoomed(pack, windows, kit, **options), stock)


def test_a_zooms_levels_may_follow_by_gradient(pack, kit):
    model = patched(pack, toy_model("flow"), multiscale_solver="gradient")
    views = model.model.process_latent_in(zoomed(pack, model, kit))
    assert kit.disagreement(views) / float(views.std()) < 1e-4


def test_two_halvings_of_levels_and_memory_end_in_the_zooms_message(pack, kit):
    def respond(x, sigma, context):
        raise management.OOM_EXCEPTION("Allocation on device")

    model = toy_model("eps", respond=respond)
    with pytest.raises(MemoryError):
        zoomed(pack, model, kit, tile_size=128)


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, words",
    [
        ({"tile_size": 500}, "tile_size of 500 does not divide by 8.* nearest that does is 496"),
        ({"tile_stride": 100}, "tile_stride of 100 does not divide by 8"),
        ({"tile_stride": 256}, "tile_stride of 256 leaves gaps between windows of 128"),
    ],
)
def test_sizes_that_do_not_fit_are_named(pack, options, words):
    with pytest.raises(ValueError, match=words):
        run(patched(pack, toy_model("eps"), **options), toy_cond(1))


def test_a_sampler_that_changes_the_size_is_refused(pack):
    lib = part(pack, "nodes.run.windows")
    sampling = toy_model("eps")
    site = types.SimpleNamespace(
        shape=(1, 4, *SIZE),
        latent_format=sampling.get_model_object("latent_format"),
        patcher=sampling,
    )
    started = lib.WindowOptions(tile_size=128).start(site)
    with pytest.raises(ValueError, match="changed the latent's size in the middle"):
        started.predict(None, None, torch.zeros(1, 4, 8, 8), torch.ones(1))
    with pytest.raises(ValueError, match="hold no pictures"):
        lib.WindowOptions(tile_size=128).start(types.SimpleNamespace(shape=(1, 64, 100)))


def test_a_model_whose_noise_is_mixed_otherwise_is_refused(pack):
    from comfy.model_sampling import IMG_TO_IMG_FLOW

    lib = part(pack, "nodes.host.hooks.site")
    patcher = types.SimpleNamespace(get_model_object=lambda name: Other())

    class Other(IMG_TO_IMG_FLOW):
        def noise_scaling(self, sigma, noise, latent_image, max_denoise=False):
            return 0.7 * latent_image

    with pytest.raises(ValueError, match="Other mixes noise .* set multiscale to 0"):
        _ = lib.Site(patcher, (1, 4, 8, 8), torch.ones(1), {}).straight
