"""Families, spaces and photo anchors: joint sampling where the levels meet in each way there is."""

import functools
import logging
import re
import sys
from types import SimpleNamespace

import pytest
import torch
from host_kit import Ladder, part, sampler_node
from tiny_families import FAMILIES, family
from tiny_models import randn, toy_model
from tiny_vae import bent, mosaic_vae


@pytest.fixture(scope="module")
def built(comfy_host):
    """A family, built once: its autoencoder is fitted once as well."""
    build = functools.cache(family)
    yield build
    build.cache_clear()


@pytest.fixture(params=FAMILIES)
def tiny(request, built):
    return built(request.param)


def kit_for(pack, tiny, zooms=(2.0, 2.0), size=(16, 16), **options):
    return Ladder(pack, zooms, size=size, make_cond=tiny.make_cond, **options)


def model_views(pack, model, latent):
    """Level pictures in the model's own space."""
    layout_of = part(pack, "nodes.host.layout").layout_of
    views = layout_of(model.model.latent_format, tuple(latent.shape)).views(latent)
    return model.model.process_latent_in(views) if latent.ndim == 4 else views


def run(pack, tiny, kit, **options):
    grid = tiny.latent(kit.levels, kit.geometry.height, kit.geometry.width)
    latent = {"samples": grid}
    with torch.inference_mode():
        return sampler_node(
            pack, tiny.model, kit, steps=3, sampler="euler_ancestral", latent=latent, **options
        )


def test_every_family_gives_levels_that_agree(pack, tiny):
    size = (8, 8) if tiny.name == "flux2" else (16, 16)
    kit = kit_for(pack, tiny, size=size)
    latent = run(pack, tiny, kit)
    assert latent.shape == tiny.latent(kit.levels, *size).shape
    views = model_views(pack, tiny.model, latent)
    if tiny.name == "flux2":
        kit = kit_for(pack, tiny, size=(16, 16))  # its 2 x 2 shuffled latents, unshuffled
    assert kit.disagreement(views) / float(views.std()) < 1e-4
    assert views.std() > 1e-3


def test_every_family_takes_a_photo(pack, tiny):
    """What the widest level decodes to is the photo, up to what the autoencoder keeps."""
    size = (8, 8) if tiny.name == "flux2" else (16, 16)
    kit = kit_for(pack, tiny, size=size)
    pixels = {"pixel": 1, "flux2": 16}.get(tiny.name, 8)
    rows, columns = (n * pixels for n in size)
    photo = torch.rand(1, 4, 4, 3, generator=torch.Generator().manual_seed(3))
    photo = torch.nn.functional.interpolate(photo.movedim(-1, 1), (rows, columns), mode="bilinear")
    anchor = pack.nodes.PhotoAnchor.execute(photo.movedim(1, -1)).result[0]
    latent = run(pack, tiny, kit, anchor=anchor, vae=tiny.vae)
    with torch.inference_mode():
        images = tiny.vae.decode(latent)
        images = images.reshape(-1, *images.shape[-3:])
        truth = tiny.vae.decode(tiny.vae.encode(photo.movedim(1, -1)))
    truth = truth.reshape(-1, *truth.shape[-3:])[0]
    # The middle of the widest level is what the deeper ones shrink to: they follow the photo too.
    assert (images[0] - truth).abs().mean() < 0.05


@pytest.mark.parametrize("space", ["latent", "fitted", "twin", "pixel"])
@pytest.mark.parametrize("name", ["sd3", "qwen_image"])
def test_every_space(pack, built, name, space):
    tiny = built(name)
    kit = kit_for(pack, tiny)
    latent = run(pack, tiny, kit, vae=tiny.vae, space=space)
    assert latent.isfinite().all()
    with torch.inference_mode():
        images = tiny.vae.decode(latent)
    images = images.reshape(-1, *images.shape[-3:]).movedim(-1, 1)
    pixels = kit.ladder.geometry(*images.shape[-2:])
    blend = part(pack, "zoomstack.joint.blend")
    alone = run(pack, tiny, kit, coupling="independent", shared_noise=False)
    with torch.inference_mode():
        apart = tiny.vae.decode(alone)
    apart = apart.reshape(-1, *apart.shape[-3:]).movedim(-1, 1)
    together, separate = (min(blend.agreement(x, pixels)) for x in (images, apart))
    assert together > separate + 3


