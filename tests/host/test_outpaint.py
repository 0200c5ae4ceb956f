"""OutpaintZoom and SuperResZoom in ComfyUI's own machinery, on tiny models of every kind."""

import pytest
import torch
from host_kit import Ladder, part, sampler_node
from tiny_families import family
from tiny_inpainting import inpainting_family
from tiny_models import import_comfy, toy_model, watch
from tiny_vae import mosaic_vae

import_comfy()
from comfy.samplers import SAMPLER_NAMES, SCHEDULER_NAMES  # noqa: E402


def photo(height=64, width=64, seed=0):
    """A smooth picture, as an IMAGE."""
    small = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    large = torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)
    return large.movedim(1, -1).contiguous()


def kit_of(pack, zooms=(2.0, 2.0), **options):
    return Ladder(pack, zooms=zooms, **options)


def sampling(model, kit, vae, sampler, scheduler):
    """The inputs that both nodes have."""
    return {
        "model": model, "vae": vae or mosaic_vae(4), "ladder": kit.ladder,
        "positive": kit.positive, "negative": kit.negative, "seed": 5, "steps": 2, "cfg": 3.0,
        "sampler_name": sampler, "scheduler": scheduler, "width": 64, "height": 64,
    }  # fmt: skip


def outpaint(pack, model, kit, vae=None, sampler="euler", scheduler="simple", **options):
    given = {**sampling(model, kit, vae, sampler, scheduler), "joint": 0.0, **options}
    with torch.inference_mode():
        return pack.nodes.OutpaintZoom.execute(**given).result


def superres(pack, model, kit, vae=None, sampler="euler", scheduler="simple", **options):
    given = {**sampling(model, kit, vae, sampler, scheduler), **options}
    with torch.inference_mode():
        return pack.nodes.SuperResZoom.execute(**given).result[0]


def blended(pack, images, ladder):
    with torch.inference_mode():
        return pack.nodes.LaplacianBlend.execute(images, ladder=ladder).result


def agreements(pack, images, ladder):

    lib = part(pack, "zoomstack.joint.blend")
    return lib.agreement(images.movedim(-1, 1), ladder.geometry(*images.shape[1:3]))


# --- outward --------------------------------------------------------------------------------------


@pytest.mark.parametrize("canvas", ["grown", "level"])
@pytest.mark.parametrize("method", ["sequential", "direct"])
def test_levels_agree_before_they_are_blended(pack, method, canvas):
    """And the innermost one is the picture that was given."""
    kit = kit_of(pack, (2.0, 2.5), focus=((0.5, 0.5), (0.4, 0.55)))
    images, ladder = outpaint(
        pack, toy_model("eps"), kit, image=photo(), method=method, canvas=canvas
    )
    assert images.shape == (3, 64, 64, 3) and torch.equal(images[-1:], photo())
    assert ladder == kit.ladder
    assert agreements(pack, images, ladder) == (float("inf"),) * 2
    stack, views, _ = blended(pack, images, ladder)
    assert stack.prompts == kit.ladder.prompts
    assert torch.allclose(views, images, atol=1e-5)


def test_each_level_is_painted_with_its_own_prompt(pack):
    """A model that paints in the colour of its prompt."""
    from tiny_conds import toy_cond

    def respond(x, sigma, context):
        return context.mean((1, 2)).view(-1, 1, 1, 1).expand_as(x)

    kit = kit_of(pack)
    for level, colour in enumerate((-0.5, 0.25, 1.0)):
        kit.positive[level][0] = torch.full_like(toy_cond(0)[0][0], colour)
    model = toy_model("eps", respond=respond)
    images, _ = outpaint(pack, model, kit, cfg=1.0, method="direct")
    corners = images[:, 0, 0].mean(-1)
    assert len(corners.unique()) == 3
    vae = mosaic_vae(4)
    with torch.inference_mode():
        latent = model.model.process_latent_out(torch.full((1, 4, 8, 8), -0.5))
        assert torch.allclose(images[0, 0, 0], vae.decode(latent)[0, 0, 0], atol=1e-4)


