"""The autoencoder's modules are TAESD to the letter, and training starts where it should."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from zoomstack.demo import parts
from zoomstack.demo.networks.autoencoder import Autoencoder, load_autoencoder, save_autoencoder
from zoomstack.demo.taesd import taesd_layout
from zoomstack.spaces.small.file import load_small, owner_of
from zoomstack.train.principal import (
    fresh_autoencoder,
    principal_components,
    principal_encoder,
    revive,
)


@pytest.fixture
def picture():
    return torch.rand(1, 3, 24, 40, generator=torch.Generator().manual_seed(0))


def projection(seed=0):
    draw = np.random.RandomState(seed)
    return np.linalg.qr(draw.standard_normal((192, 16)))[0].T, draw.standard_normal(16) * 0.1


def test_latents_are_an_eighth_of_the_picture_and_the_picture_comes_back_whole(picture):
    net = Autoencoder()
    latents = net.encoder(picture)
    assert latents.shape == (1, 16, 3, 5)
    assert net.decoder(latents).shape == picture.shape == net(picture).shape


def test_saving_keeps_all_but_what_half_precision_drops(tmp_path, picture):
    net = Autoencoder()
    save_autoencoder(net, tmp_path / "new")
    again = load_autoencoder(tmp_path / "new")
    assert torch.allclose(again(picture), net(picture), atol=1e-3)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        parts.ENCODER.name,
        parts.DECODER.name,
    }
    assert all(
        v.dtype == torch.float16 for v in load_file(tmp_path / "new/decoder.safetensors").values()
    )


def test_what_is_saved_again_does_not_change(tmp_path):
    # The decoder is trained on after the encoder's latents were made: those must stay.
    save_autoencoder(Autoencoder(), tmp_path / "a")
    save_autoencoder(load_autoencoder(tmp_path / "a"), tmp_path / "b")
    for part in (parts.ENCODER.name, parts.DECODER.name):
        assert (tmp_path / "a" / part).read_bytes() == (tmp_path / "b" / part).read_bytes()


def test_the_shipped_one_keeps_its_own_world():
    from zoomstack.demo.world import Scene, view

    net = load_autoencoder()
    with torch.no_grad():
        for octave in (4.0, 9.0, 20.0):
            x = torch.from_numpy(view(Scene(5), octave, 96)).permute(2, 0, 1)[None]
            error = (net(x).clamp(0, 1) - x).square().mean()
            assert -10 * error.log10() > 20


def test_the_principal_encoder_is_the_projection(picture):
    components, offset = projection()
    patches = torch.nn.functional.unfold(picture, 8, stride=8)[0].double()
    expected = torch.from_numpy(components) @ patches - torch.from_numpy(offset)[:, None]
    found = principal_encoder(components, offset)(picture)
    assert torch.allclose(found.flatten(2)[0].double(), expected, atol=1e-4)


def test_principal_latents_are_centred_with_mean_square_one():
    pictures = np.random.RandomState(0).randint(0, 256, (6, 64, 48, 3)).astype(np.uint8)
    pictures[:, :, :24] //= 3  # so that some directions matter more
    net = principal_encoder(*principal_components(pictures))
    latents = net(torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255)
    assert latents.mean((0, 2, 3)).abs().max() < 1e-3
    assert latents.square().mean().item() == pytest.approx(1, abs=1e-3)
    covariance = torch.cov(latents.transpose(0, 1).flatten(1))
    spread = covariance.diagonal()
    assert (spread[:-1] >= spread[1:] - 1e-4).all()
    assert (covariance - spread.diag()).abs().max() < 1e-3


def test_reviving_changes_no_latent_and_lets_every_weight_learn(picture):
    net = principal_encoder(*projection())
    before = net(picture)
    torch.manual_seed(0)
    revive(net)
    assert torch.allclose(net(picture), before, atol=1e-4)
    # A block's last layer is still zero, so what is before it moves from the second step on.
    optimiser = torch.optim.SGD(net.parameters(), lr=0.01)
    start = {name: value.clone() for name, value in net.state_dict().items()}
    for _ in range(3):
        optimiser.zero_grad()
        (net(picture) - 1).square().mean().backward()
        optimiser.step()
    still = [name for name, value in net.state_dict().items() if torch.equal(value, start[name])]
    assert still == []


def test_a_fresh_autoencoder_has_a_decoder_that_gives_grey(picture):
    torch.manual_seed(0)
    net = fresh_autoencoder(np.random.RandomState(0).randint(0, 256, (4, 64, 64, 3), np.uint8))
    assert (net(picture) - 0.5).square().mean() < 0.2


def test_the_small_one_belongs_to_the_vae_of_the_checkpoint():
    from safetensors.numpy import load_file as load_arrays

    state = taesd_layout(load_arrays(parts.ENCODER), load_arrays(parts.DECODER))
    loaded = [torch.from_numpy(np.asarray(values)) for values in state.values()]
    assert load_small(parts.SMALL).owner == owner_of(loaded)


def test_the_small_one_answers_as_the_large_one():
    from zoomstack.demo.world import Scene, view
    from zoomstack.spaces.fitting.scenery import scenery

    net, small = load_autoencoder(), load_small(parts.SMALL)
    assert small.ratio == 8
    drawn = [torch.from_numpy(view(Scene(5), octave, 96)) for octave in (4.0, 9.0, 20.0)]
    x = torch.cat([torch.stack(drawn).permute(0, 3, 1, 2).float(), scenery(1, 96, 96, 5)])
    with torch.no_grad():
        z = net.encoder(x)
        spread = (z - z.mean((0, 2, 3), keepdim=True)).square().mean()
        assert (small.encode(x) - z).square().mean() < 0.07 * spread
        assert decibels(small.decode(z), net.decoder(z)) > 27.5
        assert decibels(net.decoder(small.encode(x)), net.decoder(z)) > 32.5


def decibels(a, b):
    return -10 * (a - b).square().mean().log10()
