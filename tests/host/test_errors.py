"""Bad input, memory that runs out, cancels, and other packs' patches: nothing breaks silently."""

import copy
import logging

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler, sampler_node
from tiny_conds import toy_cond
from tiny_families import family
from tiny_models import import_comfy, toy_latent, toy_model, watch
from tiny_vae import mosaic_vae, mosaic_video_vae

import_comfy()
import comfy.model_management as management  # noqa: E402
from comfy.samplers import calculate_sigmas  # noqa: E402

KEY = "zoomstack"


@pytest.fixture
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5, 3.0))


@pytest.fixture(autouse=True)
def nobody_has_cancelled(comfy_host):
    yield
    management.interrupt_current_processing(False)


def run(pack, model, kit, **options):
    with torch.inference_mode():
        return sampler_node(pack, model, kit, **options)


def close(a, b):
    return float((a - b).abs().max() / b.std()) < 1e-4


def consistent(kit, model, latent):
    views = model.model.process_latent_in(latent)
    return kit.disagreement(views) / float(views.std()) < 1e-4


class Respond:
    """The toy's own answer, with a say in every call: ``act(n, x0, sigma)`` at the n-th."""

    def __init__(self, act=None, kind="eps"):
        self.usual = toy_model(kind).model.diffusion_model.respond
        self.act, self.rows = act, []

    def __call__(self, x, sigma, context):
        self.rows.append(len(x))
        x0 = self.usual(x, sigma, context)
        if self.act is not None:
            self.act(len(self.rows), x0, sigma)
        return x0

    def behave(self):
        self.act, self.rows = None, []


# --- the ladder and the sizes ---------------------------------------------------------------------


@pytest.mark.parametrize("levels", [1, 2])
def test_short_ladders_work(pack, levels):
    kit, model = Ladder(pack, zooms=(2.0,) * (levels - 1)), toy_model("eps")
    latent = run(pack, model, kit)
    assert latent.shape == (levels, 4, 16, 16) and latent.isfinite().all()


@pytest.mark.parametrize(
    "size, words",
    [
        ((130, 128), "width of 130 does not divide by 8, .* nearest that does is 128"),
        ((128, 135), "height of 135 does not divide by 8, .* nearest that does is 136"),
        ((3, 128), "width of 3 does not divide by 8, .* nearest that does is 8"),
    ],
)
def test_a_size_that_the_latent_does_not_divide_names_the_nearest(pack, kit, size, words):
    with pytest.raises(ValueError, match=words):
        run(pack, toy_model("eps"), kit, size=size)


def test_the_size_follows_the_model(pack):
    flux2 = family("flux2")
    kit = Ladder(pack, zooms=(2.0,), make_cond=flux2.make_cond)
    with pytest.raises(ValueError, match="width of 136 does not divide by 16, .* is 128"):
        run(pack, flux2.model, kit, size=(136, 128))


def test_a_model_that_fills_up_no_square_of_its_grid_names_its_need(pack):
    """HiDream-O1, whose latents are pictures and whose squares are of 32 pixels."""
    import comfy.model_base

    tiny = family("pixel")
    tiny.model.model.PATCH_SIZE = comfy.model_base.HiDreamO1.PATCH_SIZE
    kit = Ladder(pack, zooms=(2.0,), make_cond=tiny.make_cond)
    words = "width of 136 does not divide by 32, as this model needs; .* is 128"
    with pytest.raises(ValueError, match=words):
        run(pack, tiny.model, kit, size=(136, 128))
    words = "136 x 128 pixels do not divide by 32, as this model needs; .* are 128 x 128"
    with pytest.raises(ValueError, match=words):
        run(pack, tiny.model, kit, latent={"samples": tiny.latent(2, 128, 136)})
    for windows in ({"tile_size": 64}, {"multiscale": 1}):
        words = "takes no windows of it nor smaller versions; set tile_size and multiscale to 0"
        with pytest.raises(ValueError, match=words):
            run(pack, tiny.model, kit, size=(128, 128), **windows)
    fits = run(pack, tiny.model, kit, size=(64, 32), tile_size=64, steps=1)
    assert fits.shape == (2, 3, 32, 64)


