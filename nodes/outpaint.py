"""OutpaintZoom: from an inner picture outward, each level painted around the one before."""

from __future__ import annotations

from typing import Any

import torch
from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.joint.anchor import PhotoAnchor
from ..zoomstack.joint.keep import keep
from ..zoomstack.linear.sizes import resized
from ..zoomstack.paint.canvas import Padding, Rounds
from ..zoomstack.paint.melt import melted
from ..zoomstack.paint.outward import Canvas, Outpainting, outward
from ..zoomstack.scene.geometry import MIDDLE
from ..zoomstack.scene.ladder import Ladder
from . import host
from .inputs import sampler_inputs, zoom_inputs
from .run.levels import Plan
from .run.options import Options
from .run.own import Seeds, unblended
from .run.painter import Painter
from .run.photo import Photo
from .tensors import check_open, one_picture, to_image
from .types import CATEGORY, SEARCH, ZoomLadderType

LARGEST = 8192  # pixels a side of a canvas: more is a mistake in the ladder
# Of a frame: how far around a given picture colours are led up to it, before and after the last
# pass. Ten photographs: less leaves the square that they had, more a glow around it.
BEFORE, AFTER = 0.5, 0.25


class OutpaintZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="OutpaintZoom",
            display_name="Outpaint Zoom",
            category=CATEGORY,
            description="A zoom made outward: around an inner picture, each wider level is "
            "outpainted, then shrunk to be the next inner picture.",
            search_aliases=[*SEARCH, "outpainting", "zoom out"],
            inputs=[
                *sampler_inputs("The same seed and settings give the same zoom."),
                *zoom_inputs(
                    "The innermost picture, the ladder's last line; its size counts, and it stays "
                    "as it is. Without one it is generated."
                ),
                io.Combo.Input(
                    "method", optional=True, options=["sequential", "direct"],
                    default="sequential",
                    tooltip="sequential paints left, top, right, bottom, one after the other; "
                    "direct all four sides at once, in a quarter of the time.",
                ),
                io.Combo.Input(
                    "padding", optional=True, options=["symmetric", "reflect", "colour"],
                    default="symmetric", advanced=True,
                    tooltip="What lies under the mask before it is painted, which leaks into the "
                    "result: the picture's mirror image, or a colour, which may show as a frame.",
                ),
                io.String.Input(
                    "colour", optional=True, default="#000000", advanced=True,
                    tooltip="The colour of the padding colour, as #rrggbb.",
                ),
                io.Int.Input(
                    "margin", optional=True, default=0, min=0, max=8192, step=8, advanced=True,
                    tooltip="Pixels added left and right of the inner picture (as many above and "
                    "below as its aspect asks for), for all levels; 0 takes the ladder's zoom "
                    "factors and focus.",
                ),
                io.Combo.Input(
                    "canvas", optional=True, options=["grown", "level"], default="grown",
                    advanced=True,
                    tooltip="grown paints around the inner picture at its full size, on a canvas "
                    "zoom-factor times as large; level shrinks it first and paints at the level's "
                    "size: faster, and better where the zoom factor is large.",
                ),
                io.Int.Input(
                    "feather", optional=True, default=0, min=0, max=512, advanced=True,
                    tooltip="Pixels of the inner picture's border that may be repainted, softly, "
                    "by differential diffusion; 0 keeps it exactly.",
                ),
                io.Float.Input(
                    "joint", optional=True, default=0.5, min=0.0, max=1.0, step=0.01, advanced=True,
                    tooltip="Denoising strength of a last pass over all levels together, against "
                    "frames and shifts of colour; a given image stays to the bit. 0 leaves it out.",
                ),
                io.Vae.Input(
                    "small_vae", optional=True,
                    tooltip="For that pass: a small VAE for the same latents, as Zoom Stack "
                    "Sampler takes it. Without it, one in models/vae_approx is found.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    display_name="images",
                    tooltip="One picture a level, the widest first, for Laplacian Blend.",
                ),
                ZoomLadderType.Output(
                    display_name="ladder",
                    tooltip="The ladder whose frames these are, for Laplacian Blend.",
                ),
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        vae: Any,
        ladder: Ladder,
        image: Tensor | None = None,
        width: int = 512,
        height: int = 512,
        method: Rounds = "sequential",
        padding: Padding = "symmetric",
        colour: str = "#000000",
        margin: int = 0,
        canvas: Canvas = "grown",
        feather: int = 0,
        joint: float = 0.5,
        small_vae: Any = None,
        **sampling: Any,
    ) -> io.NodeOutput:
        check_open(ladder, "OutpaintZoom")
        painter = Painter(vae, host.Sampling(**sampling), ladder.own)
        given = None if image is None else one_picture(image, "OutpaintZoom")
        if given is not None:
            height, width = given.shape[-2:]
        if margin:
            ladder = with_margin(ladder, margin, width)
        geometry = ladder.geometry(height, width)
        largest = max(geometry.zooms, default=1.0) * max(height, width)
        if canvas == "grown" and largest > LARGEST:
            raise ValueError(
                f"A canvas of {largest:.0f} pixels a side is too large, over {LARGEST}; choose "
                "the canvas level, a smaller zoom factor, or smaller levels."
            )
        how = Outpainting(
            method=method,
            padding=padding,
            colour=parse_colour(colour),
            feather=feather,
            canvas=canvas,
        )
        teller, inner = host.Teller(cls), given
        alone = "" if joint > 0 else unblended(ladder.own, "OutpaintZoom without joint")
        for line in (*host.cut_pictures(cls.hidden), alone):
            if line:
                teller.add(line)
        seeds = Seeds(painter.how.seed, ladder)
        if inner is None:
            teller.show(f"level {ladder.levels - 1} of {ladder.levels - 1}")
            deepest = ladder.levels - 1
            inner = painter.invent(height, width, level=deepest, seed=seeds.next(deepest))

        def paint(picture: Tensor, mask: Tensor, level: int) -> Tensor:
            teller.show(
                f"level {level} of {ladder.levels - 1}, on {mask.shape[1]} x {mask.shape[0]} pixels"
            )
            return painter.paint(picture, mask, level, seed=seeds.next(level)).picture

        levels = [inner, *outward(inner, geometry, paint, how)]
        stack = torch.stack(levels[::-1])
        if joint > 0 and ladder.levels > 1:
            teller.show("all levels together")
            stack = joined(
                stack,
                seeds.onward(),
                painter,
                teller,
                seed=seeds.next(),
                denoise=joint,
                keeps_inner=given is not None,
                small_vae=small_vae,
            )
        return io.NodeOutput(to_image(stack), ladder, ui=teller.ui)


