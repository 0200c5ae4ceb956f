"""Every sampler and scheduler of the host, on every parameterisation, by every way in."""

import logging

import pytest
import torch
from host_kit import Ladder, apply_node, custom_advanced, ksampler, sampler_node
from tiny_conds import toy_cond
from tiny_models import import_comfy, toy_latent, toy_model

import_comfy()
from comfy.patcher_extension import WrappersMP  # noqa: E402
from comfy.samplers import SAMPLER_NAMES, SCHEDULER_NAMES  # noqa: E402

KINDS = ("eps", "v", "flow")


def by_turns(first):
    """Every sampler on one parameterisation, the next on the next; on all in the long tests."""
    return [
        pytest.param(
            sampler, kind, marks=() if (number + first) % len(KINDS) == place else pytest.mark.slow
        )
        for number, sampler in enumerate(SAMPLER_NAMES)
        for place, kind in enumerate(KINDS)
    ]


@pytest.fixture(scope="module")
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5, 3.0), focus=((0.5, 0.5), (0.42, 0.55), (0.5, 0.5)))


def disagreement(kit, model, latent):
    views = model.model.process_latent_in(latent)
    return kit.disagreement(views) / float(views.std())


def stock_batch(model, kit, sampler):
    """What KSampler makes of the levels as a batch, each with its own prompts."""
    positive, negative = (
        [[torch.cat([text for text, _ in side]), {}]] for side in (kit.positive, kit.negative)
    )
    latent = toy_latent(kit.levels)
    return ksampler(model, kit, latent, sampler=sampler, positive=positive, negative=negative)


@pytest.mark.parametrize(("sampler", "kind"), by_turns(0))
def test_every_sampler_gives_levels_that_agree(pack, kit, sampler, kind):
    model = toy_model(kind)
    with torch.inference_mode():
        latent = sampler_node(pack, model, kit, sampler=sampler)
        coupled = apply_node(pack, model, kit.ladder)
        empty = toy_latent(kit.levels)
        stock = ksampler(coupled, kit, empty, sampler=sampler)
        custom, denoised = custom_advanced(coupled, kit, empty, sampler=sampler)
        for result in (latent, stock, custom, denoised):
            assert result.isfinite().all()
            assert disagreement(kit, model, result) < 1e-4
        assert torch.equal(latent, stock)


@pytest.mark.parametrize(("sampler", "kind"), by_turns(1))
def test_every_sampler_keeps_the_noise_shared(pack, kit, sampler, kind):
    """A model that always predicts nothing leaves the noise alone in x: all of it is seen."""
    seen = []

    def respond(x, sigma, context):
        if len(x) == kit.levels:
            seen.append(x.clone())
        else:
            seen.append(x[-kit.levels :].clone())
        return torch.zeros_like(x)

    model = toy_model(kind, respond=respond)
    with torch.inference_mode():
        sampler_node(pack, model, kit, sampler=sampler)
    assert len(seen) >= 3
    for x in seen:
        scale = max(float(x.std()), 0.05)
        assert kit.disagreement(x, noise=True) / scale < 1e-4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sampler", ["euler_cfg_pp", "dpmpp_2m_cfg_pp", "res_multistep_cfg_pp"])
def test_between_the_steps_of_cfg_pp_all_but_the_noise_is_one_scene(pack, kit, sampler, kind):
    """They step along the unconditional prediction: coupled as well, long before the end."""
    seen = []

    def respond(x, sigma, context):
        seen.append((float(sigma[0]), x[-kit.levels :].clone()))
        return torch.tanh(context.mean(1)[:, :4])[..., None, None].expand_as(x)

    negative = kit.tagged(toy_cond(50 + level) for level in range(kit.levels))
    with torch.inference_mode():
        sampler_node(
            pack, toy_model(kind, respond=respond), kit, sampler=sampler, negative=negative
        )
    (first, noise), *later = seen
    assert len(later) == 3
    for sigma, x in later:
        added = x - noise * (sigma / first)
        assert kit.disagreement(added) / float(added.std()) < 1e-4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sampler", ["uni_pc", "dpm_fast", "dpm_adaptive"])
def test_what_is_settled_at_the_end_is_what_the_sampler_made(pack, kit, sampler, kind):
    """To its scale and shift, which no disagreement tells."""
    ends = []

    def note(executor, *args, **kwargs):
        ends.append(executor(*args, **kwargs))
        return ends[-1]

    coupled = apply_node(pack, toy_model(kind), kit.ladder)
    coupled.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, "note", note)
    with torch.inference_mode():
        settled = ksampler(coupled, kit, toy_latent(kit.levels), sampler=sampler)
    away = float((settled - ends[0]).abs().mean() / ends[0].std())
    assert 0 < away < 0.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sampler", ["euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde", "lcm"])
def test_the_deepest_levels_noise_is_the_stock_samplers_bit_for_bit(pack, kit, sampler, kind):
    """Wider levels take their noise from deeper ones, and the deepest keeps its own."""
    model = toy_model(kind)
    with torch.inference_mode():
        stock = stock_batch(model, kit, sampler)
        ours = sampler_node(pack, model, kit, sampler=sampler, coupling="independent")
    assert torch.equal(ours[-1], stock[-1])
    assert not any(map(torch.equal, ours[:-1], stock[:-1]))


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_every_scheduler(pack, kit, scheduler):
    for kind in KINDS:
        model = toy_model(kind)
        with torch.inference_mode():
            latent = sampler_node(pack, model, kit, sampler="euler", scheduler=scheduler)
        assert disagreement(kit, model, latent) < 1e-4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_2m_sde", "dpmpp_2m_cfg_pp"])
