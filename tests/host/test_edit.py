"""BlendedEdit in ComfyUI's own machinery: any sampler, any model, pictures and stacks."""

import pytest
import torch
from host_kit import Ladder, part
from tiny_conds import toy_cond
from tiny_families import family
from tiny_inpainting import inpainting_family
from tiny_models import import_comfy, toy_model, watch
from tiny_vae import demo_vae, mosaic_vae

import_comfy()
from comfy.samplers import KSAMPLER, SAMPLER_NAMES, SCHEDULER_NAMES  # noqa: E402

WHOLE = ("dpm_fast", "dpm_adaptive", "uni_pc", "uni_pc_bh2")


def photo(height=120, width=104, seed=0):
    small = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
    large = torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)
    return large.movedim(1, -1).contiguous()


def a_mask(height=120, width=104, rows=slice(40, 80), columns=slice(32, 72)):
    mask = torch.zeros(1, height, width)
    mask[:, rows, columns] = 1
    return mask


SMALL = {"size": 64, "segment": 64, "overlap": 16, "resamplings": 1}


def edited(pack, model, vae=None, conds=None, sampler="euler", scheduler="simple", **options):
    positive, negative = conds or (toy_cond(1), toy_cond(2))
    given = {
        "model": model, "vae": vae or mosaic_vae(4), "positive": positive, "negative": negative,
        "seed": 5, "steps": 4, "cfg": 3.0, "sampler_name": sampler, "scheduler": scheduler,
        "mask": a_mask(), **SMALL, **options,
    }  # fmt: skip
    if "stack" not in given:
        given.setdefault("image", photo())
    with torch.inference_mode():
        return pack.nodes.BlendedEdit.execute(**given).result


# --- a picture ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eps", "v", "flow"])
def test_outside_of_the_mask_the_picture_is_the_same_bit_for_bit(pack, kind):
    image, stack, candidates = edited(pack, toy_model(kind))
    mask = a_mask()[0] > 0
    assert image.shape == (1, 120, 104, 3)
    assert torch.equal(image[0][~mask], photo()[0][~mask])
    assert (image[0][mask] - photo()[0][mask]).abs().mean() > 0.01
    assert torch.equal(stack.levels[0].movedim(0, -1), image[0])
    assert candidates.shape == (1, 64, 64, 3)


def test_an_empty_mask_gives_the_picture_without_asking_the_model(pack):
    model = toy_model("eps")
    calls = watch(model)
    image, _, _ = edited(pack, model, mask=torch.zeros(1, 120, 104))
    assert torch.equal(image, photo()) and not calls


def test_stages_ask_for_the_papers_share_of_the_steps(pack):
    """64 pixels, then segments of the crop's 80: 20 steps, then a quarter of them, four times."""
    model = toy_model("eps")
    calls = watch(model)
    mask = a_mask(rows=slice(20, 100), columns=slice(12, 92))
    edited(
        pack, model, cfg=1.0, steps=20, resamplings=0, margin=0.0, size=48, segment=64,
        mask=mask, final_denoise=0.25, middle_denoise=0.4,
    )  # fmt: skip
    shapes = [call.shape[-2:] for call in calls]
    assert shapes == [(6, 6)] * 20 + [(8, 8)] * 8 + [(8, 8)] * 20
    sigmas = [call.sigma[0] for call in calls]
    assert sigmas[20] < sigmas[0] and sigmas[28] < sigmas[20]
    assert sigmas[28:33] == sigmas[33:38]


def test_repaint_repeats_each_step_but_the_last(pack):
    model = toy_model("eps")
    calls = watch(model)
    edited(pack, model, cfg=1.0, steps=4, resamplings=2, size=128, segment=128, overlap=0)
    sigmas = [call.sigma[0] for call in calls]
    assert len(sigmas) == 3 * 3 + 1
    assert sigmas[0] == sigmas[1] == sigmas[2] > sigmas[3] == sigmas[4] and sigmas[8] > sigmas[9]