def test_pictures_and_windows_are_cut_where_a_models_squares_end(pack):
    """Chroma Radiance, of a patch of 4, fills up no square either, but takes windows."""
    tiny = family("chroma_radiance")
    kit = Ladder(pack, zooms=(2.0,), make_cond=tiny.make_cond)
    for options, words in (
        ({"size": (18, 16)}, "width of 18 does not divide by 4, as this model needs; .* is 16"),
        ({"tile_size": 18}, "tile_size of 18 does not divide by 4, as this model needs; .* is 16"),
    ):
        with pytest.raises(ValueError, match=words):
            run(pack, tiny.model, kit, **{"size": (32, 32), **options})
    # Half of 28 and of 36 are no whole squares: the smaller version is of 16 x 20.
    made = run(pack, tiny.model, kit, size=(36, 28), tile_size=16, multiscale=1, steps=2)
    assert made.shape == (2, 3, 28, 36) and made.isfinite().all()


@pytest.mark.parametrize(
    "options, words",
    [
        ({"couple_start": 0.8, "couple_end": 0.2}, "couple_start is 0.8 and couple_end 0.2; swap"),
        ({"space": "fitted"}, 'space "fitted" needs the model.s VAE; connect it'),
        ({"space": "pixel"}, 'space "pixel" needs the model.s VAE; connect it'),
    ],
)
def test_options_that_do_not_fit_are_refused_before_the_model_runs(pack, kit, options, words):
    respond = Respond()
    for node in (run, apply_and_sample):
        with pytest.raises(ValueError, match=words):
            node(pack, toy_model("eps", respond=respond), kit, **options)
    assert respond.rows == []


def apply_and_sample(pack, model, kit, **options):
    with torch.inference_mode():
        return ksampler(apply_node(pack, model, kit.ladder, **options), kit, toy_latent(4))


def test_films_are_refused_by_their_number_of_frames(pack):
    tiny = family("qwen_image")
    kit = Ladder(pack, zooms=(2.0,), make_cond=tiny.make_cond)
    film = tiny.latent(2, 16, 16).repeat(1, 1, 3, 1, 1)
    with pytest.raises(ValueError, match="holds 3 frames a level; a zoom needs one"):
        run(pack, tiny.model, kit, latent={"samples": film})


def test_packed_latents_are_refused(pack, kit):
    from comfy.nested_tensor import NestedTensor

    sound_and_picture = NestedTensor((toy_latent(4), torch.zeros(4, 4, 8, 8)))
    with pytest.raises(ValueError, match="Packed latents of several kinds are no zoom levels"):
        run(pack, toy_model("eps"), kit, latent={"samples": sound_and_picture})


def test_context_windows_over_levels_are_refused(pack, kit):
    from comfy_extras.nodes_context_windows import ContextWindowsManualNode

    model = toy_model("eps")
    windows = ContextWindowsManualNode.execute(
        model, 2, 1, "standard_static", 1, False, "pyramid", 0, False
    ).result[0]
    with pytest.raises(ValueError, match="Context windows over dimension 0 cut the zoom's levels"):
        run(pack, windows, kit)


# --- predictions that are no pictures -------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "euler_cfg_pp"])
def test_a_level_that_is_not_finite_stops_the_run_at_that_step(pack, kit, value, sampler):
    def spoil(call, x0, sigma):
        if call == 3:
            x0[2 :: kit.levels, 1, 3, 4] = value

    respond = Respond(spoil)
    model = toy_model("eps", respond=respond)
    sigmas = calculate_sigmas(model.get_model_object("model_sampling"), "simple", 6)
    words = rf"NaN or infinite values for level 2 \(0 is the widest\) at sigma {sigmas[2]:.4g}\."
    with pytest.raises(ValueError, match=words):
        run(pack, model, kit, steps=6, sampler=sampler)
    assert len(respond.rows) == 3
    respond.behave()
    assert torch.equal(
        run(pack, model, kit, sampler=sampler),
        run(pack, toy_model("eps", respond=Respond()), kit, sampler=sampler),
    )


