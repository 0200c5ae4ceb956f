"""Meeting in pictures through a small autoencoder, at every step of a real ComfyUI's samplers."""

import functools
import json
import logging
import re
from types import SimpleNamespace

import pytest
import torch
from host_kit import (
    Ladder,
    apart,
    apply_node,
    ksampler,
    nudged,
    part,
    rounding,
    sampler_node,
)
from published import FOLDER, needs_taef2
from safetensors.torch import save_file
from tiny_families import family
from tiny_vae import demo_vae, mosaic_vae, mosaic_video_vae, taehv

LATENTS = {"sd15": 4, "sd3": 16, "flux2": 128, "qwen_image": 16}


@pytest.fixture(scope="module")
def built(comfy_host):
    build = functools.cache(family)
    yield build
    build.cache_clear()


def kit_for(pack, tiny, zooms=(2.0, 2.5), size=(16, 16), **options):
    size = (8, 8) if tiny.name == "flux2" else size
    return Ladder(pack, zooms, size=size, make_cond=tiny.make_cond, **options)


def small_for(name):
    return mosaic_video_vae() if name == "qwen_image" else mosaic_vae(LATENTS[name])


def run(pack, tiny, kit, **options):
    latent = {"samples": tiny.latent(kit.levels, kit.geometry.height, kit.geometry.width)}
    options = {"steps": 3, "sampler": "euler_ancestral", "latent": latent, **options}
    with torch.inference_mode():
        return sampler_node(pack, tiny.model, kit, **options)


def pictures(vae, latent):
    with torch.inference_mode():
        images = vae.decode(latent)
    return images.reshape(-1, *images.shape[-3:]).movedim(-1, 1)


def agreement(pack, kit, images):
    blend = part(pack, "zoomstack.joint.blend")
    return min(blend.agreement(images, kit.ladder.geometry(*images.shape[-2:])))


@pytest.mark.parametrize("name", LATENTS)
def test_levels_of_every_layout_agree_as_pictures(pack, built, name):
    tiny, small = built(name), small_for(name)
    kit = kit_for(pack, tiny, focus=((0.5, 0.5), (0.42, 0.57)))
    together = run(pack, tiny, kit, small_vae=small, space="small")
    assert together.shape == tiny.latent(kit.levels, kit.geometry.height, kit.geometry.width).shape
    alone = run(pack, tiny, kit, coupling="independent", shared_noise=False)
    agreed, separate = (
        agreement(pack, kit, pictures(small, latent)) for latent in (together, alone)
    )
    assert agreed > separate + 2


@pytest.mark.parametrize("vae", [mosaic_vae, mosaic_video_vae, taehv])
def test_the_short_way_is_the_hosts(pack, comfy_host, vae):
    vae = vae()
    way = part(pack, "nodes.host.small").ShortWay(vae)
    host = part(pack, "nodes.host.vae")
    generator = torch.Generator().manual_seed(2)
    shown = torch.rand(3, 3, 48, 64, generator=generator)

    def decoded(latent, off=0.0):
        return host.decode_pictures(vae, nudged(latent, off)).clamp(0, 1)

    with torch.inference_mode():
        latent = host.encode_pictures(vae, shown)
        encoded = way.encode(shown)
        assert (encoded - latent).abs().max() < 1e-5
        pictures = decoded(latent)
        off = apart(way.decode(latent).clamp(0, 1), pictures)
        assert off < 1e-5 or off < rounding(functools.partial(decoded, latent), pictures)


def test_one_that_pools_over_the_picture_is_asked_for_all_of_it(pack, comfy_host):
    way = part(pack, "nodes.host.small").ShortWay
    assert not way(mosaic_vae(4)).pools
    assert not way(taehv()).pools
    assert way(mosaic_video_vae()).pools  # its norms and attention are of a whole picture