@pytest.mark.parametrize("kind", ["eps", "flow"])
@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_every_sampler_is_repainted_or_says_that_it_cannot_be(pack, sampler, kind):
    options = {"size": 96, "segment": 96, "sampler": sampler}
    if sampler in WHOLE:
        with pytest.raises(ValueError, match="cannot be taken back step by step; set resamplings"):
            edited(pack, toy_model(kind), **options)
        options["resamplings"] = 0
    image, _, _ = edited(pack, toy_model(kind), **options)
    assert image.isfinite().all()
    mask = a_mask()[0] > 0
    assert torch.equal(image[0][~mask], photo()[0][~mask])
    assert (image[0][mask] - photo()[0][mask]).abs().mean() > 0.005


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_every_scheduler(pack, scheduler):
    image, _, _ = edited(pack, toy_model("eps"), scheduler=scheduler, size=96, segment=96)
    assert image.isfinite().all()


def test_noise_is_fresh_at_every_repeat(pack):
    """An ancestral sampler asked one step at a time must not draw the same noise each time."""
    seen = []

    def respond(x, sigma, context):
        seen.append(x[:1].clone())
        return torch.zeros_like(x)

    edited(
        pack, toy_model("eps", respond=respond), sampler="euler_ancestral", cfg=1.0, steps=6,
        size=64, segment=512, mask=torch.ones(1, 64, 64), image=torch.full((1, 64, 64, 3), 0.5),
    )  # fmt: skip
    # From the last repeat of a step to the next step: what is new is the sampler's own noise.
    drawn = []
    for before, after in zip(seen[1::2], seen[2::2], strict=True):
        x, following = before.flatten(), after.flatten()
        new = following - (x @ following) / (x @ x) * x
        drawn.append(new / new.norm())
    noise = torch.stack(drawn)
    assert len(noise) == 5
    assert ((noise @ noise.T).abs() - torch.eye(5)).max() < 0.3


def test_no_repeats_are_the_stock_sampler(pack):
    """resamplings 0 leaves the sampler whole: KSampler with a noise mask, and its VAE, bit for
    bit."""
    import nodes

    model, vae, image = toy_model("eps"), mosaic_vae(4), photo(64, 64)
    mask = a_mask(64, 64, slice(16, 48), slice(16, 48))
    result, _, _ = edited(
        pack, model, vae, sampler="dpmpp_2m", resamplings=0, image=image, mask=mask, margin=1.0
    )
    with torch.inference_mode():
        latent = {"samples": vae.encode(image), "noise_mask": mask}
        (stock,) = nodes.KSampler().sample(
            model, 5, 4, 3.0, "dpmpp_2m", "simple", toy_cond(1), toy_cond(2), latent, 1.0
        )
        decoded = vae.decode(stock["samples"])
    inside = mask[0] > 0
    assert torch.equal(result[0][inside], decoded[0][inside])


@pytest.mark.parametrize("name", ["sd15", "sdxl", "sd3", "flux", "flux2", "qwen_image", "pixel"])
def test_real_architectures(pack, name):
    tiny = family(name)
    conds = tiny.make_cond(1), tiny.make_cond(2)
    image, _, _ = edited(
        pack, tiny.model, tiny.vae, conds, steps=2, size=64, segment=64, image=photo(64, 64),
        mask=a_mask(64, 64, slice(20, 40), slice(20, 40)),
    )  # fmt: skip
    assert image.isfinite().all() and image.shape == (1, 64, 64, 3)


def test_an_inpainting_model(pack):
    tiny = inpainting_family()
    conds = tiny.make_cond(1), tiny.make_cond(2)
    calls = watch(tiny.model)
    image, _, _ = edited(pack, tiny.model, tiny.vae, conds, size=64, segment=64, steps=2)
    mask = a_mask()[0] > 0
    assert calls and torch.equal(image[0][~mask], photo()[0][~mask])
    assert (image[0][mask] - photo()[0][mask]).abs().mean() > 0.01


