"""A run in ComfyUI never waits for the device inside a step, and what it reads late it still tells.

The sampler's own questions are its own; ours would be noted (``kit/device``).
"""

import re

import device
import pytest
import torch
from device import Arriving, Slow
from host_kit import Ladder, apply_node, part
from tiny_models import import_comfy, toy_latent, toy_model
from tiny_vae import mosaic_vae

import_comfy()
from comfy import samplers  # noqa: E402
from comfy.k_diffusion import sampling  # noqa: E402

STEPS = 5


@pytest.fixture(scope="module")
def vae():
    return mosaic_vae(4)


@pytest.fixture
def late(pack, monkeypatch):
    """Copies that take until the model's next call."""
    for name in ("nodes.run.watch", "nodes.run.told"):
        monkeypatch.setattr(part(pack, name), "Later", Arriving)
    monkeypatch.setattr(part(pack, "nodes.run.told"), "EVERY", 0.0)


def counted(model):
    """The model's own calls move the device on."""

    def note(executor, *args, **kwargs):
        device.called()
        return executor(*args, **kwargs)

    clone = model.clone()
    clone.add_wrapper_with_key("apply_model", "device", note)
    return clone


def sampled(model, kit, function):
    """The stock SamplerCustomAdvanced, whose sampler's own tensors are on that device."""
    from comfy_extras import nodes_custom_sampler as custom

    questions = []

    # Its keyword says that the noise may be handed in: shared.
    def there(model, x, sigmas, noise_sampler=None, **options):
        if "noise_sampler" in function.__code__.co_varnames:
            options["noise_sampler"] = noise_sampler
        with device.watched() as asked:
            x = function(model, x.as_subclass(Slow), sigmas.as_subclass(Slow), **options)
            questions.extend(asked)
        assert isinstance(x, Slow), "the test watched nothing"
        return x.as_subclass(torch.Tensor)

    there.__name__ = function.__name__
    there.__module__ = function.__module__
    guider = custom.CFGGuider.execute(model, kit.positive, kit.negative, 3.0).result[0]
    sigmas = custom.BasicScheduler.execute(model, "simple", STEPS, 1.0).result[0]
    noise = custom.RandomNoise.execute(3).result[0]
    latent = {"samples": toy_latent(kit.levels)}
    with torch.inference_mode():
        out, _ = custom.SamplerCustomAdvanced.execute(
            noise, guider, samplers.KSAMPLER(there), sigmas, latent
        ).result
    return out["samples"], questions


@pytest.mark.parametrize("space, zooms", [("latent", 2.5), ("fitted", 2.0), ("twin", 2.5)])
@pytest.mark.parametrize(
    "function",
    [sampling.sample_euler, sampling.sample_euler_ancestral, sampling.sample_euler_cfg_pp],
    ids=lambda function: function.__name__,
)
def test_no_step_of_a_run_asks_the_device(pack, late, vae, monkeypatch, space, zooms, function):
    """Shared noise, the preview, the line under the node and a range of the steps included."""
    drawn = sampling.default_noise_sampler

    def there(x, seed=None):
        draw = drawn(x, seed)
        return lambda *sigmas: draw(*sigmas).as_subclass(Slow)

    monkeypatch.setattr(sampling, "default_noise_sampler", there)
    kit = Ladder(pack, (zooms, 2.0))
    model = counted(toy_model("eps"))
    joined = apply_node(
        pack, model, kit.ladder, vae=vae, space=space, couple_start=0.2, couple_end=0.8
    )
    sampled(joined, kit, function)  # what is made once may ask once
    samples, questions = sampled(joined, kit, function)
    assert samples.isfinite().all() and not questions


@pytest.mark.parametrize("broken", [1, 3, STEPS])
def test_a_level_that_breaks_is_told_though_it_is_read_late(pack, late, broken):
    """With the noise level it broke at, before the next step is over, or when all are."""
    calls = []

    def respond(x, sigma, context):
        calls.append(float(sigma[0]))
        x0 = torch.tanh(x)
        if len(calls) == broken:
            x0[1] = float("nan")
        return x0

    kit = Ladder(pack, (2.0, 2.0))
    model = apply_node(pack, counted(toy_model("eps", respond=respond)), kit.ladder)
    with pytest.raises(ValueError, match="NaN or infinite values for level 1") as caught:
        sampled(model, kit, sampling.sample_euler)
    told = float(re.search(r"at sigma (\S+)\. Run", str(caught.value))[1])
    assert told == pytest.approx(calls[broken - 1], rel=1e-3)
    assert len(calls) == min(broken + 1, STEPS)


def test_what_is_no_number_is_never_on_record(pack, late, tmp_path):
    """A run that broke goes on, once its model is mended, from before it broke."""
    calls = []

    def respond(x, sigma, context):
        calls.append(sigma)
        return torch.tanh(x) * (float("nan") if len(calls) == 3 else 1)

    kit = Ladder(pack, (2.0, 2.0))
    model = apply_node(pack, counted(toy_model("eps", respond=respond)), kit.ladder)
    kept = pack.nodes.host.record(model, str(tmp_path / "run"), {}, lambda line: None)
    with pytest.raises(ValueError, match="NaN or infinite values for level 0"):
        sampled(kept, kit, sampling.sample_euler)
    assert len(calls) == 3
    again, _ = sampled(kept, kit, sampling.sample_euler)
    assert len(calls) == 3 + STEPS - 2
    assert torch.equal(again, sampled(model, kit, sampling.sample_euler)[0])


def test_lines_come_in_order_and_the_last_one_always(pack, late, monkeypatch):
    """At most one in ``EVERY`` seconds, made of the step that it names."""
    told = part(pack, "nodes.run.told")
    space = Ladder(pack, (2.0, 2.0)).space()
    views = torch.randn(STEPS, 3, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    clock, lines = [0.0], []
    monkeypatch.setattr(told, "EVERY", 2.0)
    monkeypatch.setattr(told.time, "monotonic", lambda: clock[0])
    progress = told.Progress(lines.append)
    for step in range(STEPS):
        progress.tell(step + 1, STEPS, lambda step=step: told.Seen(views[step], space))
        device.called()
        clock[0] += 1
    assert [line.split(":")[0] for line in lines] == [f"step {n} of 5" for n in (1, 3)]
    progress.finish()
    progress.finish()
    assert [line.split(":")[0] for line in lines] == [f"step {n} of 5" for n in (1, 3, 5)]
    agreement = told.decibels(views[4], space, told.SPAN * views[4].std()).tolist()
    assert lines[-1] == told.progress_line(5, 5, agreement, 3)