def test_sequential_asks_four_times_and_on_the_posts_canvases(pack):
    model = toy_model("eps")
    calls = watch(model)
    outpaint(pack, model, kit_of(pack, (2.0,)), image=photo(), steps=1, cfg=1.0)
    assert [call.shape[-2:] for call in calls] == [(8, 12), (12, 12), (12, 16), (16, 16)]
    del calls[:]
    outpaint(
        pack, model, kit_of(pack, (2.0,)), image=photo(), steps=1, cfg=1.0, method="direct",
        canvas="level",
    )  # fmt: skip
    assert [call.shape[-2:] for call in calls] == [(8, 8)]


@pytest.mark.parametrize("size", [(64, 96), (83, 61)])
@pytest.mark.parametrize("canvas", ["grown", "level"])
def test_any_aspect_and_size(pack, size, canvas):
    kit = kit_of(pack, (2.0, 1.7))
    images, ladder = outpaint(pack, toy_model("flow"), kit, image=photo(*size), canvas=canvas)
    assert images.shape == (3, *size, 3) and images.isfinite().all()
    assert agreements(pack, images, ladder) == (float("inf"),) * 2


@pytest.mark.parametrize("paint", [outpaint, superres])
def test_without_a_picture_one_of_any_aspect_is_invented(pack, paint):
    images = paint(pack, toy_model("eps"), kit_of(pack, (2.0,)), width=96, height=61)
    images = images[0] if paint is outpaint else images
    assert images.shape == (2, 61, 96, 3)


def test_a_margin_in_pixels_is_a_zoom_factor(pack):
    kit = kit_of(pack, (4.0, 4.0), focus=((0.3, 0.3),) * 2)
    images, ladder = outpaint(pack, toy_model("eps"), kit, image=photo(), margin=16)
    assert ladder.zooms == (1.5, 1.5) and ladder.focus == ((0.5, 0.5),) * 2
    assert ladder.prompts == kit.ladder.prompts
    assert agreements(pack, images, ladder) == (float("inf"),) * 2


@pytest.mark.parametrize("padding", ["symmetric", "reflect", "colour"])
def test_what_lies_under_the_mask_leaks_into_what_is_painted(pack, padding):
    """A model that keeps what it sees paints a mirror image, or the colour that it was given."""

    def respond(x, sigma, context):
        return x / (1 + sigma.view(-1, 1, 1, 1) ** 2)

    kit, colours = kit_of(pack, (2.0,)), ("#ff0000", "#0000ff")
    red, blue = (
        outpaint(
            pack, toy_model("eps", respond=respond), kit, image=photo(seed=2), padding=padding,
            colour=colour, method="direct", cfg=1.0,
        )[0]
        for colour in colours
    )  # fmt: skip
    assert (padding == "colour") != torch.equal(red, blue)
    if padding == "colour":
        more = (red - blue)[0, :8].mean((0, 1))
        assert more[0] > 0.01 > -0.01 > more[2]


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_every_sampler_outpaints(pack, sampler):
    kit = kit_of(pack, (2.0,))
    images, ladder = outpaint(
        pack, toy_model("flow"), kit, image=photo(), sampler=sampler, method="direct",
        canvas="level", steps=3,
    )  # fmt: skip
    assert images.isfinite().all()
    assert agreements(pack, images, ladder) == (float("inf"),)
    assert (images[0, :16] - photo()[0, :16]).abs().max() > 0.01


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_every_scheduler_outpaints(pack, scheduler):
    images, _ = outpaint(
        pack, toy_model("eps"), kit_of(pack, (2.0,)), image=photo(), scheduler=scheduler,
        method="direct", canvas="level",
    )  # fmt: skip
    assert images.isfinite().all()


@pytest.mark.parametrize("name", ["sd15", "sdxl", "sd3", "flux", "flux2", "qwen_image", "pixel"])
def test_real_architectures(pack, name):
    tiny = family(name)
    kit = kit_of(pack, (2.0,), make_cond=tiny.make_cond)
    images, ladder = outpaint(
        pack, tiny.model, kit, tiny.vae, image=photo(), method="direct", canvas="level"
    )
    assert images.shape == (2, 64, 64, 3) and images.isfinite().all()
    assert agreements(pack, images, ladder) == (float("inf"),)
    deeper = superres(pack, tiny.model, kit, tiny.vae, image=photo())
    assert deeper.shape == (2, 64, 64, 3) and deeper.isfinite().all()