def test_an_anchor_is_met_in_pixels_and_told(pack, built, caplog):
    tiny, small = built("sd3"), mosaic_vae(16)
    kit = kit_for(pack, tiny)
    photo = torch.rand(1, 16, 16, 3, generator=torch.Generator().manual_seed(3))
    photo = photo.repeat_interleave(8, 1).repeat_interleave(8, 2)  # a mosaic: it can be kept
    anchor = pack.nodes.PhotoAnchor.execute(photo).result[0]
    with caplog.at_level(logging.INFO, "zoomstack"):
        latent = run(pack, tiny, kit, anchor=anchor, small_vae=small)
    kept = re.search(
        r"Levels agree by [\d.]+ dB, least \d and \d by [\d.]+ dB in pixels; level 0 keeps its "
        r"photo by ([\d.]+) dB",
        caplog.text,
    )
    assert kept
    shown = pictures(small, latent)[0]
    truth = photo[0].movedim(-1, 0)
    error = -10 * torch.log10((shown - truth).square().mean())
    assert float(kept[1]) == pytest.approx(float(error), abs=0.1)
    assert float(error) > 15


@pytest.fixture
def approx(pack, comfy_host, tmp_path, monkeypatch):
    """An empty models/vae_approx, and ``put(name, vae)`` that writes both halves into it."""
    import folder_paths

    small = part(pack, "nodes.host.small")
    monkeypatch.setitem(
        folder_paths.folder_names_and_paths, "vae_approx", ([str(tmp_path)], {".safetensors"})
    )
    folder_paths.filename_list_cache.pop("vae_approx", None)
    small._loaded.clear()

    def put(name, vae, halves=("encoder", "decoder")):
        state = vae.first_stage_model.state_dict()
        for half in halves:
            prefix = f"taesd_{half}."
            part_ = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            save_file(part_, tmp_path / f"{name}_{half}.safetensors")
        folder_paths.filename_list_cache.pop("vae_approx", None)

    yield put
    folder_paths.filename_list_cache.pop("vae_approx", None)


def test_the_one_that_the_latent_format_names_is_found(pack, built, approx, caplog):
    import nodes

    tiny = built("sd15")
    kit = kit_for(pack, tiny)
    approx("taesd", mosaic_vae(4, whole=True))
    with caplog.at_level(logging.INFO, "zoomstack"):
        run(pack, tiny, kit, vae=tiny.vae)
    assert "Coupling in pixels through taesd: of a scene that agrees" in caplog.text
    named = run(pack, tiny, kit, space="small", vae=tiny.vae)
    loaded = nodes.VAELoader().load_vae("taesd")[0]
    assert torch.equal(named, run(pack, tiny, kit, space="small", vae=tiny.vae, small_vae=loaded))


@pytest.mark.parametrize(
    ("halves", "line"),
    [
        (("decoder",), "taesd_encoder in models/vae_approx would make the zoom sharper"),
        ((), "taesd_encoder and taesd_decoder in models/vae_approx would make the zoom sharper"),
    ],
)
def test_what_is_missing_of_it_is_said(pack, built, approx, caplog, halves, line):
    tiny = built("sd15")
    approx("taesd", mosaic_vae(4, whole=True), halves)
    with caplog.at_level(logging.INFO, "zoomstack"):
        run(pack, tiny, kit_for(pack, tiny), vae=tiny.vae)
    assert line in caplog.text
    with pytest.raises(ValueError, match=f'space "small" needs a small autoencoder.*{line}'):
        run(pack, tiny, kit_for(pack, tiny), vae=tiny.vae, space="small")


def test_one_of_other_latents_is_refused_by_name(pack, built):
    tiny = built("sd15")
    with pytest.raises(ValueError, match="The small_vae makes latents of 16 channels"):
        run(pack, tiny, kit_for(pack, tiny), vae=tiny.vae, small_vae=mosaic_vae(16))


def test_one_that_does_not_speak_the_models_latents_is_not_taken(pack, built, caplog):
    """As many channels, other directions: a scene that agrees would not survive it."""
    tiny, other = built("sd15"), mosaic_vae(4)
    other.first_stage_model.taesd_encoder[14].weight.data.mul_(-1)
    with caplog.at_level(logging.INFO, "zoomstack"):
        auto = run(pack, tiny, kit_for(pack, tiny), vae=mosaic_vae(4), small_vae=other)
    assert "Levels meet in pixels through small_vae" not in caplog.text
    assert auto.isfinite().all()


