"""The demo model without ComfyUI is the one that ComfyUI runs: text, network, schedule, samples."""

import pytest
import torch

from zoomstack import sample
from zoomstack.demo.dit import sd3_layout
from zoomstack.demo.networks.flow import FlowModel, sigmas
from zoomstack.demo.networks.transformer import Transformer

PROMPTS = [
    "",
    "planet",
    "a planet in space",
    "An ISLAND, seen from above: forest & beach (the sea!); it's 3 km wide",
    "antidisestablishmentarianism of a leaf's veins... cells under a microscope, 42nd",
    "unknown gibberish xqzj before the coast line, \tand a tree\n\nafter it",
]


@pytest.fixture(scope="module")
def host(comfy_host, demo_checkpoint):
    """ComfyUI's model and CLIP of the demo checkpoint, and the same model without ComfyUI."""
    import comfy.sd

    model, clip, _, _ = comfy.sd.load_checkpoint_guess_config(
        str(demo_checkpoint), output_vae=False
    )
    return model, clip, FlowModel.load(comfy_host)


def random_network(depth):
    torch.manual_seed(depth)
    net = Transformer(depth)
    for parameter in net.parameters():
        parameter.data.add_(torch.randn_like(parameter), alpha=0.05)
        # What the checkpoint's half precision keeps.
        parameter.data.copy_(parameter.data.half())
    return net.eval().requires_grad_(False)


@pytest.mark.parametrize(("depth", "height", "width"), [(1, 16, 16), (2, 10, 24), (3, 22, 14)])
def test_any_weights_give_the_hosts_flow(comfy_host, depth, height, width):
    import comfy.sd

    net = random_network(depth)
    state = sd3_layout({name: value.numpy() for name, value in net.state_dict().items()})
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    theirs = comfy.sd.load_diffusion_model_state_dict(tensors).model.diffusion_model.float()
    x, time = torch.randn(3, 16, height, width), torch.tensor([3.0, 437.0, 999.0])
    context, pooled = torch.randn(3, 77, 768), torch.randn(3, 768)
    ours = net(x, time, net.read(context, pooled))
    wide = torch.nn.functional.pad(context, (0, 4096 - 768))
    with torch.no_grad():
        expected = theirs(x, time, wide, torch.nn.functional.pad(pooled, (0, 2048 - 768)))
    assert expected.std() > 0.1
    assert torch.allclose(ours, expected, atol=1e-4)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompts_are_encoded_as_by_the_hosts_clip(host, prompt):
    import nodes

    _, clip, ours = host
    # To ComfyUI bare brackets are weights; ours is plain text.
    escaped = prompt.replace("(", "\\(").replace(")", "\\)")
    ((context, extras),) = nodes.CLIPTextEncode().encode(clip, escaped)[0]
    text = ours.text.encode([prompt])
    assert torch.allclose(text.context, context[..., :768], atol=1e-5)
    assert torch.allclose(text.pooled, extras["pooled_output"][:, :768], atol=1e-5)
    assert not context[..., 768:].any()


@pytest.mark.parametrize("steps", [1, 7, 20])
@pytest.mark.parametrize("scheduler", ["simple", "normal"])
def test_the_schedule_is_the_hosts(host, steps, scheduler):
    import comfy.samplers

    sampling = host[0].get_model_object("model_sampling")
    theirs = comfy.samplers.calculate_sigmas(sampling, scheduler, steps)
    assert sigmas(steps, scheduler=scheduler) == pytest.approx(theirs.tolist(), abs=1e-6)


def test_the_hosts_ksampler_gives_the_same_picture(host):
    import comfy.sample

    import nodes

    model, clip, ours = host
    prompts, against, steps, cfg = ["a planet in space", "a forest"], "a leaf", 3, 3.5
    empty = {"samples": torch.zeros(2, 16, 12, 16)}
    ends = []
    for prompt in prompts:
        positive, negative = (nodes.CLIPTextEncode().encode(clip, p)[0] for p in (prompt, against))
        (latent,) = nodes.KSampler().sample(
            model, 7, steps, cfg, "euler", "simple", positive, negative, empty
        )
        ends.append(model.model.process_latent_in(latent["samples"])[len(ends)])
    noise = comfy.sample.prepare_noise(empty["samples"], 7)
    denoise = ours.denoiser(prompts, against, cfg)
    *_, last = sample(denoise, noise, sigmas(steps))
    assert torch.allclose(last.x, torch.stack(ends), atol=1e-3)