def test_an_inpainting_model_sees_the_mask_and_the_masked_picture(pack):
    """By the host's InpaintModelConditioning: nine channels, of which the fifth is the mask."""
    tiny = inpainting_family()
    seen = []
    network = tiny.model.model.diffusion_model
    forward = network.forward

    def watched(x, *args, **kwargs):
        seen.append(x.clone())
        return forward(x, *args, **kwargs)

    network.forward = watched
    kit = kit_of(pack, (2.0,), make_cond=tiny.make_cond)
    given = photo()
    outpaint(pack, tiny.model, kit, tiny.vae, image=given, method="direct", cfg=1.0, steps=1)
    (x,) = seen
    assert x.shape == (1, 9, 16, 16)
    mask, masked = x[0, 4], x[:, 5:]
    assert not mask[4:12, 4:12].any() and mask.sum() == 16 * 16 - 64
    with torch.inference_mode():
        process = tiny.model.model.process_latent_in
        known = process(tiny.vae.encode(given))
        grey = process(tiny.vae.encode(torch.full((1, 64, 64, 3), 0.5)))
    assert torch.allclose(masked[..., 4:12, 4:12], known, atol=1e-4)
    assert torch.allclose(masked[..., :4, :4], grey[..., :4, :4], atol=1e-4)


@pytest.mark.parametrize("joint", [0.0, 0.5])
def test_an_inpainting_model_makes_a_whole_zoom(pack, joint):
    tiny = inpainting_family()
    kit = kit_of(pack, (2.0,), make_cond=tiny.make_cond)
    images, _ = outpaint(pack, tiny.model, kit, tiny.vae, joint=joint)
    assert images.shape == (2, 64, 64, 3) and images.isfinite().all()


def test_a_feathered_border_is_painted_by_differential_diffusion(pack):
    """Only the border of the inner picture is repainted; its middle is kept."""
    kit, given = kit_of(pack, (2.0,)), photo()
    options = {"image": given, "method": "direct", "canvas": "level", "steps": 4}
    hard, _ = outpaint(pack, toy_model("eps"), kit, **options)
    soft, _ = outpaint(pack, toy_model("eps"), kit, feather=8, **options)
    middle = slice(26, 38)
    assert torch.equal(hard[0, middle, middle], soft[0, middle, middle])
    ring = (hard[0] - soft[0])[16:24, 16:48].abs()
    assert ring.max() > 0.005


@pytest.mark.parametrize("feather", [0, 8])
def test_only_a_soft_mask_asks_for_differential_diffusion(pack, monkeypatch, feather):
    host, asked = pack.nodes.host, []
    usual = host.differential
    monkeypatch.setattr(host, "differential", lambda model: asked.append(1) or usual(model))
    options = {"image": photo(), "method": "direct", "canvas": "level", "feather": feather}
    outpaint(pack, toy_model("eps"), kit_of(pack, (2.0,)), **options)
    assert len(asked) == (feather > 0)


def test_the_same_seed_gives_the_same_zoom(pack):
    kit = kit_of(pack)
    runs = [outpaint(pack, toy_model("eps"), kit, seed=seed)[0] for seed in (3, 3, 4)]
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])


def test_the_largest_seed_works(pack):
    assert outpaint(pack, toy_model("eps"), kit_of(pack), seed=2**64 - 1)[0].isfinite().all()


def test_a_ladder_of_one_level_is_the_picture(pack):
    model = toy_model("eps")
    calls = watch(model)
    images, _ = outpaint(pack, model, kit_of(pack, ()), image=photo(), joint=0.5)
    assert torch.equal(images, photo()) and not calls


def test_the_joint_pass_is_the_zooms_own_sampler_bit_for_bit(pack):
    """All levels in one call of the model, from the outpainted pictures, with the next seed."""
    kit, model, vae = kit_of(pack), toy_model("eps"), mosaic_vae(4)
    options = {"method": "direct", "canvas": "level"}
    alone, _ = outpaint(pack, model, kit, vae, **options)
    calls = watch(model)
    joint, ladder = outpaint(pack, model, kit, vae, joint=0.5, **options)
    assert ladder == kit.ladder
    assert calls[-1].shape[0] == 6  # three levels, positive and negative
    with torch.inference_mode():
        latent = {"samples": vae.encode(alone)}
        zoomed = sampler_node(
            pack, model, kit, seed=8, steps=2, denoise=0.5, size=(64, 64), latent=latent, vae=vae
        )
        assert torch.equal(joint, vae.decode(zoomed))