@pytest.mark.parametrize("name", ["sd15", "flux"])
def test_a_mask_of_another_size_is_fitted(pack, name):
    tiny = family(name)
    small = torch.nn.functional.max_pool2d(a_mask(), 4)
    conds = tiny.make_cond(1), tiny.make_cond(2)
    image, _, _ = edited(
        pack, tiny.model, tiny.vae, conds, mask=small, steps=2, size=96, segment=96
    )
    far = torch.ones(120, 104, dtype=torch.bool)
    far[34:86, 26:78] = False
    assert torch.equal(image[0][far], photo()[0][far])


def test_a_soft_mask_fades_the_edit(pack):
    soft = torch.nn.functional.avg_pool2d(a_mask(), 17, 1, 8)
    image, _, _ = edited(pack, toy_model("eps"), mask=soft)
    change = (image - photo())[0].abs().mean(-1)
    assert change[soft[0] == 0].max() == 0
    assert change[(soft[0] > 0) & (soft[0] < 0.2)].mean() < 0.5 * change[soft[0] == 1].mean()


# --- candidates -----------------------------------------------------------------------------------


class ClipVision:
    """A CLIP_VISION that sees nothing but the mean colour."""

    def encode_image(self, image, crop=True):
        return {"image_embeds": image.mean((1, 2)) - 0.5}


def pooled(cond, *values):
    return [[tensor, {**extra, "pooled_output": torch.tensor([values])}] for tensor, extra in cond]


def test_the_candidate_that_fits_the_prompt_is_chosen(pack):
    """Candidates are as bright as their seed says; the last stage leaves them alone."""
    for prompt in ((1.0, 1.0, 1.0), (-1.0, -1.0, -1.0)):
        conds = pooled(toy_cond(1), *prompt), toy_cond(2)
        options = {"candidates": 4, "size": 64, "segment": 96, "overlap": 0, "final_denoise": 0.0}
        image, _, candidates = edited(
            pack, toy_model("eps"), conds=conds, clip_vision=ClipVision(), **options
        )
        assert candidates.shape == (4, 64, 64, 3)
        scores = torch.cosine_similarity(candidates.mean((1, 2)) - 0.5, torch.tensor([prompt]))
        best = candidates[int(scores.argmax())]
        # The middle of the edit is that of the candidate, but for its size.
        assert (
            image[0, 55:65, 47:57].mean((0, 1)) - best[28:36, 28:36].mean((0, 1))
        ).abs().max() < 0.1


def test_the_prompt_for_the_score_may_come_from_another_encoder(pack):
    prompt = pooled(toy_cond(3), 1.0, 0.0, 0.0)
    *_, candidates = edited(
        pack, toy_model("eps"), clip_vision=ClipVision(), score_prompt=prompt, candidates=2
    )
    assert len(candidates) == 2


@pytest.mark.parametrize("level", [0, 1])
def test_candidates_are_judged_by_the_levels_own_prompt(pack, level):
    """Of a ladder whose levels ask for opposite colours."""
    kit, stack = Ladder(pack, zooms=(2.0,)), a_stack(pack, (2.0,))
    prompts = (1.0, 1.0, 1.0), (-1.0, -1.0, -1.0)
    for entry, prompt in zip(kit.positive, prompts, strict=True):
        entry[1]["pooled_output"] = torch.tensor([prompt])
    chosen = []
    edit = part(pack, "nodes.edit").edit

    def spy(*args, score, **others):
        chosen.append(score(torch.stack([torch.zeros(3, 8, 8), torch.ones(3, 8, 8)])))
        return edit(*args, score=score, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part(pack, "nodes.edit"), "edit", spy)
        edited(
            pack, toy_model("eps"), conds=(kit.positive, kit.negative), stack=stack, level=level,
            mask=a_mask(64, 64, slice(20, 44), slice(20, 44)), clip_vision=ClipVision(),
            candidates=2, size=64, segment=64,
        )  # fmt: skip
    assert int(chosen[0].argmax()) == 1 - level