def test_auto_takes_what_harms_a_scene_least_and_says_by_which_numbers(pack, built, caplog):
    """A mosaic's latents are a small picture: nothing is better than to shrink them as one."""
    tiny, vae = built("sd3"), mosaic_vae(16)
    kit = kit_for(pack, tiny)
    with caplog.at_level(logging.INFO, "zoomstack"):
        auto, latent = (run(pack, tiny, kit, vae=vae, space=s) for s in ("auto", "latent"))
    assert torch.equal(auto, latent)
    for name in ("plain latents", "fitted latents", "the linear twin of the VAE"):
        assert f"Coupling in {name}: of a scene that agrees the deeper levels keep" in caplog.text


def test_a_space_by_name_says_how_far_to_trust_the_fit(pack, built, caplog):
    tiny = built("sd3")
    with caplog.at_level(logging.INFO, "zoomstack"):
        run(pack, tiny, kit_for(pack, tiny), vae=tiny.vae, space="fitted")
        kit = kit_for(pack, tiny, zooms=(2.5, 2.0), focus=((0.47, 0.5), (0.5, 0.5)))
        run(pack, tiny, kit, vae=tiny.vae, space="twin")
    assert "Coupling fitted latents at p = 2: shrinking explains" in caplog.text
    assert "Coupling the linear twin of the VAE at p = 2.5: shrinking explains" in caplog.text
    with pytest.raises(ValueError, match='space "fitted" does not fit this ladder: level 1 has'):
        run(pack, tiny, kit, vae=tiny.vae, space="fitted")


def test_lines_under_the_node_say_how_far_to_trust_the_fit_and_how_far_the_run_is(
    pack, built, monkeypatch
):
    shown = []
    server = SimpleNamespace(client_id="me", send_sync=lambda _, told, __: shown.append(told))
    module = SimpleNamespace(PromptServer=SimpleNamespace(instance=server))
    monkeypatch.setitem(sys.modules, "server", module)
    monkeypatch.setattr(part(pack, "nodes.run.told"), "EVERY", 0.0)
    tiny = built("sd3")
    kit = kit_for(pack, tiny, zooms=(2.5, 2.0))
    monkeypatch.setattr(pack.nodes.ZoomStackSampler, "hidden", SimpleNamespace(unique_id="7"))
    run(pack, tiny, kit, vae=tiny.vae)
    fit, *steps = [told["text"] for told in shown if told["node"] == "7"]
    assert [told["stays"] for told in shown] == [True] + [False] * len(steps)
    assert re.fullmatch(
        r"levels meet in [\w ]+: a scene that agrees keeps \d+ dB and agrees by \d+ "
        r"\(next: [\w ]+, \d+ and \d+\).*",
        fit,
    )
    total = len(steps)
    assert total > 1
    for number, text in enumerate(steps, 1):
        line, kept = text.split("\n")
        agreed = r"levels agree by -?\d+\.\d dB, least \d and \d by -?\d+\.\d dB"
        assert kept == fit and re.fullmatch(rf"step {number} of {total}: {agreed}", line)
    shown.clear()
    run(pack, tiny, kit)
    plain = shown[0]["text"]
    assert plain == "levels meet in plain latents; connect the VAE for better agreement"