def test_with_a_small_vae_alone_levels_meet_through_it(pack, built):
    """As a MODEL for any sampler, too."""
    tiny, small = built("sd15"), mosaic_vae(4)
    kit = kit_for(pack, tiny)
    options = {"small_vae": small, "steps": 3}
    node = run(pack, tiny, kit, sampler="euler", **options)
    named = run(pack, tiny, kit, sampler="euler", space="small", **options)
    assert torch.equal(node, named)
    model = apply_node(pack, tiny.model, kit.ladder, small_vae=small)
    latent = tiny.latent(kit.levels, 16, 16)
    with torch.inference_mode():
        stock = ksampler(model, kit, latent, steps=3)
    assert torch.equal(stock, node)


@needs_taef2
def test_flux2_meets_through_the_published_one_in_vae_approx(pack, built, approx, caplog):
    """Eight levels of a tiny FLUX.2, nothing connected but the VAE: taef2 is found, and taken."""
    import folder_paths

    import nodes

    folder_paths.folder_names_and_paths["vae_approx"][0].append(str(FOLDER))
    folder_paths.filename_list_cache.pop("vae_approx", None)
    tiny = built("flux2")
    vae = nodes.VAELoader().load_vae("taef2")[0]
    kit = kit_for(pack, tiny, zooms=(2.0, 2.5, 4.0, 2.0, 3.0, 2.0, 2.0))
    with caplog.at_level(logging.INFO, "zoomstack"):
        latent = run(pack, tiny, kit, vae=vae)
    assert "Levels meet in pixels through taef2: a scene that agrees keeps" in caplog.text
    tried = re.findall(r"Coupling in ([\w ]+): .* keep ([\d.]+) dB.* by ([\d.]+) dB", caplog.text)
    numbers = {name: (float(harm), float(agreed)) for name, harm, agreed in tried}
    assert numbers["pixels through taef2"][0] > 28
    assert numbers["pixels through taef2"][0] > numbers["plain latents"][0] + 6
    assert latent.shape == tiny.latent(8, 8, 8).shape and latent.isfinite().all()
    assert agreement(pack, kit, pictures(vae, latent).clamp(0, 1)) > 15


def test_the_demos_own_vae_brings_its_small_one(pack, built, caplog):
    tiny, demo = built("sd3"), demo_vae()
    with caplog.at_level(logging.INFO, "zoomstack"):
        named = run(pack, tiny, kit_for(pack, tiny), vae=demo, space="small")
    assert "Levels meet in pixels through the demo's small autoencoder" in caplog.text
    assert named.isfinite().all()


def test_what_shows_the_result_is_told_from_a_stand_in(pack, built):
    """By its weights: the last step is another where the small one is the VAE itself."""
    small = part(pack, "nodes.run.small")
    levels = SimpleNamespace(
        latent_format=built("sd15").model.model.latent_format, small_codec=lambda vae: None
    )
    vae, other = mosaic_vae(4), mosaic_vae(4)
    other.first_stage_model.load_state_dict(
        {name: weight + 0.01 for name, weight in vae.first_stage_model.state_dict().items()}
    )
    found = small.small_autoencoder(vae, other, levels)
    assert found.is_of(vae) and found.is_of(mosaic_vae(4)) and found.is_of(None)
    assert not found.is_of(other) and not small.Small().is_of(vae)


def test_what_a_node_said_of_its_run_is_kept_with_the_stack(pack, built, monkeypatch):
    tiny = built("sd15")
    node = pack.nodes.ZoomStackSampler
    monkeypatch.setattr(node, "hidden", SimpleNamespace(unique_id="7", prompt=None))
    run(pack, tiny, kit_for(pack, tiny), vae=mosaic_vae(4))
    prompt = {
        "7": {"class_type": "ZoomStackSampler", "inputs": {}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["7", 0]}},
        "9": {"class_type": "SaveZoomStack", "inputs": {"stack": ["8", 0]}},
    }
    said = part(pack, "nodes.host").said_behind(SimpleNamespace(unique_id="9", prompt=prompt))
    told = json.loads(said["zoomstack_said"])
    assert list(told) == ["7 ZoomStackSampler"]
    assert "a scene that agrees keeps" in told["7 ZoomStackSampler"]
