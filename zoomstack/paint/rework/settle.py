"""A draft whose free levels have been made, as one scene with those that were held."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...joint.consensus import Consensus
from ...joint.hold.levels import hold
from ...joint.hold.runs import Run, runs
from ...linear.precision import working
from ...scene.geometry import Geometry
from ...scene.stack import ZoomStack
from ...spaces.plain import plain_space
from .draft import Draft
from .ranged import ranged
from .told import noted


def settle(
    draft: Draft,
    made: Tensor,
    seed: int | None = None,
    wider: float = 1.0,
    feather: float = 0.25,
    weights: Sequence[float] = (),
) -> ZoomStack:
    """The draft's stack with what was ``made`` of its free levels, and one event more.

    ``made`` is (F, C, H, W) in [0, 1], a picture for each of ``draft.free``, that need not agree
    with anything: the free levels become those pictures as far as all else allows, in [0, 1].
    They agree with each other and with a held level below to the last bit, and with a held level
    above as ``wider`` says. 1, *strict*: every held level stays as it is, to the bit, and the free
    ones shrink to what it shows, to 1e-5. 0, *free*: the held levels above take over what the free
    ones show inside of their frame, and agree with it as they did with what lay there; elsewhere,
    and below, they stay to the bit. Between, a share of the way. ``feather``, from 0 to 0.5 of a
    frame: over that border of its frame a free level meets the one above. ``weights``, one for each
    level of the stack or none, are how much free ones count among each other, as in ``blend``.

    No better than held levels agree among themselves: where two of them see the same, nothing
    between can meet both. Of a file in half precision that is its rounding, 2e-4; between inserted
    levels it is what shrinking twice lacks from shrinking once. The least of it is taken.

    Half precision comes out as float32. ``seed`` is the one that the free levels were made with.

    Raises ``ValueError`` where ``made`` does not fit, and for shares that are none.
    """
    stack = draft.stack
    _check_made(made, draft)
    old = working(stack.levels)
    levels = old.clone()
    levels[list(draft.free)] = made.to(levels)
    prompts = tuple(stack.prompts[level] for level in draft.free) if stack.prompts else ()
    told = noted(stack, draft.deed, draft.free, seed, prompts, draft.note)
    among = Consensus(feather=feather, values=(0.0, 1.0), weights=tuple(weights))
    if not draft.held:
        return told._replace(levels=among(levels, stack.geometry))
    held = {level: old[level] for level in draft.held}
    space = plain_space(stack.geometry)
    parts = runs(space, held)
    for run in parts:
        part = list(run.levels)
        levels[part] = among.of(part)(levels[part], _alone(run, stack.geometry))
    met = hold(levels, space, held, wider, feather)
    agreed = ranged([*met], parts, held, space, wider == 1, old)
    return told._replace(levels=torch.stack(agreed))


def _alone(run: Run, geometry: Geometry) -> Geometry:
    """The levels of a run as a ladder with two ends."""
    steps = run.levels[:-1]
    return Geometry(
        geometry.height,
        geometry.width,
        tuple(geometry.zooms[level] for level in steps),
        tuple(geometry.focus[level] for level in steps),
    )


def _check_made(made: Tensor, draft: Draft) -> None:
    wanted = (len(draft.free), *draft.stack.levels.shape[1:])
    if tuple(made.shape) != wanted:
        raise ValueError(
            f"What was made is {tuple(made.shape)} (levels, channels, rows, columns), but the "
            f"draft's free levels {', '.join(map(str, draft.free))} are {wanted}; give a picture "
            "of the levels' size for each of them."
        )
