"""VAEs outside of a graph: found as Load VAE finds them, laid out as a model lays them out."""

import pytest
import torch
from safetensors.torch import save_file

from zoomstack.bench.space.autoencoder import load
from zoomstack.bench.speed import host


@pytest.fixture
def trial(pack, comfy_host):
    return host.trial(comfy_host, True)


def saved(vae, folder, name):
    """A tiny autoencoder as the two files that are published of such."""
    state = vae.first_stage_model.state_dict()
    for half in ("encoder", "decoder"):
        own = {k.partition(".")[2]: v for k, v in state.items() if k.startswith(f"taesd_{half}.")}
        save_file(own, folder / f"{name}_{half}.safetensors")


def blank(channels):
    """Of small random weights: any that ComfyUI takes for its own."""
    import comfy.sd
    import comfy.taesd.taesd

    network = comfy.taesd.taesd.TAESD(latent_channels=channels)
    generator = torch.Generator().manual_seed(1)
    state = {
        key: torch.randn(value.shape, generator=generator) * 0.05
        for key, value in network.state_dict().items()
        if key.startswith("taesd_")
    }
    return comfy.sd.VAE(sd=state, metadata={"tae_latent_channels": channels})


@pytest.mark.parametrize(
    "name, channels, own, by_file", [("taesd", 4, 4, False), ("taef2", 128, 32, True)]
)
def test_a_pair_of_files_is_one_vae_by_its_name_or_by_either_file(
    trial, tmp_path, name, channels, own, by_file
):
    """taef2's 128 channels at 1/16 are 32 at 1/8 in squares of 2 x 2: a level's own picture."""
    saved(blank(channels), tmp_path, name)
    file = str(tmp_path / f"{name}_decoder.safetensors")
    given = (file, None) if by_file else (name, tmp_path)
    encode, decode, ratio, width = trial.autoencoder(*given)
    assert (ratio, width) == (8, own)
    pictures = torch.rand(2, 3, 32, 48)
    latents = encode(pictures)
    assert latents.shape == (2, own, 4, 6) and not latents.is_inference()
    assert decode(latents).shape == pictures.shape
    assert encode(pictures[..., :24, :40]).shape == (2, own, 3, 5), "half a square of latents, too"


def test_what_load_vae_does_not_know_is_refused_with_what_it_knows(trial, tmp_path):
    with pytest.raises(ValueError, match="no VAE file nowhere.*it knows .*pixel_space.*_decoder"):
        trial.autoencoder("nowhere", tmp_path)


def test_a_file_is_loaded_as_comfyui_loads_it(trial, comfy_host, tmp_path):
    """Against the VAE itself, picture by picture."""
    vae, file = blank(16), tmp_path / "own.safetensors"
    state = vae.first_stage_model.state_dict()
    save_file({key: value.clone() for key, value in state.items()}, file)
    own = load(str(file), comfy_host, None, "cpu")
    assert (own.channels, own.ratio) == (16, 8)
    pictures = torch.rand(3, 3, 40, 32)
    theirs = vae.encode(pictures.movedim(1, -1))
    torch.testing.assert_close(own.encode(pictures), theirs, rtol=1e-4, atol=1e-5)
