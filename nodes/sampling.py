"""ZoomStackSampler and ZoomStackApply: all levels through the model together."""

from __future__ import annotations

from typing import Any

import comfy.samplers
import torch
from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.scene.ladder import Ladder
from . import host
from .host.layout import grid_of, nearest, ratio_of
from .inputs import WindowWords, shown_with, taken, window_inputs
from .run.checkpoint import Given, recorded
from .run.levels import Plan
from .run.options import SPACES, Options
from .run.photo import Photo
from .run.windows import WindowOptions, in_windows
from .types import CATEGORY, SEARCH, ZoomAnchorType, ZoomLadderType

_MOVED = " Better set on Multi-Scale Patch, before this node; here for graphs that have it."
WINDOW_WORDS = WindowWords(
    tile_size="Pixels a side of the windows that levels are denoised in: the size the model was "
    "made for, where levels are larger. 0: no windows." + _MOVED,
    tile_stride="Pixels from a window to the next; 0 is half a window." + _MOVED,
    multiscale="Smaller versions of each level, each half the size of the one before, that are "
    "denoised first and give its layout. 0: none." + _MOVED,
    multiscale_weight="How far windows are pulled to the smaller version: 0 not at all, 8 and more "
    "all the way." + _MOVED,
    multiscale_end="Where that ends, as a fraction of the steps: the first ones make the layout."
    + _MOVED,
)


def _coupling_inputs() -> list[Any]:
    """The inputs that both nodes have."""
    return [
        ZoomAnchorType.Input(
            "anchor", optional=True, tooltip="Photos that levels must show, from Photo Anchor."
        ),
        io.Vae.Input(
            "vae", optional=True,
            tooltip="The model's VAE. With it, levels agree much better, and photos can be "
            "anchored. Pixel models need none.",
        ),
        io.Vae.Input(
            "small_vae", optional=True,
            tooltip="A small VAE for the same latents, from Load VAE (taesd, taesdxl, taesd3, "
            "taef1, taef2 ...): levels then meet in pictures at every step. Without it, one in "
            "models/vae_approx is found.",
        ),
        io.Combo.Input(
            "space", optional=True,
            options=[*SPACES], default="auto", advanced=True,
            tooltip="Where levels are made to agree. auto: whatever harms a scene that agrees "
            "least, measured. small: in pictures, through the small VAE, at every step; fitted: "
            "latents, by operators fitted to the VAE; twin: a linear twin of the VAE, for every "
            "zoom and focus; latent: latents, channel by channel; pixel: in pictures, through the "
            "VAE, in the last steps.",
        ),
        io.Int.Input(
            "pixel_steps", optional=True, default=1, min=0, max=10000, advanced=True,
            tooltip="With space pixel: how many of the last steps meet in pictures; before them "
            "levels meet as with auto. 0: every step, which takes many times as long.",
        ),
        io.Combo.Input(
            "coupling", optional=True,
            options=["joint", "iterative", "independent"], default="joint",
            advanced=True,
            tooltip="joint blends all levels at every step; iterative only shows each level in "
            "the wider ones; independent leaves them alone.",
        ),
        io.Combo.Input(
            "blend", optional=True,
            options=["laplacian", "average"], default="laplacian", advanced=True,
            tooltip="laplacian blends by frequency bands; average takes the mean of whole "
            "pictures, which blurs deep levels (the paper's ablation).",
        ),
        io.Combo.Input(
            "weighting", optional=True, options=["snr", "uniform"], default="snr", advanced=True,
            tooltip="How much wider levels count: snr by what they can know, uniform all alike "
            "(the paper).",
        ),
        io.Float.Input(
            "feather", optional=True, default=0.25, min=0.0, max=0.5, step=0.01, advanced=True,
            tooltip="Border of a level that follows the level above, as a fraction of its frame; "
            "0 may show a square.",
        ),
        io.Boolean.Input(
            "shared_noise", optional=True, default=True, advanced=True,
            tooltip="Levels see the same noise where they see the same place.",
        ),
        io.Float.Input(
            "couple_start", optional=True, default=0.0, min=0.0, max=1.0, step=0.01, advanced=True,
            tooltip="Where coupling begins, as a fraction of the steps.",
        ),
        io.Float.Input(
            "couple_end", optional=True, default=1.0, min=0.0, max=1.0, step=0.01, advanced=True,
            tooltip="Where coupling ends, as a fraction of the steps.",
        ),
        io.Int.Input(
            "levels_per_batch", optional=True, default=0, min=0, max=256, advanced=True,
            tooltip="Levels per model call; 0 takes as many as fit in memory.",
        ),
        *window_inputs(WINDOW_WORDS, tile_size=0, multiscale=0, aside=True),
    ]  # fmt: skip