def test_one_level_is_the_stock_ksampler_bit_for_bit(pack, kind, sampler):
    one = Ladder(pack, zooms=())
    model = toy_model(kind)
    with torch.inference_mode():
        stock = ksampler(model, one, toy_latent(1), sampler=sampler)
        ours = sampler_node(pack, model, one, sampler=sampler)
        applied = ksampler(apply_node(pack, model, one.ladder), one, toy_latent(1), sampler=sampler)
    assert torch.equal(ours, stock)
    assert torch.equal(applied, stock)


@pytest.mark.parametrize("kind", KINDS)
def test_independent_levels_are_the_stock_batch_bit_for_bit(pack, kit, kind):
    """The ablation's other end: no coupling and no shared noise is what KSampler does alone."""
    model = toy_model(kind)
    with torch.inference_mode():
        stock = stock_batch(model, kit, "euler_ancestral")
        ours = sampler_node(
            pack, model, kit, sampler="euler_ancestral", coupling="independent", shared_noise=False
        )
    assert torch.equal(ours, stock)


def test_the_model_is_asked_at_the_sigmas_of_the_schedule(pack, kit):
    from comfy.samplers import calculate_sigmas
    from tiny_models import watch

    model = toy_model("flow")
    calls = watch(model)
    with torch.inference_mode():
        sampler_node(pack, model, kit, steps=5)
    sigmas = calculate_sigmas(model.get_model_object("model_sampling"), "simple", 5)
    asked = [call.sigma[0] for call in calls]
    assert asked == pytest.approx(sigmas[:-1].tolist())
    assert all(len(set(call.sigma)) == 1 for call in calls)


def test_applying_twice_is_applying_once(pack, kit):
    model = toy_model("eps")
    with torch.inference_mode():
        once = apply_node(pack, model, kit.ladder)
        twice = apply_node(pack, once, kit.ladder)
        results = [ksampler(m, kit, toy_latent(kit.levels)) for m in (once, twice)]
    assert torch.equal(*results)
    assert not model.wrappers and "sampler_pre_cfg_function" not in model.model_options


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral"])
def test_two_stages_of_ksampler_advanced(pack, kit, sampler, caplog):
    """The second stage goes on with the noise of the first, which is shared already."""
    import nodes

    model = toy_model("eps")
    coupled = apply_node(pack, model, kit.ladder)
    caplog.set_level(logging.INFO, "zoomstack")
    stage = nodes.KSamplerAdvanced().sample
    common = (6, 3.0, sampler, "simple", kit.positive, kit.negative)
    with torch.inference_mode():
        empty = {"samples": toy_latent(kit.levels)}
        (half,) = stage(coupled, "enable", 5, *common, empty, 0, 3, "enable")
        (whole,) = stage(coupled, "disable", 5, *common, half, 3, 6, "disable")
        (once,) = stage(coupled, "enable", 5, *common, empty, 0, 6, "disable")
    assert disagreement(kit, model, whole["samples"]) < 1e-4
    assert "do not share" not in caplog.text
    if sampler == "euler":
        difference = (whole["samples"] - once["samples"]).abs().max()
        assert difference < 1e-4 * once["samples"].std()


@pytest.mark.parametrize("kind", KINDS)
def test_noise_that_came_with_the_latent_and_is_not_shared_is_named(pack, kind, caplog):
    """Add Noise knows no levels; Disable Noise leaves theirs as it is."""
    from comfy_extras import nodes_custom_sampler as custom

    kit = Ladder(pack, zooms=(2.0, 2.5, 2.0), size=(32, 32))
    model = apply_node(pack, toy_model(kind), kit.ladder)
    sigmas = custom.BasicScheduler.execute(model, "simple", 6, 1.0).result[0][1:]
    noise = custom.RandomNoise.execute(1).result[0]
    scene = {"samples": toy_latent(kit.levels, 32, 32) + 0.1}
    guider = custom.CFGGuider.execute(model, kit.positive, kit.negative, 3.0).result[0]
    sampler = custom.KSamplerSelect.execute("euler").result[0]

    def run(noise, latent):
        custom.SamplerCustomAdvanced.execute(noise, guider, sampler, sigmas, latent)

    with torch.inference_mode(), caplog.at_level(logging.INFO, "zoomstack"):
        run(noise, scene)
        assert "do not share" not in caplog.text
        noisy = custom.AddNoise.execute(model, noise, sigmas, scene).result[0]
        run(custom.DisableNoise.execute().result[0], noisy)
    assert "holds noise that the levels do not share" in caplog.text
    assert "Random Noise for Disable Noise" in caplog.text


def test_a_sampler_with_noise_of_its_own_is_named(pack, kit, caplog):
    from comfy.k_diffusion import sampling
    from comfy.samplers import KSAMPLER
    from comfy_extras import nodes_custom_sampler as custom

    def sample_private(model, x, sigmas, extra_args=None, callback=None, disable=None):
        return sampling.sample_euler(model, x, sigmas, extra_args, callback, disable)

    model = apply_node(pack, toy_model("eps"), kit.ladder)
    guider = custom.CFGGuider.execute(model, kit.positive, kit.negative, 3.0).result[0]
    sigmas = custom.BasicScheduler.execute(model, "simple", 3, 1.0).result[0]
    noise = custom.RandomNoise.execute(1).result[0]
    latent = {"samples": toy_latent(kit.levels)}
    with torch.inference_mode(), caplog.at_level(logging.WARNING, "zoomstack"):
        custom.SamplerCustomAdvanced.execute(
            noise, guider, KSAMPLER(sample_private), sigmas, latent
        )
        assert "sample_private may draw noise of its own" in caplog.text
        caplog.clear()
        custom.SamplerCustomAdvanced.execute(
            noise, guider, KSAMPLER(sampling.sample_euler), sigmas, latent
        )
        assert caplog.text == ""