@pytest.mark.parametrize("width", [None, 768])
def test_a_text_encoder_that_does_not_belong_is_refused(pack, width):
    conds = (toy_cond(1) if width is None else pooled(toy_cond(1), *[1.0] * width)), toy_cond(2)
    words = f"a prompt of 3 numbers, .* has {width or 'none'}. Encode the prompt with the text"
    with pytest.raises(ValueError, match=words):
        edited(pack, toy_model("eps"), conds=conds, clip_vision=ClipVision(), candidates=2)


def test_every_setting_of_the_method_is_its_own_input(pack, monkeypatch):
    class Told(Exception):
        pass

    def spy(picture, mask, paint, how, **others):
        raise Told(how)

    monkeypatch.setattr(part(pack, "nodes.edit"), "edit", spy)
    inputs = {
        "size": 96, "margin": 0.5, "candidates": 2, "resamplings": 3, "middle_denoise": 0.6,
        "final_denoise": 0.7, "segment": 104, "overlap": 24, "low_pass": False,
    }  # fmt: skip
    with pytest.raises(Told) as caught:
        edited(pack, toy_model("eps"), **inputs)
    how = caught.value.args[0]
    told = (how.native, how.margin, how.candidates, how.resamplings, how.middle, how.final)
    assert (*told, how.segment, how.overlap, how.filtered) == tuple(inputs.values())


# --- the decoder ----------------------------------------------------------------------------------


def test_a_tuned_decoder_comes_closer_to_the_picture_and_leaves_the_vae_alone(pack):
    vae = demo_vae()
    before = {key: value.clone() for key, value in vae.first_stage_model.state_dict().items()}
    image = photo(64, 64)
    mask = a_mask(64, 64, slice(16, 40), slice(16, 40))
    host = part(pack, "nodes.edit")
    with torch.inference_mode():
        latent = vae.encode(image)
        picture = vae.decode(latent)[0].movedim(-1, 0)
        stages = part(pack, "zoomstack.paint.edit.multistage")
        painted = part(pack, "nodes.run.painter").Painted(picture, latent)
        original = image[0].movedim(-1, 0)
        (tuned,) = host.tuned_pictures(vae, 12, [stages.Stage(painted, original, mask[0])])
    outside = mask[0] == 0

    def error(p):
        return float((p - original)[:, outside].square().mean())

    assert error(tuned) < 0.8 * error(picture)
    assert (tuned - picture)[:, ~outside].square().mean() < 0.01
    after = vae.first_stage_model.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())


@pytest.mark.parametrize("name", ["sd15", "qwen_image", "pixel"])
def test_decoder_steps_work_in_the_node(pack, name):
    tiny = family(name)
    conds = tiny.make_cond(1), tiny.make_cond(2)
    image, _, _ = edited(
        pack, tiny.model, tiny.vae, conds, steps=1, decoder_steps=2, size=64, segment=64,
        image=photo(61, 64), mask=a_mask(61, 64, slice(20, 40), slice(20, 40)),
    )  # fmt: skip
    assert image.isfinite().all()


# --- a stack --------------------------------------------------------------------------------------


def a_stack(pack, zooms=(2.0, 2.0, 2.0), size=64):
    kit = Ladder(pack, zooms=zooms)
    images = torch.cat([photo(size, size, seed) for seed in range(kit.levels)])
    with torch.inference_mode():
        return pack.nodes.LaplacianBlend.execute(images, ladder=kit.ladder).result[0]


