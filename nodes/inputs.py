"""The inputs that nodes share, and how they become values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, NamedTuple, TypeVar

import comfy.samplers
from comfy_api.latest import io

from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.rows import Rows
from .run.asked import Asked
from .run.options import SPACES, Options
from .run.rework import Rework
from .types import ZoomLadderType, ZoomStackType

T = TypeVar("T")

# What web/comfy/face.mjs reads in a schema, besides the host's own ``advanced``.
UNLESS_SET = {"hidden": True}  # the page shows the input only where a graph sets or links it


def shown_with(other: str) -> dict[str, str]:
    """Of an advanced input: the page shows it, too, where the input ``other`` is set or linked."""
    return {"shown_with": other}


HOW = host.Sampling._field_defaults


def sampler_inputs(seed: str, steps: int = HOW["steps"], cfg: float = HOW["cfg"]) -> list[Any]:
    """Model, VAE, prompts and how to sample; ``seed`` is that input's tooltip."""
    return [
        io.Model.Input("model", tooltip="The diffusion model; one made for inpainting too."),
        io.Vae.Input("vae", tooltip="The model's VAE."),
        io.Conditioning.Input("positive", tooltip="One prompt a level, or one for all."),
        io.Conditioning.Input("negative", tooltip="What to avoid, for all or a level."),
        *_how_inputs(seed, steps, cfg, io.ControlAfterGenerate.randomize),
    ]


def _how_inputs(
    seed: str, steps: int, cfg: float, control: io.ControlAfterGenerate, **how: Any
) -> list[Any]:
    """How to sample: what KSampler asks. ``control`` is what becomes of the seed after a run."""
    return [
        io.Int.Input(
            "seed", default=HOW["seed"], min=0, max=2**64 - 1, control_after_generate=control,
            tooltip=seed, **how,
        ),
        io.Int.Input("steps", default=steps, min=1, max=10000, tooltip="Sampling steps.", **how),
        io.Float.Input(
            "cfg", default=cfg, min=0.0, max=100.0, step=0.1, round=0.01,
            tooltip="How strictly each picture follows its prompt.", **how,
        ),
        io.Combo.Input(
            "sampler_name", options=comfy.samplers.SAMPLER_NAMES, default=HOW["sampler_name"],
            tooltip="Any sampler.", **how,
        ),
        io.Combo.Input(
            "scheduler", options=comfy.samplers.SCHEDULER_NAMES, default=HOW["scheduler"],
            tooltip="How noise falls over the steps.", **how,
        ),
    ]  # fmt: skip


def rework_inputs(seed: str, ladder: str | None, optional: bool = False) -> tuple[list[Any], ...]:
    """What makes new levels of a stack, in two parts: (in sight of all, behind the node's own).

    ``ladder`` is that input's tooltip where it need not be connected; ``optional``: nor need any.
    """
    how: dict[str, Any] = {"optional": True} if optional else {}
    first = [
        io.Model.Input("model", tooltip="The diffusion model; one made for inpainting too.", **how),
        io.Vae.Input("vae", tooltip="The model's VAE.", **how),
    ]
    given = (
        [] if ladder is None else [ZoomLadderType.Input("ladder", optional=True, tooltip=ladder)]
    )
    last = [
        # Each deed stands on those before it, which are not to be done anew at every run.
        *_how_inputs(seed, HOW["steps"], HOW["cfg"], io.ControlAfterGenerate.fixed, **how),
        io.Conditioning.Input(
            "positive", optional=True,
            tooltip="From the same Prompt Ladder; without it clip encodes the prompts.",
        ),
        io.Conditioning.Input(
            "negative", optional=True, tooltip="What to avoid, from the same Prompt Ladder."
        ),
        *given,
        io.Clip.Input(
            "clip", optional=True,
            tooltip="The model's text encoder, for prompts that are not connected.",
        ),
        io.Vae.Input(
            "small_vae", optional=True,
            tooltip="A small VAE for the same latents, as the sampler has it: levels then meet in "
            "pictures at every step. Without it, one in models/vae_approx is found.",
        ),
        io.Combo.Input(
            "space", optional=True, options=[*SPACES], default="auto", advanced=True,
            tooltip="Where new levels meet those that stay, as in Zoom Stack Sampler. auto: "
            "whatever harms a scene that agrees least, measured.",
        ),
        io.Float.Input(
            "feather", optional=True, default=0.25, min=0.0, max=0.5, step=0.01, advanced=True,
            tooltip="Border over which new levels go on to meet those that stay, as a fraction of "
            "a frame; 0 may show a square.",
        ),
        io.Int.Input(
            "levels_per_batch", optional=True, default=0, min=0, max=256, advanced=True,
            tooltip="New levels per model call; 0 takes as many as fit in memory.",
        ),
        io.Float.Input(
            "pixel_budget", optional=True, default=0.2, min=0.0, max=1.0, step=0.05, advanced=True,
            tooltip="With space auto and no small VAE: the share of the run's work that the last "
            "steps may take to meet in pictures, through the VAE. 0: none.",
        ),
        io.String.Input(
            "checkpoint", optional=True, default="", advanced=True,
            tooltip="A name under which the run is recorded while it goes: after a crash or a "
            "cancel, the same inputs go on from there, to the same result. Empty: not recorded.",
        ),
    ]  # fmt: skip
    return first, last