def test_every_level_is_watched_also_where_nothing_is_coupled(pack, kit):
    def spoil(call, x0, sigma):
        x0[3 :: kit.levels] = float("nan")

    with pytest.raises(ValueError, match="values for level 3 "):
        run(pack, toy_model("eps", respond=Respond(spoil)), kit, coupling="independent")


def test_a_latent_that_is_not_finite_is_refused_before_the_model_runs(pack, kit):
    model = toy_model("eps")
    calls = watch(model)
    latent = toy_latent(kit.levels)
    latent[1, 0, 0, 0] = float("inf")
    with pytest.raises(ValueError, match="latent to start from holds NaN"):
        run(pack, model, kit, latent={"samples": latent}, denoise=0.5)
    assert not calls


def test_a_sampler_that_enlarges_in_the_middle_is_refused(pack, kit):
    from comfy_extras import nodes_custom_sampler as custom
    from comfy_extras.nodes_advanced_samplers import SamplerLCMUpscale

    model = apply_node(pack, toy_model("eps"), kit.ladder)
    guider = custom.CFGGuider.execute(model, kit.positive, kit.negative, 3.0).result[0]
    sampler = SamplerLCMUpscale.execute(2.0, 3, "bilinear").result[0]
    sigmas = custom.BasicScheduler.execute(model, "simple", 4, 1.0).result[0]
    noise, latent = custom.RandomNoise.execute(1).result[0], {"samples": toy_latent(kit.levels)}
    with torch.inference_mode(), pytest.raises(ValueError, match="changed the latent's size"):
        custom.SamplerCustomAdvanced.execute(noise, guider, sampler, sigmas, latent)


# --- masks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sd15", "qwen_image"])
@pytest.mark.parametrize("rows", [1, 4])
def test_a_noise_mask_keeps_its_level_as_it_is(pack, name, rows):
    """The host folds masks of (N, H, W) into the time of five-dimensional latents."""
    tiny = family(name)
    kit = Ladder(pack, zooms=(2.0,) * 3, make_cond=tiny.make_cond)
    latent = torch.randn_like(tiny.latent(4, 16, 16))
    masks = torch.tensor([0.0, 1.0, 0.0, 1.0][:rows]).view(-1, 1, 1).expand(-1, 128, 128)
    given = {"samples": latent, "noise_mask": masks}
    result = run(pack, tiny.model, kit, latent=given, steps=2, coupling="independent")
    changed = (result - latent).abs().flatten(1).amax(1) > 0.01
    assert changed.tolist() == [bool(masks[level % rows].any()) for level in range(4)]


@pytest.mark.parametrize("sampler", ["euler", "euler_cfg_pp"])
@pytest.mark.parametrize("keep", [0, 1, 3])
def test_levels_agree_with_the_one_that_a_noise_mask_keeps(pack, kit, keep, sampler):
    """It takes part as it is, not as the model would have it."""
    model = toy_model("eps")
    latent = run(pack, model, kit, seed=77)
    masks = torch.ones(kit.levels, 128, 128)
    masks[keep] = 0
    given = {"samples": latent, "noise_mask": masks}
    result = run(pack, model, kit, latent=given, sampler=sampler)
    assert close(result[keep], latent[keep]) and not close(result, latent)
    assert consistent(kit, model, result)