def test_operators_are_fitted_once_per_autoencoder(pack, built, monkeypatch):
    tiny = built("sd3")
    fitting = part(pack, "zoomstack.spaces.fitted.fit")
    fits = []
    original = fitting.fit_operators
    monkeypatch.setattr(fitting, "fit_operators", lambda *a: fits.append(a) or original(*a))
    vae = mosaic_vae(16)
    for zooms in ((2.0, 2.0), (2.0, 3.0)):
        run(pack, tiny, kit_for(pack, tiny, zooms=zooms, size=(12, 12)), vae=vae, space="fitted")
    assert [args[1] for args in fits] == [2, 3]


@pytest.mark.parametrize("space", ["fitted", "twin", "pixel"])
def test_the_vae_is_always_asked_in_inference_mode(pack, built, space):
    """The host loads its weights in it; a GPU refused them where a fit had left it (H100)."""
    tiny = built("sd15")
    vae = mosaic_vae(4)
    modes = {"encode": set(), "decode": set()}

    def heard(name):
        original = getattr(vae, name)

        def asked(given):
            modes[name].add(torch.is_inference_mode_enabled())
            return original(given)

        return asked

    vae.encode, vae.decode = heard("encode"), heard("decode")
    with torch.inference_mode():
        run(pack, tiny, kit_for(pack, tiny), vae=vae, space=space)
    assert modes == {"encode": {True}, "decode": {True} if space == "pixel" else set()}


@pytest.mark.parametrize(
    ("options", "times"),
    [({}, 1), ({"pixel_steps": 2}, 2), ({"pixel_steps": 9}, 3), ({"pixel_steps": 0}, 3),
     ({"pixel_steps": 0, "couple_start": 0.33}, 2), ({"couple_end": 0.5}, 0)],
)  # fmt: skip
def test_only_the_steps_asked_for_pay_for_a_round_trip_through_the_vae(pack, built, options, times):
    tiny = built("sd15")
    kit = kit_for(pack, tiny)
    decoded = []
    vae = mosaic_vae(4)
    original = vae.decode
    vae.decode = lambda latent: decoded.append(1) or original(latent)
    run(pack, tiny, kit, vae=vae, space="pixel")  # where levels meet before pixels is measured once
    decoded.clear()
    run(pack, tiny, kit, vae=vae, space="pixel", **options)
    assert len(decoded) == times  # of three steps


@pytest.mark.parametrize(("linear", "encodings"), [(True, 0), (False, 2)])
def test_a_vae_that_is_all_but_linear_need_not_encode(pack, built, linear, encodings):
    tiny = built("sd15")
    kit, vae, encoded = kit_for(pack, tiny), mosaic_vae(4), []
    encode = vae.encode if linear else bent(vae).encode
    vae.encode = lambda pictures: encoded.append(1) or encode(pictures)
    run(pack, tiny, kit, vae=vae, space="pixel")
    fitting = len(encoded) - encodings
    run(pack, tiny, kit, vae=vae, space="pixel")
    assert len(encoded) == fitting + 2 * encodings


def test_before_the_last_steps_levels_meet_as_with_auto(pack, built):
    """A run that pixels are left out of, for coupling has ended before them, is that of auto."""
    tiny = built("sd15")
    kit = kit_for(pack, tiny)
    options = {"vae": mosaic_vae(4), "couple_end": 0.5}
    late, auto = (run(pack, tiny, kit, space=space, **options) for space in ("pixel", "auto"))
    alone = run(pack, tiny, kit, coupling="independent", **options)
    assert torch.equal(late, auto)
    assert not torch.equal(late, alone)


def test_anchors_chain_and_act_at_their_levels(pack, built):
    tiny = built("pixel")
    kit = kit_for(pack, tiny, zooms=(4.0, 4.0))
    node = pack.nodes.PhotoAnchor
    first, last = (torch.full((1, 32, 32, 3), value) for value in (0.2, 0.9))
    anchor = node.execute(first).result[0]
    anchor = node.execute(last, level=2, solver="adam", steps=200, anchor=anchor).result[0]
    assert [photo.level for photo in anchor] == [0, 2]
    images = run(pack, tiny, kit, anchor=anchor) / 2 + 0.5
    assert images[0, :, 0].mean() == pytest.approx(0.2, abs=0.02)
    assert images[2, :, 8, 8].mean() == pytest.approx(0.9, abs=0.1)