def _pixel_budget() -> Any:
    """The last input of both nodes: graphs hold the values of what came before by their order."""
    return io.Float.Input(
        "pixel_budget", optional=True, default=0.2, min=0.0, max=1.0, step=0.05, advanced=True,
        tooltip="With space auto and no small VAE: the share of the run's work that the last "
        "steps may take to meet in pictures, through the VAE. 0: none.",
    )  # fmt: skip


def _coupled(
    model: Any,
    ladder: Ladder,
    *,
    anchor: tuple[Photo, ...] | None,
    vae: Any,
    small_vae: Any,
    teller: host.Teller,
    **options: Any,
) -> Any:
    """The model, sampling all levels together; inputs left out keep the library's defaults."""
    windows = taken(WindowOptions, options)
    choices = Options(**options)
    if choices.couple_start > choices.couple_end:
        raise ValueError(
            f"couple_start is {choices.couple_start:g} and couple_end {choices.couple_end:g}; "
            "swap them."
        )
    plan = Plan(ladder, choices, tuple(anchor or ()), vae, small_vae, teller)
    return host.install_levels(in_windows(model, windows), plan)


class ZoomStackApply(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ZoomStackApply",
            display_name="Zoom Stack Apply",
            category=CATEGORY,
            description="A model that samples all levels of a zoom together, for KSampler, "
            "SamplerCustomAdvanced and any other sampler node. Give it a batch of one latent a "
            "level.",
            search_aliases=SEARCH,
            inputs=[
                io.Model.Input("model", tooltip="The diffusion model."),
                ZoomLadderType.Input("ladder", tooltip="From Prompt Ladder."),
                *_coupling_inputs(),
                _pixel_budget(),
            ],
            outputs=[
                io.Model.Output(
                    display_name="model", tooltip="The model, for a stock sampler node."
                )
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        model: Any,
        ladder: Ladder,
        anchor: tuple[Photo, ...] | None = None,
        vae: Any = None,
        small_vae: Any = None,
        **options: Any,
    ) -> io.NodeOutput:
        given: dict[str, Any] = {"anchor": anchor, "vae": vae, "small_vae": small_vae}
        return io.NodeOutput(_coupled(model, ladder, teller=host.Teller(cls), **given, **options))


class ZoomStackSampler(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ZoomStackSampler",
            display_name="Zoom Stack Sampler",
            category=CATEGORY,
            description="Samples all levels of a zoom together, so that they show one scene.",
            search_aliases=SEARCH,
            inputs=[
                io.Model.Input("model", tooltip="The diffusion model."),
                ZoomLadderType.Input("ladder", tooltip="From Prompt Ladder."),
                io.Conditioning.Input("positive", tooltip="One prompt a level."),
                io.Conditioning.Input("negative", tooltip="What to avoid, for all or a level."),
                io.Int.Input(
                    "seed", default=0, min=0, max=2**64 - 1, control_after_generate=True,
                    tooltip="The same seed and settings give the same zoom.",
                ),
                io.Int.Input("steps", default=24, min=1, max=10000, tooltip="Sampling steps."),
                io.Float.Input(
                    "cfg", default=5.0, min=0.0, max=100.0, step=0.1, round=0.01,
                    tooltip="How strictly each level follows its prompt.",
                ),
                io.Combo.Input(
                    "sampler_name", options=comfy.samplers.SAMPLER_NAMES, default="euler_ancestral",
                    tooltip="Any sampler; those that add noise as they go get noise that levels "
                    "share.",
                ),
                io.Combo.Input(
                    "scheduler", options=comfy.samplers.SCHEDULER_NAMES, default="simple",
                    tooltip="How noise falls over the steps.",
                ),
                io.Float.Input(
                    "denoise", default=1.0, min=0.0, max=1.0, step=0.01,
                    advanced=True, extra_dict=shown_with("latent"),
                    tooltip="1 starts from noise; less keeps that much of the latent, for a "
                    "second pass.",
                ),
                io.Int.Input(
                    "width", default=512, min=16, max=16384, step=8,
                    tooltip="Pixels across of each level, where no latent is connected.",
                ),
                io.Int.Input(
                    "height", default=512, min=16, max=16384, step=8,
                    tooltip="Pixels down of each level, where no latent is connected.",
                ),
                io.Latent.Input(
                    "latent", optional=True,
                    tooltip="A stack to start from, one latent a level; its size counts.",
                ),
                *_coupling_inputs(),
                io.String.Input(
                    "checkpoint", optional=True, default="", advanced=True,
                    tooltip="A name under which the run is recorded while it goes: after a crash "
                    "or a cancel, the same inputs go on from there, to the same result. Empty: "
                    "not recorded.",
                ),
                _pixel_budget(),
            ],
            outputs=[
                io.Latent.Output(
                    display_name="latent",
                    tooltip="One latent a level, the widest first; decode them and blend.",
                )
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        ladder: Ladder,
        denoise: float,
        width: int,
        height: int,
        latent: dict[str, Any] | None = None,
        anchor: tuple[Photo, ...] | None = None,
        vae: Any = None,
        small_vae: Any = None,
        checkpoint: str = "",
        **options: Any,
    ) -> io.NodeOutput:
        teller = host.Teller(cls)
        how = taken(host.Sampling, options)
        given: dict[str, Any] = {"anchor": anchor, "vae": vae, "small_vae": small_vae}
        coupled = _coupled(how.model, ladder, teller=teller, **given, **options)
        if checkpoint:
            whole = Given(ladder, **given, options=options, hidden=cls.hidden)
            coupled = recorded(coupled, checkpoint, whole, teller)
        if latent is None:
            latent = {"samples": _empty(how.model, ladder.levels, width, height)}
        masked = _one_mask_a_level(latent, ladder.levels)
        samples = host.sample(how._replace(model=coupled), masked, denoise)
        if "noise_mask" in latent:
            samples["noise_mask"] = latent["noise_mask"]
        return io.NodeOutput(samples, ui=teller.ui)


def _one_mask_a_level(latent: dict[str, Any], levels: int) -> dict[str, Any]:
    """The latent with its noise mask as (N, 1, 1, H, W): of a film, the host folds N into time."""
    masks = latent.get("noise_mask")
    if masks is None:
        return latent
    masks = masks.reshape(-1, 1, 1, *masks.shape[-2:])
    if len(masks) not in (1, levels):
        raise ValueError(
            f"The latent has {len(masks)} noise masks but the ladder {levels} levels; give one "
            f"mask for all levels, or {levels}."
        )
    return {**latent, "noise_mask": masks}


def _empty(model: Any, levels: int, width: int, height: int) -> Tensor:
    """An empty latent of one picture a level, in the model's own layout."""
    format = model.get_model_object("latent_format")
    ratio = ratio_of(format)
    step = ratio * grid_of(model)
    for name, pixels in (("width", width), ("height", height)):
        if pixels % step or pixels < step:
            raise ValueError(
                f"A {name} of {pixels} does not divide by {step}, as this model needs; the "
                f"nearest that does is {nearest(pixels, step)}."
            )
    shape = (levels, format.latent_channels, height // ratio, width // ratio)
    return torch.zeros(shape)