@pytest.mark.parametrize("differential", [False, True])
def test_parts_that_a_noise_mask_keeps_are_as_they_were(pack, kit, differential):
    """And a mask in shades keeps each shade for its share of the steps, as on one level."""
    from comfy_extras.nodes_differential_diffusion import DifferentialDiffusion

    model = toy_model("eps")
    if differential:
        model = DifferentialDiffusion.execute(model).result[0]
    latent = run(pack, model, kit, seed=77)
    masks = torch.linspace(0, 1, 16).repeat_interleave(8).expand(kit.levels, 1, 128, 128)
    given = {"samples": latent, "noise_mask": masks if differential else masks.round()}
    prompts = {"positive": toy_cond(1), "negative": toy_cond(2)}
    alone = run(
        pack, model, kit, latent=given, coupling="independent", shared_noise=False, **prompts
    )
    with torch.inference_mode():
        import nodes

        (stock,) = nodes.KSampler().sample(
            model, 5, 4, 3.0, "euler", "simple", *prompts.values(), given, 1.0
        )
    result = run(pack, model, kit, latent=given, **prompts)
    assert torch.equal(alone, stock["samples"])
    assert close(result[..., 0], latent[..., 0]) and not close(result, alone)


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_masks_of_another_number_than_the_levels_are_refused(pack, kit, rows):
    model, masks = toy_model("eps"), torch.ones(rows, 128, 128)
    latent = {"samples": toy_latent(kit.levels), "noise_mask": masks}
    with pytest.raises(ValueError, match=f"{rows} noise masks but the ladder 4 levels"):
        run(pack, model, kit, latent=latent)
    masked = [[tensor, {**extras, "mask": masks}] for tensor, extras in kit.positive]
    with pytest.raises(ValueError, match=f"{rows} rows of mask for 4 levels"):
        run(pack, model, kit, positive=masked)


def test_masks_that_are_not_finite_are_refused(pack, kit):
    model, masks = toy_model("eps"), torch.full((4, 128, 128), float("nan"))
    latent = {"samples": toy_latent(kit.levels), "noise_mask": masks}
    masked = [[tensor, {**extras, "mask": masks}] for tensor, extras in kit.positive]
    for given in ({"latent": latent}, {"positive": masked}):
        with pytest.raises(ValueError, match="A mask holds NaN or infinite values; draw or make"):
            run(pack, model, kit, **given)


# --- photos and autoencoders ----------------------------------------------------------------------


def anchored(pack, photo, level=0, **options):
    return pack.nodes.PhotoAnchor.execute(photo, level=level, **options).result[0]


@pytest.mark.parametrize(
    "photo, words",
    [
        (torch.rand(1, 1, 1, 3), "The photo has 1 x 1 pixels; it needs at least 16 a side"),
        (torch.rand(1, 15, 20000, 3), "The photo has 20000 x 15 pixels"),
        (torch.rand(0, 32, 32, 3), "PhotoAnchor got 0 images; connect at least one"),
        (torch.full((1, 32, 32, 3), float("nan")), "The photo holds NaN or infinite values"),
        (torch.full((1, 32, 32, 4), float("inf")), "The photo holds NaN or infinite values"),
    ],
)
def test_a_photo_that_is_none_is_refused(pack, photo, words):
    with pytest.raises(ValueError, match=words):
        anchored(pack, photo)


def test_a_photo_that_ends_before_it_starts_is_refused(pack):
    with pytest.raises(ValueError, match="PhotoAnchor starts at 0.9 and ends at 0.5; swap them"):
        anchored(pack, torch.rand(1, 32, 32, 3), start=0.9, end=0.5)


@pytest.mark.parametrize("space", ["auto", "latent", "pixel"])
def test_a_photo_for_a_level_that_is_not_there_is_refused(pack, kit, space):
    anchor = anchored(pack, torch.rand(1, 32, 32, 3), level=4)
    words = "PhotoAnchor is for level 4 but the ladder has 4 levels; set its level from 0 to 3"
    with pytest.raises(ValueError, match=words):
        run(pack, toy_model("eps"), kit, anchor=anchor, vae=mosaic_vae(4), space=space)


