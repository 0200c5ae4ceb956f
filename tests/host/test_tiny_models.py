"""What the test kit promises, checked with ComfyUI's own samplers and stock conditioning keys."""

import functools
import sys
import types

import pytest
import tiny_conds
import tiny_families
import tiny_models
import torch
from host_kit import apart

pytestmark = pytest.mark.usefixtures("comfy_host")

TOYS = ("eps", "v", "flow")
EVERYTHING = TOYS + tiny_families.FAMILIES


@pytest.fixture(scope="module")
def built():
    """A toy dressed as a family, or a family: built once, gone before the interpreter ends."""

    @functools.cache
    def build(name):
        if name in TOYS:
            return types.SimpleNamespace(
                model=tiny_models.toy_model(name),
                make_cond=tiny_conds.toy_cond,
                latent=tiny_models.toy_latent,
            )
        return tiny_families.family(name)

    yield build
    build.cache_clear()


def sample(model, latent, positive, negative, sampler="euler", rows=slice(None), **options):
    """Stock KSampler, three steps at CFG 3; `rows` picks levels of one and the same noise."""
    import comfy.sample

    noise = comfy.sample.prepare_noise(latent, 5)[rows]
    with torch.inference_mode():
        return comfy.sample.sample(
            model,
            noise,
            3,
            options.pop("cfg", 3.0),
            sampler,
            "normal",
            positive,
            negative,
            latent[rows],
            seed=5,
            disable_pbar=True,
            **options,
        )


@pytest.mark.parametrize(
    "name, sampler", [(name, "euler") for name in EVERYTHING] + [("eps", "euler_ancestral")]
)
def test_prediction_depends_on_prompt_and_noise(built, name, sampler):
    tiny = built(name)
    latent, negative = tiny.latent(3, 16, 16), tiny.make_cond(9)
    one = sample(tiny.model, latent, tiny.make_cond(1), negative, sampler)
    other = sample(tiny.model, latent, tiny.make_cond(2), negative, sampler)

    assert one.shape == latent.shape and one.isfinite().all()
    assert (one - other).std() > 0.1 * one.std()
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert (one[a] - one[b]).std() > 0.1 * one.std()


@pytest.mark.parametrize("name", EVERYTHING)
def test_stacked_prompts_equal_single_runs(built, name):
    tiny = built(name)
    latent, negative = tiny.latent(3, 16, 16), tiny.make_cond(9)
    prompts = [tiny.make_cond(seed) for seed in (1, 2, 3)]
    together = sample(tiny.model, latent, tiny_conds.stack(prompts), negative)
    alone = [
        sample(tiny.model, latent, prompt, negative, rows=slice(i, i + 1))
        for i, prompt in enumerate(prompts)
    ]

    assert apart(together, torch.cat(alone)) < 1e-4


@pytest.mark.parametrize("name", EVERYTHING)
def test_same_seed_same_model(built, name):
    tiny = built(name)
    if name in TOYS:
        again = tiny_models.toy_model(name)
    else:
        again = tiny_families.family(name).model
    latent, cond = tiny.latent(1, 8, 8), tiny.make_cond(1)

    assert torch.equal(sample(tiny.model, latent, cond, cond), sample(again, latent, cond, cond))


def test_common_ksampler_takes_a_family(built):
    import nodes

    tiny = built("sdxl")
    with torch.inference_mode():
        (out,) = nodes.common_ksampler(
            tiny.model,
            1,
            2,
            3.0,
            "euler",
            "normal",
            tiny.make_cond(1),
            tiny.make_cond(2),
            {"samples": tiny.latent(2, 16, 16)},
        )

    assert out["samples"].shape == (2, 4, 16, 16)


@pytest.mark.parametrize("key", ["pooled_output", "width"])
def test_sdxl_hears_its_extra_conditioning(built, key):
    tiny = built("sdxl")
    latent, cond = tiny.latent(1, 16, 16), tiny.make_cond(1)
    value = torch.zeros(1, 1280) if key == "pooled_output" else 512
    changed = tiny_conds.with_values(cond, **{key: value})

    plain = sample(tiny.model, latent, cond, cond)

    assert apart(sample(tiny.model, latent, changed, cond), plain) > 0.01