def wider_input(**how: Any) -> Any:
    """How far the levels above new ones insist."""
    return io.Float.Input(
        "wider", default=1.0, min=0.0, max=1.0, step=0.05, display_mode=io.NumberDisplay.slider,
        tooltip="How far wider levels insist. 1, strict: they stay as they are, and a new level "
        "adds detail to what they show. 0, free: they take over what it shows, inside its frame; "
        "it becomes sharper so.",
        **how,
    )  # fmt: skip


def place_inputs(zoom: str, focus: str, most: float = 64.0) -> list[Any]:
    """How one level lies in another: how much it magnifies, ``most`` at most, and where."""
    return [
        io.Float.Input("zoom", default=0.0, min=0.0, max=most, step=0.1, tooltip=zoom),
        io.Float.Input(
            "focus_x", default=0.5, min=0.0, max=1.0, step=0.01,
            tooltip=f"From left to right: {focus}",
        ),
        io.Float.Input(
            "focus_y", default=0.5, min=0.0, max=1.0, step=0.01,
            tooltip=f"From top to bottom: {focus}",
        ),
    ]  # fmt: skip


def stack_outputs(tooltip: str) -> list[Any]:
    """What a node that works on a stack gives; ``tooltip`` says what that stack is."""
    return [
        ZoomStackType.Output(display_name="stack", tooltip=tooltip),
        io.Image.Output(display_name="views", tooltip="One picture a level."),
    ]


def rework_of(
    inputs: dict[str, Any],
    prompts: Asked,
    hidden: Any,
    teller: host.Teller,
    ladder: Ladder | None = None,
    rows: Rows | None = None,
) -> Rework:
    """How new levels are made, of a node's ``rework_inputs`` and its own of the same names.

    ``ladder`` says what they ask for themselves: its ``rows``, or all that it has.
    """
    left = {**inputs, **prompts._asdict()}
    how, options = taken(host.Sampling, left), taken(Options, left)
    own = ladder.own if ladder is not None and ladder.settings else ()
    settings = own if rows is None or not own else tuple(own[level] for level in rows.levels)
    told: dict[str, Any] = {"hidden": hidden, "teller": teller, "settings": settings}
    return Rework(how=how, options=options, **told, **left)


def zoom_inputs(image: str) -> list[Any]:
    """What a zoom is made of level by level; ``image`` is that input's tooltip."""
    return [
        ZoomLadderType.Input("ladder", tooltip="From Prompt Ladder, the widest first."),
        io.Image.Input("image", optional=True, tooltip=image),
        io.Int.Input(
            "width", optional=True, default=512, min=16, max=16384, step=8,
            tooltip="Pixels across of each level, where no image is connected.",
        ),
        io.Int.Input(
            "height", optional=True, default=512, min=16, max=16384, step=8,
            tooltip="Pixels down of each level, where no image is connected.",
        ),
    ]  # fmt: skip


class WindowWords(NamedTuple):
    """The tooltips of the inputs of the same names."""

    tile_size: str
    tile_stride: str
    multiscale: str
    multiscale_weight: str
    multiscale_end: str


def window_inputs(
    words: WindowWords, tile_size: int, multiscale: int, aside: bool = False
) -> list[Any]:
    """Windows that follow a smaller picture, at these defaults.

    ``aside``: of graphs from before Multi-Scale Patch, in a node that is about something else.
    """
    how: dict[str, Any] = {"optional": True, "extra_dict": UNLESS_SET} if aside else {}
    fine: dict[str, Any] = how or {"advanced": True}
    return [
        io.Int.Input(
            "tile_size", default=tile_size, min=0, max=16384, step=8, tooltip=words.tile_size, **how
        ),
        io.Int.Input(
            "tile_stride", default=0, min=0, max=16384, step=8, tooltip=words.tile_stride, **fine
        ),
        io.Int.Input(
            "multiscale", default=multiscale, min=0, max=4, tooltip=words.multiscale, **how
        ),
        io.Float.Input(
            "multiscale_weight", default=10.0, min=0.0, max=24.0, step=0.5,
            tooltip=words.multiscale_weight, **fine,
        ),
        io.Float.Input(
            "multiscale_end", default=0.5, min=0.0, max=1.0, step=0.01,
            tooltip=words.multiscale_end, **fine,
        ),
    ]  # fmt: skip


MOST_BRANCHES = 24


def branches_input(tooltip: str) -> Any:
    """Further stacks of a tree, as many as there are wires: a free input follows the last one."""
    one = ZoomStackType.Input("branch", optional=True, tooltip=tooltip)
    template = io.Autogrow.TemplatePrefix(one, prefix="branch_", min=0, max=MOST_BRANCHES)
    return io.Autogrow.Input("branches", template=template, optional=True, tooltip=tooltip)


def branches_in(given: Mapping[str, ZoomStack] | None) -> list[ZoomStack]:
    """The stacks that came by ``branches_input``, in the order of its inputs."""
    return [one for one in (given or {}).values() if one is not None]


def taken(kind: Callable[..., T], inputs: dict[str, Any]) -> T:
    """A ``kind`` of those of a node's inputs that are its fields; they leave ``inputs``.

    What is not there keeps the default of ``kind``.
    """
    names = [name for name in signature(kind).parameters if name in inputs]
    return kind(**{name: inputs.pop(name) for name in names})