@pytest.mark.parametrize(
    "shape, size",
    [((1, 300, 100, 3), (16, 16)), ((1, 100, 300, 4), (16, 24)), ((1, 40, 40, 1), (24, 16))],
)
def test_photos_of_any_shape_are_cropped_to_the_middle(pack, comfy_host, shape, size):
    photo = pack.nodes.PhotoAnchor.execute(torch.rand(shape)).result[0][0]
    assert photo.fitted_to(*size).shape == (1, 3, *size)
    rows, columns = (side * min(shape[1] / size[0], shape[2] / size[1]) for side in size)
    assert f"shows {columns:.0f} x {rows:.0f} of its photo's" in photo.cropped(*size)
    assert photo.cropped(shape[1] // 2, shape[2] // 2) == ""


@pytest.mark.parametrize("at, bright", [(0.0, [1, 0, 0]), (0.5, [0, 1, 0]), (0.95, [0, 0, 1])])
def test_a_photo_of_another_aspect_is_cropped_around_a_point(pack, comfy_host, at, bright):
    wide = torch.eye(3).repeat_interleave(40, 0)[None, None].expand(1, 40, -1, -1)
    (photo,) = pack.nodes.PhotoAnchor.execute(wide, crop_x=at, crop_y=at).result[0]
    assert photo.fitted_to(16, 16).mean((0, 2, 3)).tolist() == pytest.approx(bright, abs=1e-5)
    tall = pack.nodes.PhotoAnchor.execute(wide.transpose(1, 2), crop_x=at, crop_y=at).result[0][0]
    assert tall.fitted_to(16, 16).mean((0, 2, 3)).tolist() == pytest.approx(bright, abs=1e-5)


def test_several_photos_are_for_a_level_each(pack, comfy_host):
    images = torch.rand(3, 20, 20, 3)
    node = pack.nodes.PhotoAnchor.execute(images, level=1, strength=0.5)
    assert [photo.level for photo in node.result[0]] == [1, 2, 3]
    assert {photo.strength for photo in node.result[0]} == {0.5}
    for photo, image in zip(node.result[0], images, strict=True):
        assert torch.equal(photo.picture[0], image.movedim(-1, 0))
    again = pack.nodes.PhotoAnchor.execute(images[:1], node.result[0], level=2)
    assert "level 2 has a photo already" in str(again.ui)


def test_the_blend_says_what_of_a_photo_its_level_shows(pack, comfy_host):
    images, (wide, whole) = (
        torch.rand(2, 16, 16, 3),
        (torch.rand(1, 16, 40, 3), torch.rand(1, 20, 20, 3)),
    )
    for photo, said in ((wide, True), (whole, False)):
        anchor = pack.nodes.PhotoAnchor.execute(photo).result[0]
        ui = pack.nodes.LaplacianBlend.execute(images, anchor=anchor).ui
        assert ("shows 16 x 16 of its photo's 40 x 16 pixels, from (12, 0)" in str(ui)) == said


def test_a_photo_acts_as_its_node_was_told(pack, comfy_host):
    how = {
        "level": 1, "strength": 0.25, "solver": "adam", "steps": 3, "learning_rate": 0.2,
        "start": 0.1, "end": 0.9,
    }  # fmt: skip
    photo = pack.nodes.PhotoAnchor.execute(torch.rand(1, 20, 20, 3), **how).result[0][0]
    anchor = photo.anchor(picture := torch.rand(4, 2, 2))
    assert {name: getattr(anchor, name) for name in how} == how and anchor.photo is picture


@pytest.mark.parametrize("shape, size", [((300, 100), (16, 16)), ((100, 300), (16, 24))])
def test_a_mirrored_photo_is_cropped_to_the_mirrored_middle(pack, comfy_host, shape, size):
    picture = torch.rand(1, *shape, 3, generator=torch.Generator().manual_seed(1))
    fitted, mirrored = (
        pack.nodes.PhotoAnchor.execute(image).result[0][0].fitted_to(*size)
        for image in (picture, picture.flip(1, 2))
    )
    assert torch.allclose(mirrored, fitted.flip(2, 3), atol=1e-5)


def test_a_photo_of_twenty_thousand_pixels(pack, comfy_host):
    wide = torch.zeros(1, 20, 20000, 3)
    wide[:, :, 9990:10010] = 1.0
    photo = pack.nodes.PhotoAnchor.execute(wide).result[0][0]
    assert photo.fitted_to(16, 16).mean() > 0.9


def test_alpha_is_laid_over_white(pack, comfy_host):
    clear = torch.zeros(1, 20, 20, 4)
    photo = pack.nodes.PhotoAnchor.execute(clear).result[0][0]
    assert (photo.picture == 1).all()


def test_a_second_pass_at_a_larger_size(pack, built):
    """latent + denoise < 1: levels of the first pass, enlarged by stock nodes, stay one scene."""
    import comfy.utils

    tiny = built("sd15")
    kit = kit_for(pack, tiny)
    first = run(pack, tiny, kit)
    larger = comfy.utils.common_upscale(first, 24, 24, "bilinear", "disabled")
    with torch.inference_mode():
        second = sampler_node(
            pack, tiny.model, kit, steps=3, denoise=0.5, sampler="euler_ancestral",
            latent={"samples": larger},
        )  # fmt: skip
        started = sampler_node(
            pack, tiny.model, kit, steps=3, denoise=0.01, latent={"samples": larger}
        )
    large = kit_for(pack, tiny, size=(24, 24))
    views = tiny.model.model.process_latent_in(second)
    assert large.disagreement(views) / float(views.std()) < 1e-4
    near = torch.nn.functional.cosine_similarity(started.flatten(), larger.flatten(), dim=0)
    assert near > 0.8


@pytest.mark.parametrize("kind", ["eps", "flow"])
def test_a_second_pass_begins_with_levels_that_are_one_scene(pack, kind):
    """Before any step: what the model is shown first, but for its noise."""
    seen = []

    def respond(x, sigma, context):
        seen.append((float(sigma[0]), x[-kit.levels :].clone()))
        return torch.zeros_like(x)

    kit, model = Ladder(pack, zooms=(2.0, 2.5)), toy_model(kind, respond=respond)
    latent = randn(3, kit.levels, 4, 16, 16) + 2.0
    with torch.inference_mode():
        for samples in (latent, torch.zeros_like(latent)):
            sampler_node(pack, model, kit, steps=2, denoise=0.5, latent={"samples": samples})
    (sigma, shown), (_, noise) = seen[0], seen[2]
    kept = (shown - noise) / (1.0 if kind == "eps" else 1.0 - sigma)
    started = model.model.process_latent_in(latent)
    joint = part(pack, "zoomstack.joint.blend"), part(pack, "zoomstack.joint.render")
    scene = joint[1].render(joint[0].blend(started, kit.geometry), kit.geometry)
    assert kit.disagreement(started) > started.std()
    assert (kept - scene).abs().max() < 1e-3


def test_outside_of_a_mask_a_latent_stays_as_it_was_given(pack):
    """Levels that do not agree: neither the first nor the last settling may touch them there."""
    kit, latent = Ladder(pack, zooms=(2.0, 2.5)), randn(3, 3, 4, 16, 16)
    mask = torch.zeros(3, 16, 16)
    mask[..., 8:] = 1
    with torch.inference_mode():
        kept = sampler_node(
            pack, toy_model("eps"), kit, steps=2, denoise=0.5,
            latent={"samples": latent, "noise_mask": mask},
        )  # fmt: skip
    assert torch.allclose(kept[..., :8], latent[..., :8], atol=1e-4)
    assert not torch.allclose(kept[..., 8:], latent[..., 8:], atol=0.1)
