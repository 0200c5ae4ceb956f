"""Small autoencoders: their shapes, that they are local, and what a file keeps of them."""

import pytest
import torch

from zoomstack.demo.networks.autoencoder import Autoencoder
from zoomstack.spaces.small.file import load_small, owner_of, save_small
from zoomstack.spaces.small.network import Layout, SmallAutoencoder

NARROW = Layout(fine=8, coarse=12, fine_blocks=1, coarse_blocks=1)
FAR = 12  # latents: from here on nothing is seen of a change


@pytest.fixture
def net():
    torch.manual_seed(0)
    return SmallAutoencoder(NARROW, "somebody").eval().requires_grad_(False)


def pictures(count, height, width):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("ratio", "channels"), [(8, 16), (4, 5), (16, 128)])
def test_latents_are_a_ratio_of_the_picture_and_pictures_come_back_whole(ratio, channels):
    net = SmallAutoencoder(NARROW._replace(ratio=ratio, channels=channels))
    x = pictures(2, 5 * ratio, 7 * ratio)
    latents = net.encode(x)
    assert net.ratio == ratio and latents.shape == (2, channels, 5, 7)
    assert net.decode(latents).shape == x.shape


def test_what_is_far_away_changes_nothing(net):
    x = pictures(1, 8 * 27, 8 * 31)
    other = x.clone()
    other[..., :8, :8] = 1 - other[..., :8, :8]
    z, moved = net.encode(x), net.encode(other)
    assert not torch.equal(z[..., 0, 0], moved[..., 0, 0])
    assert torch.equal(z[..., FAR:, :], moved[..., FAR:, :])
    assert torch.equal(z[..., FAR:], moved[..., FAR:])
    moved = z.clone()
    moved[..., 0, 0] += 1
    shown, changed = net.decode(z), net.decode(moved)
    assert not torch.equal(shown[..., :8, :8], changed[..., :8, :8])
    assert torch.equal(shown[..., 8 * FAR :], changed[..., 8 * FAR :])


def test_many_are_as_each_alone_and_keep_their_precision(net):
    x = pictures(3, 40, 56).double()
    with torch.no_grad():
        z = net.encode(x)
        assert torch.equal(z, torch.cat([net.encode(picture[None]) for picture in x]))
    assert z.dtype == torch.float64 and net.decode(z).dtype == torch.float64
    assert torch.allclose(net.encode(x), z, atol=1e-5)  # together, as in training


def test_a_file_keeps_all_but_what_half_precision_drops(tmp_path, net):
    save_small(net, tmp_path / "small.safetensors")
    again = load_small(tmp_path / "small.safetensors")
    x = pictures(1, 40, 56)
    assert again.layout == NARROW and again.owner == "somebody" and again.ratio == 8
    assert torch.allclose(again.encode(x), net.encode(x), atol=2e-3)
    assert torch.allclose(again.decode(net.encode(x)), net.decode(net.encode(x)), atol=2e-3)
    assert not any(parameter.requires_grad for parameter in again.parameters())


def test_what_is_no_small_autoencoder_says_so(tmp_path, net):
    from safetensors.torch import save_file

    other = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, other)
    with pytest.raises(
        ValueError, match="other.safetensors holds no small autoencoder: its format"
    ):
        load_small(other)
    other.write_bytes(b"no tensors")
    with pytest.raises(ValueError, match="holds no small autoencoder"):
        load_small(other)
    with pytest.raises(OSError, match="nowhere"):
        load_small(tmp_path / "nowhere.safetensors")
    with pytest.raises(ValueError, match="even.*is 7"):
        SmallAutoencoder(Layout(ratio=7))


def test_a_vae_has_one_name_whatever_its_weights_are_called_or_held_in():
    weights = list(Autoencoder().half().state_dict().values())
    name = owner_of(weights)
    assert name == owner_of(reversed(weights))
    assert name == owner_of(weight.float() for weight in weights)
    assert name == owner_of(weight.bfloat16() for weight in weights)
    assert name == owner_of([*weights, torch.ones(1)])  # no kernel: a scale, say
    changed = [weight.clone() for weight in weights]
    changed[4].view(-1)[3] += 0.5
    assert name != owner_of(changed)
    assert name != owner_of(weights[1:])


def test_a_change_is_encoded_by_what_is_linear_of_the_encoder(net):
    generator = torch.Generator().manual_seed(3)
    before, change = torch.rand(2, 2, 3, 32, 40, generator=generator)
    found = net.encode_change(before, before + change)
    linear = net.encoder.linear(before + change) - net.encoder.linear(before)
    assert found.shape == (2, 16, 4, 5) and torch.allclose(found, linear, atol=1e-5)
    assert torch.equal(found, net.codec.encode_change(before, before + change))
    assert torch.equal(
        net.codec._replace(quick_change=None).encode_change(before, before + change),
        net.encode(before + change) - net.encode(before),
    )