@pytest.mark.parametrize("kind", TOYS)
def test_toy_predicts_what_it_is_told(kind):
    told = tiny_models.randn(3, 2, 4, 8, 8)
    model = tiny_models.toy_model(kind, respond=lambda x, sigma, context: told.repeat(2, 1, 1, 1))
    out = sample(model, tiny_models.toy_latent(2, 8, 8), *[tiny_conds.toy_cond(1)] * 2)

    assert torch.allclose(model.model.process_latent_in(out), told, atol=1e-3)


def test_watch_sees_batches_noise_levels_and_clones():
    model = tiny_models.toy_model("flow")
    calls = tiny_models.watch(model)
    cond = tiny_conds.toy_cond
    sample(model.clone(), tiny_models.toy_latent(3), cond(1, tokens=5), cond(2, tokens=5))

    assert [call.shape for call in calls] == [(6, 4, 16, 16)] * 3
    assert {call.context for call in calls} == {(6, 5, 32)}
    assert sorted(calls[0].entries) == [0, 1] and not calls[0].control
    assert all(len(set(call.sigma)) == 1 for call in calls)
    assert [call.sigma[0] for call in calls] == sorted((c.sigma[0] for c in calls), reverse=True)
    assert calls[0].sigma[0] == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["eps", "flow", "sd15"])
def test_controlnet_changes_the_picture_where_and_when_it_should(built, name):
    tiny = built(name)
    kind = "sd15" if name == "sd15" else "toy"
    latent, cond = tiny.latent(2, 16, 16), tiny.make_cond(1)
    plain = sample(tiny.model, latent, cond, cond)

    def controlled(**options):
        control = tiny_conds.controlnet(kind, **options)
        return sample(tiny.model, latent, tiny_conds.with_values(cond, control=control), cond)

    assert apart(controlled(), plain) > 0.05
    assert apart(controlled(strength=0.0), plain) < 1e-5
    assert apart(controlled(strength=0.5), controlled()) > 0.01
    rows = torch.zeros(2, 3, 32, 32)
    rows[1] = 1
    by_row = controlled(hint=rows)
    assert apart(by_row[:1], plain[:1]) < 1e-4 and apart(by_row[1:], plain[1:]) > 0.05


def test_controlnet_keeps_to_its_range(built):
    tiny = built("flow")
    latent, cond = tiny.latent(1, 16, 16), tiny.make_cond(1)
    model = tiny.model.clone()
    calls = tiny_models.watch(model)
    control = tiny_conds.controlnet(start=0.0, end=0.2)
    sample(model, latent, tiny_conds.with_values(cond, control=control), cond, cfg=1.0)

    assert [call.control for call in calls] == [True, False, False]


def test_area_and_range_confine_a_prompt(built):
    tiny = built("flow")
    latent, cond, other = tiny.latent(1, 16, 16), tiny.make_cond(1), tiny.make_cond(2)
    plain = sample(tiny.model, latent, cond, cond, cfg=1.0)
    # The toy looks one pixel far per step, and the other prompt lies in the top left quarter.
    both = sample(tiny.model, latent, cond + tiny_conds.in_area(other, 8, 8, 0, 0), cond, cfg=1.0)
    assert apart(both[..., 13:, 13:], plain[..., 13:, 13:]) < 1e-5
    assert apart(both[..., :8, :8], plain[..., :8, :8]) > 0.1

    in_turn = tiny_conds.during(cond, 0.0, 1.0), tiny_conds.during(other, 0.0, 1.0)
    assert apart(sample(tiny.model, latent, in_turn[0], cond, cfg=1.0), plain) == 0
    late = tiny_conds.during(cond, 0.0, 0.2) + tiny_conds.during(other, 0.2, 1.0)
    assert apart(sample(tiny.model, latent, late, cond, cfg=1.0), plain) > 0.1


def test_import_comfy_puts_the_host_first():
    tree = tiny_models.import_comfy()

    assert sys.path[0] == str(tree) and (tree / "nodes.py").is_file()