@pytest.mark.parametrize("zooms", [(2.0, 2.5, 3.0), ()])
def test_a_photo_needs_the_autoencoder(pack, zooms):
    kit, anchor = Ladder(pack, zooms), anchored(pack, torch.rand(1, 32, 32, 3))
    with pytest.raises(ValueError, match="PhotoAnchor needs the model's VAE; connect it"):
        run(pack, toy_model("eps"), kit, anchor=anchor)


@pytest.mark.parametrize("space", ["auto", "fitted", "pixel"])
def test_another_models_autoencoder_is_refused(pack, space):
    kit = Ladder(pack, zooms=(2.0, 2.0))
    words = (
        "VAE makes latents of 16 channels but the model denoises 4 channels; connect the VAE that"
    )
    with pytest.raises(ValueError, match=words):
        run(pack, toy_model("eps"), kit, vae=mosaic_vae(16), space=space)


def refused_vae(pack, tiny, words, **given):
    """For every kind of VAE, before the model runs."""
    kit, calls = Ladder(pack, zooms=(2.0,), make_cond=tiny.make_cond), watch(tiny.model)
    with pytest.raises(ValueError, match=words):
        run(pack, tiny.model, kit, **given)
    assert not calls


def test_an_autoencoder_of_another_layout_is_refused_though_its_channels_are_as_many(pack):
    flux, qwen = family("flux"), family("qwen_image")
    films = "makes latents of films but the model denoises pictures; connect"
    pictures = "makes latents of pictures but the model denoises films; connect"
    refused_vae(pack, flux, f"The VAE {films} the VAE that", vae=mosaic_video_vae())
    refused_vae(pack, flux, f"The small_vae {films} one that", small_vae=mosaic_video_vae())
    refused_vae(pack, qwen, f"The VAE {pictures} the VAE that", vae=mosaic_vae(16))
    refused_vae(pack, qwen, f"The small_vae {pictures} one", vae=qwen.vae, small_vae=mosaic_vae(16))


def test_an_autoencoder_of_another_ratio_is_refused(pack):
    """Stable Cascade's stage C has no VAE: what its nodes encode with shrinks a resized picture."""
    cascade = family("flux")
    cascade.model.model.latent_format.spacial_downscale_ratio = 42
    words = "latents of 1/8 of a picture's side but the model denoises 1/42 of .* or none"
    refused_vae(pack, cascade, words, vae=mosaic_vae(16), size=(672, 672))


def test_a_photo_needs_the_right_autoencoder(pack, kit):
    anchor = anchored(pack, torch.rand(1, 32, 32, 3))
    with pytest.raises(ValueError, match="latents of 16 channels but the model denoises 4"):
        run(pack, toy_model("eps"), kit, anchor=anchor, vae=mosaic_vae(16), space="latent")


# --- memory ---------------------------------------------------------------------------------------


def memory_of(rows):
    """A device that holds that many rows of a batch."""

    def act(call, x0, sigma):
        if len(x0) > rows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    return act


def test_out_of_memory_goes_on_with_half_the_levels(pack, caplog):
    kit = Ladder(pack, zooms=(2.0, 2.5, 3.0, 2.0))
    respond = Respond(memory_of(4))  # two levels, positive and negative
    model = toy_model("eps", respond=respond)
    with caplog.at_level(logging.WARNING, "zoomstack"):
        latent = run(pack, model, kit, steps=3)
    # Half and half again in the first step; the later ones know.
    assert respond.rows == [10, 6, *(4, 4, 2) * 3]
    said = [record.message for record in caplog.records]
    assert said == [f"Out of memory: going on with {n} levels per batch." for n in (3, 2)]
    alone = run(pack, toy_model("eps", respond=Respond()), kit, steps=3, levels_per_batch=1)
    assert close(latent, alone)
    respond.behave()
    run(pack, model, kit, steps=1)
    assert respond.rows == [10]  # what one run learned of its memory is not held against the next


