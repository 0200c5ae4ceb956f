"""BlendedEdit: a part of a large picture, or of a level of a stack, painted anew by a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.linear.sizes import resized
from ..zoomstack.paint.edit.decoder import Piece, tune
from ..zoomstack.paint.edit.multistage import MultiStage, Stage, Stroke, edit
from ..zoomstack.paint.edit.writeback import write_back
from ..zoomstack.paint.rework.told import begun, noted
from ..zoomstack.scene.geometry import Geometry
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.tags import of_level
from .inputs import sampler_inputs, shown_with
from .run.painter import Painted, Painter
from .tensors import one_picture, to_image
from .types import CATEGORY, SEARCH, ZoomStackType


class BlendedEdit(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="BlendedEdit",
            display_name="Blended Edit",
            category=CATEGORY,
            description="Paints a masked part of a large picture anew: first small, then enlarged "
            "and refined in stages. On a zoom stack, every level that sees the part shows it.",
            search_aliases=[*SEARCH, "inpaint", "blended diffusion", "high resolution edit"],
            inputs=[
                *sampler_inputs("The same seed and settings give the same edit."),
                io.Mask.Input(
                    "mask", tooltip="What is painted anew; it is fitted to the picture's size."
                ),
                io.Image.Input(
                    "image", optional=True, tooltip="The picture to edit, where no stack is."
                ),
                ZoomStackType.Input(
                    "stack", optional=True, tooltip="A zoom stack, one level of which is edited."
                ),
                io.Int.Input(
                    "level", optional=True, default=0, min=0, max=255,
                    tooltip="Which level of the stack is edited; 0 is the widest.",
                ),
                io.Int.Input(
                    "size", optional=True, default=512, min=64, max=4096, step=8,
                    tooltip="Pixels of the longer side in the first stage: the size the model was "
                    "made for.",
                ),
                io.Float.Input(
                    "margin", optional=True, default=0.25, min=0.0, max=4.0, step=0.05,
                    advanced=True,
                    tooltip="What the model sees around the mask, as a share of the mask's longer "
                    "side, on every side.",
                ),
                io.Int.Input(
                    "candidates", optional=True, default=5, min=1, max=64,
                    advanced=True, extra_dict=shown_with("clip_vision"),
                    tooltip="First drafts to choose from by clip_vision; without it the first is "
                    "taken and no other is made.",
                ),
                io.Int.Input(
                    "resamplings", optional=True, default=5, min=0, max=64, advanced=True,
                    tooltip="How often each step of the first stage is repeated (RePaint), so that "
                    "the edit meets its surroundings; 0 is fastest.",
                ),
                io.Float.Input(
                    "middle_denoise", optional=True, default=0.4, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="How far the middle stage, of segment pixels, goes back into noise.",
                ),
                io.Float.Input(
                    "final_denoise", optional=True, default=0.25, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="How far the last stage, at full size and in segments, goes back.",
                ),
                io.Int.Input(
                    "segment", optional=True, default=768, min=64, max=4096, step=8,
                    advanced=True,
                    tooltip="Pixels a side of what is painted at once in the later stages.",
                ),
                io.Int.Input(
                    "overlap", optional=True, default=128, min=0, max=2048, step=8, advanced=True,
                    tooltip="Pixels that neighbouring segments share.",
                ),
                io.Boolean.Input(
                    "low_pass", optional=True, default=True, advanced=True,
                    tooltip="Makes the background as soft as the enlarged edit before a stage "
                    "paints; without it the edit tends to stay blurred.",
                ),
                io.Int.Input(
                    "decoder_steps", optional=True, default=0, min=0, max=1000, advanced=True,
                    tooltip="Steps of tuning a copy of the VAE's decoder to the picture, so that "
                    "no edge shows; the paper takes 100. 0 leaves it out.",
                ),
                io.UpscaleModel.Input(
                    "upscale_model", optional=True,
                    tooltip="Enlarges the edit between stages, from Load Upscale Model; without "
                    "one it is resampled.",
                ),
                io.ClipVision.Input(
                    "clip_vision", optional=True,
                    tooltip="Chooses the candidate that fits the prompt best; it must belong to "
                    "the text encoder of the prompt.",
                ),
                io.Conditioning.Input(
                    "score_prompt", optional=True,
                    tooltip="The prompt for clip_vision, where the model's own text encoder does "
                    "not belong to it.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    display_name="image",
                    tooltip="The edited picture; of a stack all levels, the widest first.",
                ),
                ZoomStackType.Output(
                    display_name="stack", tooltip="The stack with the edit in all its levels."
                ),
                io.Image.Output(
                    display_name="candidates", tooltip="The drafts of the first stage."
                ),
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        vae: Any,
        mask: Tensor,
        image: Tensor | None = None,
        stack: ZoomStack | None = None,
        level: int = 0,
        size: int = 512,
        margin: float = 0.25,
        candidates: int = 5,
        resamplings: int = 5,
        middle_denoise: float = 0.4,
        final_denoise: float = 0.25,
        segment: int = 768,
        overlap: int = 128,
        low_pass: bool = True,
        decoder_steps: int = 0,
        upscale_model: Any = None,
        clip_vision: Any = None,
        score_prompt: Any = None,
        **sampling: Any,
    ) -> io.NodeOutput:
        stack = _as_stack(image, stack)
        if not 0 <= level < len(stack.levels):
            raise ValueError(
                f"BlendedEdit is for level {level} but the stack has {len(stack.levels)} levels; "
                f"set its level from 0 to {len(stack.levels) - 1}."
            )
        painter = Painter(vae, host.Sampling(**sampling))
        how = MultiStage(
            native=size,
            margin=margin,
            candidates=candidates,
            resamplings=resamplings,
            middle=middle_denoise,
            final=final_denoise,
            segment=segment,
            overlap=overlap,
            filtered=low_pass,
        )
        picture = stack.levels[level]
        marked = _fitted(mask, picture)
        teller = host.Teller(cls)
        for line in host.cut_pictures(cls.hidden):
            teller.add(line)

        def paint(part: Tensor, where: Tensor, stroke: Stroke) -> Painted:
            teller.show(f"picture {stroke.number + 1}, {part.shape[-1]} x {part.shape[-2]} pixels")
            if stroke.strength <= 0:
                return painter.kept(part)
            # KSampler takes all steps for a part of the schedule; the paper that part of them.
            return painter.paint(
                part,
                where,
                level,
                seed=painter.how.seed + stroke.number,
                denoise=stroke.strength,
                steps=max(1, round(painter.how.steps * stroke.strength)),
                resamplings=stroke.resamplings,
            )

        score = enlarge = tuned = None
        if clip_vision is not None:
            said = painter.how.positive if score_prompt is None else score_prompt
            score = partial(_fits, clip_vision, of_level(said, level))
        if upscale_model is not None:
            enlarge = partial(host.enlarge, upscale_model)
        if decoder_steps:
            tuned = partial(tuned_pictures, vae, decoder_steps)
        edited = edit(picture, marked, paint, how, enlarge=enlarge, score=score, tuned=tuned)
        levels = write_back(stack.levels, stack.geometry, level, edited.picture, marked)
        return io.NodeOutput(
            to_image(levels),
            noted(begun(stack), "paint", (level,), painter.how.seed)._replace(levels=levels),
            to_image(edited.candidates),
            ui=teller.ui,
        )


def _as_stack(image: Tensor | None, stack: ZoomStack | None) -> ZoomStack:
    """The stack, or the picture as a stack of one level."""
    if (image is None) == (stack is None):
        raise ValueError(
            "BlendedEdit edits either an image or a stack; connect "
            + ("one of them." if image is None else "only one of them.")
        )
    if image is None:
        assert stack is not None
        return stack
    picture = one_picture(image, "BlendedEdit")
    return ZoomStack(picture[None], Geometry(picture.shape[-2], picture.shape[-1], ()))


def _fitted(mask: Tensor, picture: Tensor) -> Tensor:
    """(H, W), 0 to 1, of a MASK (B, h, w), at the picture's size."""
    if len(mask) != 1:
        raise ValueError(f"BlendedEdit got {len(mask)} masks; it edits one region of one picture.")
    if not mask.isfinite().all():
        raise ValueError("The mask holds NaN or infinite values; draw or make it again.")
    height, width = picture.shape[-2:]
    return resized(mask.float(), (height, width))[0].clamp(0, 1)


def _fits(clip_vision: Any, prompt: Any, candidates: Tensor) -> Tensor:
    return host.prompt_fits(clip_vision, [prompt], candidates)[:, 0]


def tuned_pictures(vae: Any, steps: int, stages: Sequence[Stage]) -> list[Tensor]:
    """Each stage's picture by a decoder tuned to all of them."""
    decode, parameters = host.tunable_decoder(vae)
    if not parameters:
        return [stage.painted.picture for stage in stages]

    def seen(latent: Tensor, like: Tensor) -> Tensor:
        return decode(latent)[..., : like.shape[-2], : like.shape[-1]]

    def piece(stage: Stage) -> Piece:
        device = vae.device
        return Piece(
            stage.painted.latent.to(device, torch.float32),
            stage.painted.picture[None].to(device),
            stage.original[None].to(device),
            stage.mask.to(device),
        )

    bar = host.progress(steps)
    pieces = [piece(stage) for stage in stages]
    for _ in tune(decode, parameters, pieces, steps):
        host.check_interrupted()
        bar.update(1)
    return [
        seen(piece.latent, piece.edited).detach()[0].to(stage.original)
        for piece, stage in zip(pieces, stages, strict=True)
    ]