@pytest.mark.parametrize("size", [(64, 64), (61, 90)])
@pytest.mark.parametrize("kind", ["eps", "flow"])
def test_the_joint_pass_keeps_the_picture_that_was_given_to_the_bit(pack, kind, size):
    """Whatever the VAE makes of it: in the levels, and in the stack of them, which all show it."""
    kit, given = kit_of(pack), photo(*size)
    images, ladder = outpaint(
        pack, toy_model(kind), kit, image=given, method="direct", canvas="level", joint=0.5
    )
    assert torch.equal(images[-1:], given)
    assert agreements(pack, images, ladder) == (float("inf"),) * 2
    assert torch.equal(blended(pack, images, ladder)[1], images)


@pytest.mark.parametrize("size", [(64, 64), (61, 90)])
def test_the_joint_pass_keeps_sizes_that_latents_do_not_have(pack, size):
    kit = kit_of(pack, (2.0,))
    images, _ = outpaint(pack, toy_model("eps"), kit, image=photo(*size), joint=0.3)
    assert images.shape == (2, *size, 3)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"image": torch.rand(2, 64, 64, 3)}, "OutpaintZoom got 2 images; pick one with Image"),
        ({"image": torch.rand(1, 9, 64, 3)}, "The image has 64 x 9 pixels; it needs at least 16"),
        ({"image": torch.full((1, 64, 64, 3), torch.nan)}, "The image holds NaN or infinite"),
        ({"image": photo(), "colour": "red"}, "The colour is 'red'; write it as #rrggbb"),
        ({"width": 8000}, "A canvas of 16000 pixels a side is too large, over 8192; choose"),
        (
            {"vae": mosaic_vae(16)},
            "denoises 4 channels .* got one for 16 channels; connect the VAE",
        ),
    ],
)
def test_bad_input_is_refused_before_the_model_runs(pack, options, words):
    model = toy_model("eps")
    calls = watch(model)
    with pytest.raises(ValueError, match=words):
        outpaint(pack, model, kit_of(pack), **options)
    assert not calls


def test_a_prompt_that_is_missing_is_named(pack):
    kit = kit_of(pack)
    with pytest.raises(ValueError, match="no prompt for level 0 .0 is the widest.; take positive"):
        outpaint(pack, toy_model("eps"), kit, positive=kit.positive[1:], image=photo())


@pytest.mark.parametrize("method", ["sequential", "direct"])
def test_a_cancel_stops_before_the_next_painting(pack, method):
    import comfy.model_management as management

    def respond(x, sigma, context):
        management.interrupt_current_processing()
        return x * 0.5

    model = toy_model("eps", respond=respond)
    calls = watch(model)
    with pytest.raises(management.InterruptProcessingException):
        outpaint(pack, model, kit_of(pack), image=photo(), steps=1, cfg=1.0, method=method)
    assert len(calls) == 1
    management.interrupt_current_processing(False)


def test_a_model_that_breaks_is_told_of(pack):
    model = toy_model("eps", respond=lambda x, sigma, context: x * torch.nan)
    with pytest.raises(ValueError, match="made NaN or infinite values. Run it in a wider"):
        outpaint(pack, model, kit_of(pack))


# --- inward ---------------------------------------------------------------------------------------


def test_without_redrawing_each_level_is_the_enlarged_frame(pack):
    """denoise 0: pure resampling of a slope, at real places."""
    at = (torch.arange(64.0) + 0.5) / 64
    slope = torch.stack([at.expand(64, 64), at[:, None].expand(64, 64), at.expand(64, 64)], -1)[
        None
    ]
    kit = kit_of(pack, (2.0, 2.5), focus=((0.5, 0.5), (0.37, 0.55)))
    model = toy_model("eps")
    calls = watch(model)
    images = superres(pack, model, kit, image=slope, denoise=0.0)
    assert not calls and torch.equal(images[:1], slope)
    for level in (1, 2):
        rows, columns = kit.geometry.resized(64, 64).placement(0, level)
        across = (columns.left + (torch.arange(64.0) + 0.5) / columns.zoom) / 64
        down = (rows.left + (torch.arange(64.0) + 0.5) / rows.zoom) / 64
        assert torch.allclose(images[level, 30, :, 0], across, atol=2e-3)
        assert torch.allclose(images[level, :, 30, 1], down, atol=2e-3)