def test_no_memory_for_one_level_says_what_would_help(pack, kit):
    respond = Respond(memory_of(1))
    model = toy_model("eps", respond=respond)
    with pytest.raises(MemoryError, match="one level of 16 x 16 latent pixels .* smaller width"):
        run(pack, model, kit)
    assert respond.rows == [8, 4, 2]
    respond.behave()
    assert torch.equal(run(pack, model, kit), run(pack, toy_model("eps", respond=Respond()), kit))


def test_other_errors_of_the_model_are_not_taken_for_a_lack_of_memory(pack, kit):
    def fail(call, x0, sigma):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    respond = Respond(fail)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        run(pack, toy_model("eps", respond=respond), kit)
    assert respond.rows == [8]


# --- cancels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 1])
def test_a_cancel_stops_before_the_next_call_and_leaves_nothing(pack, kit, most):
    def cancel(call, x0, sigma):
        if call == 6:
            management.interrupt_current_processing(True)

    respond = Respond(cancel)
    model = toy_model("eps", respond=respond)
    before = copy.deepcopy(model.model_options)
    coupled = apply_node(pack, model, kit.ladder, levels_per_batch=most)
    with torch.inference_mode(), pytest.raises(management.InterruptProcessingException):
        ksampler(coupled, kit, toy_latent(4), steps=20)
    assert len(respond.rows) == 6
    assert not management.processing_interrupted()
    assert model.model_options == before and not model.wrappers
    assert KEY not in coupled.model_options
    respond.behave()
    with torch.inference_mode():
        again = ksampler(coupled, kit, toy_latent(4))
    fresh = toy_model("eps", respond=Respond())
    assert torch.equal(again, run(pack, fresh, kit, levels_per_batch=most))


def test_a_guider_keeps_no_run_after_it(pack, kit):
    guider = cfg_guider(apply_node(pack, toy_model("eps"), kit.ladder), kit)
    options = guider.model_options
    sample_with(guider, kit)
    assert guider.model_options is options and KEY not in options
    assert not [key for key in options if str(key).startswith(KEY)]


# --- other packs ----------------------------------------------------------------------------------


def sample_with(guider, kit, steps=8, sampler="euler"):
    """The result, and the last prediction: the one has a last coupling that may hide a fault."""
    from comfy_extras import nodes_custom_sampler as custom

    sigmas = custom.BasicScheduler.execute(guider.model_patcher, "simple", steps, 1.0).result[0]
    with torch.inference_mode():
        out, denoised = custom.SamplerCustomAdvanced.execute(
            custom.RandomNoise.execute(5).result[0],
            guider,
            custom.KSamplerSelect.execute(sampler).result[0],
            sigmas,
            {"samples": toy_latent(kit.levels)},
        ).result
    return out["samples"], denoised["samples"]


def cfg_guider(model, kit, cfg=3.0):
    from comfy_extras.nodes_custom_sampler import CFGGuider

    return CFGGuider.execute(model, kit.positive, kit.negative, cfg).result[0]


def dual_cfg(model, kit, style):
    from comfy_extras.nodes_custom_sampler import DualCFGGuider

    middle = kit.tagged([[[c[0].flip(-1), {}]] for c in kit.positive])
    return DualCFGGuider.execute(model, kit.positive, middle, kit.negative, 3.0, 1.5, style)


def perp_neg(model, kit):
    from comfy_extras.nodes_perpneg import PerpNegGuider

    empty = [[torch.zeros_like(kit.positive[0][0]), {}]]  # untagged: for all levels
    return PerpNegGuider.execute(model, kit.positive, kit.negative, empty, 4.0, 1.0)


def dual_model(model, kit):
    from comfy_extras.nodes_custom_sampler import DualModelGuider

    return DualModelGuider.execute(
        model, kit.positive, 3.0, model_negative=toy_model("eps", seed=1), negative=kit.negative
    )


