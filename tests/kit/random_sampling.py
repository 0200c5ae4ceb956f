"""Random graphs of ComfyUI's own patch, guider, noise and sampler nodes, the same for a seed.

``sampling`` draws one; it runs a MODEL on some rows of a latent, each row from the noise that it
has among all: on all rows with ours in the graph, on one at a time without, which is the oracle.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from stock_patches import applied
from tiny_models import Conditioning, import_comfy, randn

Patch = Callable[[Any], Any]

# Of stock_patches.ROWS: those that know the prediction alone, and those that reach into a UNet.
GUIDANCE = (
    "APG", "CFGNorm", "CFGNorm before", "CFGOverride", "CFGZeroStar", "Epsilon Scaling", "FreSca",
    "LatentApplyOperationCFG", "Mahiro", "RescaleCFG", "TCFG", "TemporalScoreRescaling",
)  # fmt: skip
IN_UNETS = (
    "FreeU", "FreeU_V2", "PatchModelAddDownscale", "PerturbedAttentionGuidance",
    "SelfAttentionGuidance", "UNetCrossAttentionMultiply", "UNetSelfAttentionMultiply",
)  # fmt: skip
# Given a level at a time, which a patch that remembers the last step of all cannot be.
_A_LEVEL_AT_A_TIME, _OF_LAST_STEP = ("SelfAttentionGuidance", "perp_neg"), "APG"
STEADY = (
    "euler", "heun", "dpm_2", "lms", "dpmpp_2m", "ipndm", "deis", "ddim", "uni_pc", "res_multistep",
    "gradient_estimation", "dpmpp_2m_cfg_pp", "euler_cfg_pp",
)  # fmt: skip
DRAWING = (
    "euler_ancestral", "dpm_2_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "dpmpp_2m_sde",
    "dpmpp_3m_sde", "ddpm", "lcm", "er_sde", "seeds_2", "sa_solver", "exp_heun_2_x0_sde",
    "euler_ancestral_cfg_pp",
)  # fmt: skip
GUIDERS = ("cfg", "cfg", "basic", "dual_cfg", "nested_cfg", "perp_neg", "dual_model")
# How noise comes: with the sampler; in the latent, added before; in that of an earlier stage.
NOISES = ("random", "random", "added", "staged")


@dataclass
class Sampling:
    """What was drawn; ``str`` of it says how to see it again."""

    patches: list[str]
    ours_last: bool
    guider: str
    sampler: str
    noise: str
    scheduler: str
    steps: int
    masked: bool
    seed: int
    other: Any = field(repr=False)  # the second model of a guider that takes two

    def patched(self, model: Any, ours: Patch | None = None) -> Any:
        """The model with what the graph does to it, ``ours`` among it."""
        applying: list[Patch] = [lambda m, name=name: applied(name, m) for name in self.patches]
        if ours is not None:
            applying.insert(len(applying) if self.ours_last else 0, ours)
        for patch in applying:
            model = patch(model)
        return model

    def run(
        self,
        model: Any,
        conds: list[Conditioning],
        latent: torch.Tensor,
        row: int | None = None,
        off: float = 0.0,
    ) -> torch.Tensor:
        """Samples of one ``row`` of ``latent``, or of all; ``conds`` are its positive and negative.

        The first noise is ``off`` by a part of itself, to see what becomes of a rounding error.
        """
        from comfy_extras import nodes_custom_sampler as custom

        rows = slice(None) if row is None else slice(row, row + 1)
        sigmas = custom.BasicScheduler.execute(model, self.scheduler, self.steps, 1.0).result[0]
        random_noise = custom.RandomNoise.execute(self.seed).result[0]
        none = custom.DisableNoise.execute().result[0]
        start = {"samples": latent}
        stages = [(sigmas, _OfRows(random_noise, latent, rows, off))]
        if self.noise == "added":
            start = custom.AddNoise.execute(model, random_noise, sigmas, start).result[0]
            start["samples"] = start["samples"] * (1 + off)
            stages = [(sigmas, none)]
        elif self.noise == "staged":
            high, low = custom.SplitSigmas.execute(sigmas, self.steps // 2).result
            stages = [(high, stages[0][1]), (low, none)]
        given = {**start, "samples": start["samples"][rows]}
        if self.masked:
            given["noise_mask"] = self._mask(latent)[rows]
        for part, noise in stages:
            guider = self._guider(model, conds)
            sampler = self._sampler(latent, rows)
            given = custom.SamplerCustomAdvanced.execute(
                noise, guider, sampler, part, given
            ).result[0]
        return given["samples"]

    def _guider(self, model: Any, conds: list[Conditioning]) -> Any:
        from comfy_extras import nodes_custom_sampler as custom
        from comfy_extras.nodes_perpneg import PerpNegGuider

        positive, negative = conds
        if self.guider == "basic":
            return custom.BasicGuider.execute(model, positive).result[0]
        if self.guider == "perp_neg":
            empty = [[torch.zeros_like(negative[0][0][:, :5]), {}]]
            return PerpNegGuider.execute(model, positive, negative, empty, 3.0, 0.8).result[0]
        if self.guider == "dual_model":
            made = custom.DualModelGuider.execute(model, positive, 3.0, self.other, negative)
            return made.result[0]
        if self.guider == "cfg":
            return custom.CFGGuider.execute(model, positive, negative, 3.0).result[0]
        style = "nested" if self.guider == "nested_cfg" else "regular"
        middle = [[text * 0.5, extras] for text, extras in negative]
        return custom.DualCFGGuider.execute(
            model, positive, middle, negative, 3.0, 1.5, style
        ).result[0]

    def _sampler(self, latent: torch.Tensor, rows: slice) -> Any:
        import comfy.samplers

        found = comfy.samplers.sampler_object(self.sampler)
        drawn: list[torch.Tensor] = []

        def noise_sampler(*_: Any) -> torch.Tensor:
            drawn.append(randn(self.seed + 1 + len(drawn), *latent.shape))
            return drawn[-1][rows]

        options = dict(found.extra_options)
        if self.sampler in DRAWING:
            options["noise_sampler"] = noise_sampler
        # Without what ddim asks for: noise anew for what a mask keeps, as many rows as there are.
        return comfy.samplers.KSAMPLER(found.sampler_function, options)

    def _mask(self, latent: torch.Tensor) -> torch.Tensor:
        """Of some levels all is sampled, of others a part, or a part by half.

        A mask a film, where latents are films: the host takes (N, 1, H, W) for one of N frames.
        """
        mask = torch.ones(len(latent), 1, *latent.shape[2:-2], 64, 64)
        mask[0, ..., :24, 8:40] = 0
        mask[-1, ..., :32] = 0.5
        return mask


def sampling(seed: int, unet: bool, other: Any) -> Sampling:
    """Draw one, for a UNet or for any model; ``other`` is a second one of its kind."""
    import_comfy()
    draw = random.Random(seed)
    known = GUIDANCE + (IN_UNETS * 2 if unet else ())
    guider, patches = draw.choice(GUIDERS), draw.sample(known, draw.choice((0, 1, 1, 2)))
    if any(name in _A_LEVEL_AT_A_TIME for name in (guider, *patches)) and _OF_LAST_STEP in patches:
        patches.remove(_OF_LAST_STEP)  # refused in words
    samplers = STEADY if draw.random() < 0.6 else DRAWING
    return Sampling(
        patches=list(dict.fromkeys(patches)),
        ours_last=draw.random() < 0.5,
        guider=guider,
        sampler=draw.choice(samplers),
        noise=draw.choice(NOISES),
        scheduler=draw.choice(("simple", "karras", "normal")),
        steps=draw.choice((2, 3, 4)),
        masked=draw.random() < 0.25,
        seed=seed,
        other=other,
    )


class _OfRows(SimpleNamespace):
    """The NOISE of all rows, of which some are taken."""

    def __init__(self, noise: Any, latent: torch.Tensor, rows: slice, off: float) -> None:
        super().__init__(noise=noise, latent=latent, rows=rows, off=off, seed=noise.seed)

    def generate_noise(self, _: Any) -> torch.Tensor:
        return self.noise.generate_noise({"samples": self.latent})[self.rows] * (1 + self.off)
