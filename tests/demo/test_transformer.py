"""The demo's network and its text encoder, by themselves."""

import pytest
import torch
from checkout import TREE, needs_tree
from safetensors.torch import save_file

from zoomstack.demo import parts
from zoomstack.demo.clip import word_vector
from zoomstack.demo.networks.flow import FlowModel, denoiser, sigmas
from zoomstack.demo.networks.text import TextEncoder
from zoomstack.demo.networks.transformer import Transformer, load_transformer, positions


@pytest.fixture(scope="module")
def encoder():
    return TextEncoder(["planet", "leaf", "veins", "supercalifragilistic"], TREE)


def network(depth=2, seed=0):
    torch.manual_seed(seed)
    net = Transformer(depth)
    for parameter in net.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
    return net.eval().requires_grad_(False)


def inputs(batch=3, tokens=5, height=6, width=10):
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(batch, 16, height, width, generator=draw)
    context = torch.randn(batch, tokens, 768, generator=draw)
    pooled = torch.randn(batch, 768, generator=draw)
    return x, torch.tensor([20.0, 400.0, 990.0])[:batch], context, pooled


def test_a_new_network_says_nothing():
    net = Transformer(1)
    x, time, context, pooled = inputs()
    assert not net(x, time, net.read(context, pooled)).any()


def test_each_of_a_batch_is_as_it_would_be_alone():
    net = network()
    x, time, context, pooled = inputs()
    together = net(x, time, net.read(context, pooled))
    for i in range(3):
        alone = net(x[[i]], time[[i]], net.read(context[[i]], pooled[[i]]))
        assert torch.allclose(alone[0], together[i], atol=1e-5)


def test_a_token_counts_as_often_as_it_is_said_to():
    net = network()
    x, time, context, pooled = inputs(tokens=3)
    repeated = context[:, [0, 1, 1, 1, 1]]
    counted = net.read(context, pooled, torch.tensor([[1.0, 4.0, 0.0]]).expand(3, -1))
    expected = net(x, time, net.read(repeated, pooled))
    assert torch.allclose(net(x, time, counted), expected, atol=1e-5)


def test_positions_are_those_of_the_picture_at_every_size():
    cpu = torch.device("cpu")
    small, large = positions(64, 8, 8, cpu), positions(64, 16, 16, cpu)
    assert torch.equal(small[[0, 7, 56, 63]], large[[0, 15, 240, 255]])
    # Half of the numbers say the column, half the row.
    across, down = small.view(8, 8, 64).chunk(2, -1)
    assert torch.equal(across[2], across[5]) and torch.equal(down[:, 2], down[:, 5])


def test_the_depth_follows_the_file(tmp_path):
    net = network(3)
    halves = {name: value.half() for name, value in net.state_dict().items()}
    save_file(halves, tmp_path / "dit.safetensors")
    loaded = load_transformer(tmp_path / "dit.safetensors")
    assert loaded.depth == 3
    assert loaded.out.weight.dtype == torch.float32
    assert torch.allclose(loaded.blocks[2].fc2.weight, net.blocks[2].fc2.weight, atol=1e-3)


@needs_tree
def test_the_context_is_the_words_and_their_running_mean(encoder):
    text = encoder.encode(["a planet, leaf"])
    words = [torch.from_numpy(word_vector(word)).float() for word in ("planet", "leaf")]
    normal = [torch.nn.functional.layer_norm(word, (768,)) for word in words]
    # begin of text, a, planet, the comma, leaf, end of text
    assert not text.context[0, :2].any()
    assert torch.allclose(text.context[0, 2], words[0] + normal[0] / 3, atol=1e-5)
    assert torch.allclose(text.context[0, 3], normal[0] / 4, atol=1e-5)
    assert torch.allclose(text.context[0, 4], words[1] + sum(normal) / 5, atol=1e-5)
    assert torch.allclose(text.context[0, 76], sum(normal) / 77, atol=1e-5)
    expected = torch.nn.functional.layer_norm(sum(normal) / 6, (768,))
    assert torch.allclose(text.pooled[0], expected, atol=1e-3)


@needs_tree
def test_the_brief_text_reads_almost_as_the_whole(encoder):
    prompts = ["", "planet", "a leaf with veins", "veins " * 20, "leaf " * 75]
    net = network(3)
    x = torch.randn(5, 16, 8, 8)
    time = torch.full((5,), 500.0)
    whole, brief = encoder.encode(prompts), encoder.brief(prompts)
    assert torch.allclose(whole.pooled, brief.pooled, atol=1e-5)
    assert (brief.counts.sum(1) == 77).all()
    exact = net(x, time, net.read(*whole))
    other = net(x, time, net.read(*encoder.encode(prompts[::-1])))
    near = net(x, time, net.read(*brief))
    assert (near - exact).norm() < 0.02 * (other - exact).norm()
    assert encoder.brief(prompts[:3]).context.shape[1] == 16


@needs_tree
def test_a_prompt_of_two_parts_is_refused(encoder):
    assert encoder.encode(["leaf " * 75]).context.shape == (1, 77, 768)
    with pytest.raises(ValueError, match="76 tokens.* holds 75; shorten it: 'leaf"):
        encoder.encode(["leaf " * 76])


def test_guidance_goes_from_the_negative_prompt_past_the_positive():
    net = network()
    x, _, context, pooled = inputs()
    wanted, unwanted = net.read(context, pooled), net.read(-context, -pooled)
    sigma = torch.tensor([0.9, 0.4, 0.1])
    ends = [denoiser(net, wanted, unwanted, cfg)(x, sigma) for cfg in (0.0, 1.0, 4.5)]
    assert torch.allclose(ends[2], ends[0] + 4.5 * (ends[1] - ends[0]), atol=1e-4)
    flow = net(x, 1000 * sigma, wanted)
    assert torch.allclose(ends[1], x - sigma.view(-1, 1, 1, 1) * flow, atol=1e-5)


def test_a_denoiser_keeps_the_callers_dtype_and_takes_one_sigma_for_all():
    net = network()
    x, _, context, pooled = inputs()
    prompt = net.read(context, pooled)
    denoise = denoiser(net, prompt, prompt, 2.0)
    one = denoise(x.double(), torch.tensor(0.3))
    assert one.dtype == torch.float64
    assert torch.allclose(one, denoise(x.double(), torch.full((3,), 0.3)))


@needs_tree
def test_as_many_negative_prompts_as_positive_ones(encoder):
    model = FlowModel(network(1), encoder)
    with pytest.raises(ValueError, match="2 prompts but 3 negative ones"):
        model.denoiser(["leaf", "planet"], ["", "", ""])


def test_the_schedule_falls_from_one_to_zero():
    for scheduler in ("simple", "normal"):
        levels = sigmas(9, scheduler=scheduler)
        assert len(levels) == 10
        assert (levels[0], levels[-1]) == (1.0, 0.0)
        assert levels == sorted(levels, reverse=True)
    assert sigmas(4, shift=1.0) == [1.0, 0.75, 0.5, 0.25, 0.0]
    shifted = [3 * time / (1 + 2 * time) for time in (1.0, 0.75, 0.5, 0.25, 0.0)]
    assert sigmas(4) == pytest.approx(shifted)
    with pytest.raises(ValueError, match="karras"):
        sigmas(3, scheduler="karras")


@needs_tree
def test_the_shipped_model_loads():
    model = FlowModel.load(TREE)
    x = torch.randn(2, 16, 4, 6)
    denoised = model.denoiser(parts.words()[:2])(x, torch.tensor(0.8))
    assert denoised.isfinite().all()
    assert denoised.shape == x.shape