GUIDERS = {
    "DualCFG regular": lambda model, kit: dual_cfg(model, kit, "regular"),
    "DualCFG nested": lambda model, kit: dual_cfg(model, kit, "nested"),
    "PerpNeg": perp_neg,
    "DualModel": dual_model,
}


@pytest.mark.parametrize("name", GUIDERS)
@pytest.mark.parametrize("most", [0, 3])
def test_other_guiders_give_levels_that_agree(pack, kit, name, most):
    model = toy_model("eps")
    coupled = apply_node(pack, model, kit.ladder, levels_per_batch=most)
    latents = sample_with(GUIDERS[name](coupled, kit).result[0], kit)
    assert all(consistent(kit, model, latent) for latent in latents)
    plain, _ = sample_with(cfg_guider(coupled, kit), kit)
    assert not close(latents[0], plain)  # the guider has had its say


def lazy_cache(model):
    from comfy_extras.nodes_easycache import LazyCacheNode

    return LazyCacheNode.execute(model, 1e6, 0.15, 1.0, False).result[0]


def easy_cache(model):
    from comfy_extras.nodes_easycache import EasyCacheNode

    return EasyCacheNode.execute(model, 1e6, 0.15, 1.0, False).result[0]


@pytest.mark.parametrize("cache", [lazy_cache, easy_cache])
@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("most", [0, 2])
def test_caches_skip_steps_and_levels_agree_all_the_same(pack, kit, cache, ours_first, most):
    model = toy_model("eps")
    calls = watch(model)

    def ours(model):
        return apply_node(pack, model, kit.ladder, levels_per_batch=most)

    patched = cache(ours(model)) if ours_first else ours(cache(model))
    latents = sample_with(cfg_guider(patched, kit), kit, steps=12)
    assert all(consistent(kit, model, latent) for latent in latents)
    if cache is lazy_cache:  # the other one skips inside the model
        assert 0 < len(calls) < 12 * (1 if most == 0 else 2)


@pytest.mark.parametrize("ours_first", [True, False])
def test_rescale_cfg_works_with_ours(pack, kit, ours_first):
    from comfy_extras.nodes_model_advanced import RescaleCFG

    model = toy_model("v")
    if ours_first:
        patched = RescaleCFG().patch(apply_node(pack, model, kit.ladder), 0.9)[0]
    else:
        patched = apply_node(pack, RescaleCFG().patch(model, 0.9)[0], kit.ladder)
    latents = sample_with(cfg_guider(patched, kit, cfg=8.0), kit)
    plain, _ = sample_with(cfg_guider(apply_node(pack, model, kit.ladder), kit, cfg=8.0), kit)
    assert all(consistent(kit, model, latent) for latent in latents)
    assert not close(latents[0], plain)


# --- what goes in stays as it was -----------------------------------------------------------------


@pytest.mark.parametrize(
    "space, sampler",
    [("latent", "euler_ancestral"), ("latent", "euler_cfg_pp"), ("fitted", "uni_pc"),
     ("pixel", "euler")],
)  # fmt: skip
def test_a_run_changes_none_of_its_inputs(pack, space, sampler):
    kit, model, vae = Ladder(pack, zooms=(2.0,)), toy_model("eps"), mosaic_vae(4)
    generator = torch.Generator().manual_seed(1)
    latent = {"samples": torch.randn(2, 4, 8, 8, generator=generator), "kept": "yes"}
    anchor = anchored(pack, torch.rand(1, 40, 32, 3, generator=generator), strength=0.5)
    inputs = [latent, kit.positive, kit.negative, tuple(anchor[0])]
    options, before = copy.deepcopy(model.model_options), copy.deepcopy(inputs)
    results = [
        run(
            pack, model, kit, steps=2, sampler=sampler, denoise=0.7, latent=latent,
            anchor=anchor, vae=vae, space=space,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert torch.equal(*results)
    assert equal(inputs, before)
    assert equal(model.model_options, options)
    assert not model.wrappers and not model.patches


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b