@pytest.mark.parametrize("zooms", [(2.0, 2.0), (4.0, 2.0)])
def test_a_given_picture_is_what_all_deeper_levels_shrink_to(pack, zooms):
    """However far they were redrawn; and so it comes out of the stack as it went in."""
    kit, given = kit_of(pack, zooms), photo()
    images = superres(pack, toy_model("eps"), kit, image=given, denoise=0.8)
    assert torch.equal(images[:1], given)
    assert min(agreements(pack, images, kit.ladder)) > 100
    assert torch.allclose(blended(pack, images, kit.ladder)[1], images, atol=1e-5)
    invented = superres(pack, toy_model("eps"), kit, denoise=0.8)
    assert max(agreements(pack, invented, kit.ladder)) < 50


@pytest.mark.parametrize("kind", ["eps", "flow"])
def test_levels_are_redrawn_with_their_own_prompts(pack, kind):
    kit = kit_of(pack, (2.0, 2.0))
    images = superres(pack, toy_model(kind), kit, image=photo(), denoise=0.6)
    assert images.shape == (3, 64, 64, 3) and torch.equal(images[:1], photo())
    plain = superres(pack, toy_model(kind), kit, image=photo(), denoise=0.0)
    assert (images[1:] - plain[1:]).abs().mean() > 0.002
    swapped = kit_of(pack, (2.0, 2.0))
    swapped.positive[2][0] = swapped.positive[0][0]
    other = superres(pack, toy_model(kind), swapped, image=photo(), denoise=0.6)
    assert torch.equal(other[:2], images[:2]) and not torch.equal(other[2], images[2])


def test_a_generated_widest_level_is_the_stock_ksamplers(pack):
    from host_kit import ksampler

    kit, model, vae = kit_of(pack, (2.0,)), toy_model("eps"), mosaic_vae(4)
    images = superres(pack, model, kit, vae, denoise=0.5, steps=3)
    with torch.inference_mode():
        stock = ksampler(
            model, kit, torch.zeros(1, 4, 8, 8), steps=3,
            positive=[kit.positive[0]], negative=[kit.negative[0]],
        )  # fmt: skip
        assert torch.equal(images[:1], vae.decode(stock))


class Upscaler:
    """A stock UPSCALE_MODEL: nearest neighbours, four times."""

    scale = 4.0

    def __init__(self):
        import comfy.model_patcher

        cpu = torch.device("cpu")
        self.patcher = comfy.model_patcher.CoreModelPatcher(torch.nn.Module(), cpu, cpu)
        self.seen = []

    def __call__(self, pictures):
        self.seen.append(tuple(pictures.shape))
        return torch.nn.functional.interpolate(pictures, scale_factor=4)


def test_an_upscale_model_enlarges_the_cut_out_part(pack):
    kit, upscaler = kit_of(pack, (2.0,)), Upscaler()
    options = {"image": photo(seed=3), "denoise": 0.0}
    plain = superres(pack, toy_model("eps"), kit, **options)
    by_model = superres(pack, toy_model("eps"), kit, upscale_model=upscaler, **options)
    assert upscaler.seen == [(1, 3, 48, 48)]  # the frame of 32, and 8 pixels around it
    assert torch.allclose(plain, by_model, atol=0.06) and not torch.equal(plain, by_model)


@pytest.mark.parametrize("sampler", ["euler", "dpmpp_2m_sde", "uni_pc", "dpm_adaptive"])
def test_samplers_zoom_in(pack, sampler):
    images = superres(
        pack, toy_model("eps"), kit_of(pack, (2.0,)), image=photo(), sampler=sampler, steps=3
    )
    assert images.isfinite().all()


def test_noise_is_not_the_same_at_each_level(pack):
    """A model that knows nothing leaves the noise in x: two levels must not share it."""
    seen = []

    def respond(x, sigma, context):
        seen.append(x[:1] / sigma[:1].view(-1, 1, 1, 1))
        return torch.zeros_like(x)

    grey = torch.full((1, 64, 64, 3), 0.5)
    superres(
        pack, toy_model("eps", respond=respond), kit_of(pack, (2.0, 2.0)), image=grey, steps=1,
        denoise=0.999,
    )  # fmt: skip
    first, second = seen[0], seen[-1]
    assert abs(float((first * second).mean())) < 0.3 < float(first.std())
