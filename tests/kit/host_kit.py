"""Running the pack's nodes inside ComfyUI's own machinery, and measuring what comes out."""

from importlib import import_module

import torch
from tiny_conds import toy_cond
from tiny_models import randn

CONTEXT = 32
ALONE = {"coupling": "independent", "shared_noise": False}


def part(pack, name):
    """A module of the loaded pack: its classes are not those of the library that tests import."""
    return import_module(f"{pack.__name__}.{name}")


class Ladder:
    """A ladder, its conditioning and its laws, for toy models whose latents are pictures."""

    def __init__(
        self, pack, zooms=(2.0, 2.0, 4.0), focus=(), size=(16, 16), make_cond=toy_cond, closed=False
    ):
        self.pack = pack
        lib = part(pack, "zoomstack.scene.ladder")
        focus = focus or ((0.5, 0.5),) * len(zooms)
        prompts = tuple(f"level {i}" for i in range(len(zooms) + (not closed)))
        self.ladder = lib.Ladder(prompts, ("",) * len(prompts), tuple(zooms), tuple(focus), closed)
        self.levels = len(prompts)
        self.geometry = self.ladder.geometry(*size)
        self.positive = self.tagged(make_cond(10 + i) for i in range(self.levels))
        self.negative = self.tagged(make_cond(90) for _ in range(self.levels))

    def tagged(self, conds):
        return [
            [tensor, {**extras, "zoom_level": level}]
            for level, cond in enumerate(conds)
            for tensor, extras in cond
        ]

    def space(self):
        return part(self.pack, "zoomstack.spaces.plain").as_space(self.geometry)

    def disagreement(self, views, noise=False):
        """The largest difference between a view and the shrunk deeper one, in view units."""
        worst = 0.0
        for level, deeper in self.geometry.neighbours:
            link = self.space().link(level, deeper)
            shrink = link.shrink_noise if noise else link.shrink
            difference = views[level][(..., *link.window)] - shrink(views[deeper])
            worst = max(worst, float(difference.abs().max()))
        return worst


def laddered(pack, clip, prompts, **options):
    """What PromptLadder makes of prompts: the ladder, and its conditioning."""
    with torch.inference_mode():
        return pack.nodes.PromptLadder.execute(clip, prompts, **options).result


def encoded(clip, text):
    """What a text encoder makes of one text: its tokens' vectors, and the whole text's."""
    with torch.inference_mode():
        ((tensor, extras),) = clip.encode_from_tokens_scheduled(clip.tokenize(text))
    return tensor, extras["pooled_output"]


def apply_node(pack, model, ladder, **options):
    return pack.nodes.ZoomStackApply.execute(model, ladder, **options).result[0]


def sampler_node(pack, model, kit, seed=5, steps=4, cfg=3.0, sampler="euler", **options):
    """ZoomStackSampler's samples, (N, C, H, W) in the space of LATENT wires."""
    width, height = options.pop("size", (kit.geometry.width * 8, kit.geometry.height * 8))
    given = {
        "positive": kit.positive, "negative": kit.negative, "scheduler": "simple", "denoise": 1.0,
        "width": width, "height": height, **options,
    }  # fmt: skip
    output = pack.nodes.ZoomStackSampler.execute(
        model=model, ladder=kit.ladder, seed=seed, steps=steps, cfg=cfg, sampler_name=sampler,
        **given,
    )  # fmt: skip
    return output.result[0]["samples"]


def ksampler(model, kit, latent, seed=5, steps=4, cfg=3.0, sampler="euler", **options):
    """The stock KSampler's samples."""
    import nodes

    (out,) = nodes.KSampler().sample(
        model,
        seed,
        steps,
        cfg,
        sampler,
        options.pop("scheduler", "simple"),
        options.pop("positive", kit.positive),
        options.pop("negative", kit.negative),
        {"samples": latent},
        options.pop("denoise", 1.0),
    )
    return out["samples"]


def custom_advanced(model, kit, latent, seed=5, steps=4, cfg=3.0, sampler="euler"):
    """Samples of the stock SamplerCustomAdvanced with the stock CFGGuider: (output, denoised)."""
    from comfy_extras import nodes_custom_sampler as custom

    guider = custom.CFGGuider.execute(model, kit.positive, kit.negative, cfg).result[0]
    sampler = custom.KSamplerSelect.execute(sampler).result[0]
    sigmas = custom.BasicScheduler.execute(model, "simple", steps, 1.0).result[0]
    noise = custom.RandomNoise.execute(seed).result[0]
    out, denoised = custom.SamplerCustomAdvanced.execute(
        noise, guider, sampler, sigmas, {"samples": latent}
    ).result
    return out["samples"], denoised["samples"]


def one_by_one(model, positive, negative, latent, sampler="euler", off=0.0, **options):
    """N stock runs, level by level, on the rows of one and the same noise, ``nudged``."""
    import comfy.sample

    noise = nudged(comfy.sample.prepare_noise(latent, 5), off)
    rows = []
    for level in range(len(latent)):
        rows.append(
            comfy.sample.sample(
                model,
                noise[level : level + 1],
                3,
                3.0,
                sampler,
                "simple",
                positive[level],
                negative[level],
                latent[level : level + 1],
                seed=5,
                disable_pbar=True,
                **options,
            )  # fmt: skip
        )
    return torch.cat(rows)


def together(pack, tiny, kit, positive, negative, latent, most=0, **options):
    """What ``one_by_one`` does, in one run of all levels."""
    model = apply_node(pack, tiny.model, kit.ladder, levels_per_batch=most, **ALONE)
    return ksampler(model, kit, latent, steps=3, positive=positive, negative=negative, **options)


def apart(a, b):
    """The largest difference, in standard deviations of ``b``."""
    return float((a - b).abs().max() / b.std())


def rounding(again, alone):
    """How far apart two ways may be whose calls round otherwise: processors differ in that.

    ``again(off=...)`` is ``alone`` with noise that is so much of itself off.
    """
    return 4 * apart(again(off=1e-6), alone)


def nudged(noise, off):
    """Noise of which each value is about ``off`` of itself too large or too small."""
    return noise * (1 + off * randn(6, *noise.shape)) if off else noise