def with_margin(ladder: Ladder, margin: int, width: int) -> Ladder:
    """The ladder with the zoom factor that ``margin`` pixels on both sides of ``width`` make."""
    zooms = ((width + 2 * margin) / width,) * (ladder.levels - 1)
    return ladder._replace(zooms=zooms, focus=(MIDDLE,) * len(zooms))


def joined(
    levels: Tensor,
    ladder: Ladder,
    painter: Painter,
    teller: host.Teller,
    *,
    seed: int,
    denoise: float,
    keeps_inner: bool,
    small_vae: Any = None,
) -> Tensor:
    """Levels (N, 3, H, W) after a pass of joint sampling at a low strength.

    ``keeps_inner`` keeps the innermost one to the bit: the others show it exactly, and what is
    around it is led up to it, before the pass, which makes something of it, and after it.
    """
    size = (levels.shape[-2], levels.shape[-1])
    geometry, inner = ladder.geometry(*size), ladder.levels - 1
    given = levels[inner]
    if keeps_inner:
        levels = melted(levels, geometry, BEFORE)
    # Frames are shares of a level: another size keeps them, where padding would move them.
    latent_size = painter.padded_size(*size)
    pictures = torch.stack([resized(level, latent_size) for level in levels])
    kept = (Photo(pictures[-1:], level=inner),) if keeps_inner else ()
    plan = Plan(ladder, Options(), kept, painter.vae, small_vae, teller)
    how = painter.how.seeded(seed)
    how = how._replace(model=host.install_levels(how.model, plan))
    latent = {"samples": host.encode_pictures(painter.vae, pictures)}
    samples = host.sample(how, latent, denoise)["samples"]
    drawn = host.decode_pictures(painter.vae, samples).float()
    drawn = torch.stack([resized(level, size) for level in drawn])
    if not keeps_inner:
        return drawn
    photo = PhotoAnchor(given.to(drawn), level=inner)
    return melted(keep(drawn.clamp(0, 1), geometry, [photo]), geometry, AFTER)


def parse_colour(text: str) -> tuple[float, float, float]:
    """Red, green and blue in [0, 1] of "#rrggbb"."""
    digits = text.strip().removeprefix("#")
    try:
        if len(digits) != 6:
            raise ValueError
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"The colour is {text!r}; write it as #rrggbb, such as #808080.") from None
    return red / 255, green / 255, blue / 255