def test_an_edit_of_one_level_shows_two_levels_above(pack):
    stack = a_stack(pack)
    mask = a_mask(64, 64, slice(20, 44), slice(20, 44))
    images, result, _ = edited(
        pack, toy_model("eps"), stack=stack, level=2, mask=mask, size=64, segment=64
    )
    lib = part(pack, "zoomstack.spaces.plain")
    blend = part(pack, "zoomstack.joint.blend")
    assert images.shape == (4, 64, 64, 3) and result.prompts == stack.prompts
    sampled, painted = result.history
    assert sampled.prompts == stack.prompts and (painted.deed, painted.levels) == ("paint", (2,))
    assert torch.equal(result.levels[2][:, mask[0] == 0], stack.levels[2][:, mask[0] == 0])
    seen = lib.plain_space(stack.geometry).link(0, 2)
    change = (result.levels[0] - stack.levels[0])[(..., *seen.window)]
    assert change.abs().max() > 0.02
    expected = seen.shrink(result.levels[2] - stack.levels[2])
    assert torch.allclose(change, expected, atol=1e-5)
    outside = torch.ones(64, 64, dtype=torch.bool)
    outside[seen.window] = False
    assert torch.equal(result.levels[0][:, outside], stack.levels[0][:, outside])
    assert min(blend.agreement(result.levels, stack.geometry)) > 120


def test_the_levels_prompt_is_taken_where_prompts_are_tagged(pack):
    kit, stack = Ladder(pack, zooms=(2.0, 2.0, 2.0)), a_stack(pack)
    mask = a_mask(64, 64, slice(20, 44), slice(20, 44))
    options = {"stack": stack, "level": 2, "mask": mask, "size": 64, "segment": 64}
    tagged = edited(pack, toy_model("eps"), conds=(kit.positive, kit.negative), **options)[0]
    alone = [[[c[0], {}]] for c in (kit.positive[2], kit.negative[2])]
    assert torch.equal(tagged, edited(pack, toy_model("eps"), conds=alone, **options)[0])


# --- errors ---------------------------------------------------------------------------------------


def test_bad_input_is_refused_before_the_model_runs(pack):
    model = toy_model("eps")
    calls = watch(model)
    stack = a_stack(pack, (2.0,))
    for options, words in (
        ({"image": photo(), "stack": stack}, "an image or a stack; connect only one"),
        ({"image": None}, "an image or a stack; connect one of them"),
        ({"stack": stack, "level": 2}, "is for level 2 but the stack has 2 levels; set its level"),
        ({"mask": torch.zeros(2, 64, 64)}, "BlendedEdit got 2 masks; it edits one region"),
        ({"mask": torch.full((1, 64, 64), float("nan"))}, "The mask holds NaN or infinite values"),
        ({"image": torch.rand(3, 64, 64, 3)}, "BlendedEdit got 3 images; pick one"),
        ({"size": 128, "segment": 96}, "Segments of 96 pixels are smaller than the first stage"),
        ({"overlap": 64}, "Segments of 64 pixels overlap by 64"),
        ({"vae": mosaic_vae(16)}, "denoises 4 channels .* got one for 16"),
    ):
        with pytest.raises(ValueError, match=words):
            edited(pack, model, **options)
    assert not calls


def test_a_cancel_stops_between_repeats(pack):
    import comfy.model_management as management

    def respond(x, sigma, context):
        management.interrupt_current_processing()
        return x * 0.5

    model = toy_model("eps", respond=respond)
    calls = watch(model)
    with pytest.raises(management.InterruptProcessingException):
        edited(pack, model, cfg=1.0)
    assert len(calls) == 1
    management.interrupt_current_processing(False)


def test_a_sampler_of_another_kind_is_named(pack):
    """SAMPLER objects that are no KSAMPLER cannot be stepped."""
    repaint = part(pack, "nodes.host.hooks.repaint")
    with pytest.raises(ValueError, match="The sampler object cannot be taken back step by step"):
        repaint._repainting(object(), 2)
    with pytest.raises(ValueError, match="sample_unipc cannot be taken back"):
        from comfy.extra_samplers.uni_pc import sample_unipc

        repaint._repainting(KSAMPLER(sample_unipc), 2)
