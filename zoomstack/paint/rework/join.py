"""Two zooms as one: the second lies in the deepest level of the first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ...joint.keep import SAME
from ...joint.surround import surround
from ...scene.between.places import Point
from ...scene.geometry import MIDDLE, Geometry
from ...scene.stack import ZoomStack
from ...spaces.pairs import disagreement, patch
from ...spaces.plain import plain_space
from .apart import UNLIKE, alike, apart, check_colours, check_open, fitted
from .draft import Draft, lines_of, marks, spread_out
from .insert import insert
from .told import begun, noted


def join(
    a: ZoomStack,
    b: ZoomStack,
    zoom: float = 2.0,
    focus: Point = MIDDLE,
    resize: bool = False,
    unlike: float = UNLIKE,
    feather: float = 0.25,
) -> ZoomStack:
    """One stack of all levels of ``a`` and, below them, all of ``b``; neighbours agree exactly.

    ``b``'s widest is ``zoom`` (over 1) times ``a``'s deepest, around ``focus`` (x, y) of it. ``b``
    stays to the bit. What ``a`` shows where ``b`` lies follows ``b``, and around it colours are led
    up to it, ``feather`` frames far at most; elsewhere ``a`` stays as it is. The levels come in the
    finer dtype of the two, float32 at least. The seed is ``a``'s; the history has ``b``'s too.

    ``resize`` brings ``b`` to ``a``'s size. ``unlike``, 0 to 1, is how far apart their mean colours
    may be where they meet.

    Raises ``ValueError`` for a ring, for stacks of other sizes or channels, for colours too far
    apart, and where ``b`` would leave ``a``'s deepest level.
    """
    check_open(a, b)
    b = fitted(a, b, resize)
    geometry = _geometry(a, b, zoom, focus)
    far = apart(a, b, zoom, focus)
    check_colours(far, unlike)
    shown = (
        "is too small there to be seen"
        if math.isnan(far.decibels)
        else (f"was shown at {far.decibels:.1f} dB")
    )
    note = f"{len(b.levels)} levels below {len(a.levels)}; the first of them {shown}"
    told = noted(_histories(a, b), "join", note=note)
    levels = _laid(*alike(a.levels, b.levels), geometry, feather)
    prompts = (*spread_out(a), *spread_out(b)) if a.prompts or b.prompts else ()
    bridges = (*marks(a), *marks(b)) if a.bridges or b.bridges else ()
    return told._replace(levels=levels, geometry=geometry, prompts=prompts, bridges=bridges)


def bridge(
    a: ZoomStack,
    b: ZoomStack,
    prompts: Sequence[str],
    zoom: float | None = None,
    focus: Point = MIDDLE,
    zooms: Sequence[float] | None = None,
    resize: bool = False,
    unlike: float = UNLIKE,
    feather: float = 0.25,
) -> Draft:
    """The two stacks joined, with a level for each of ``prompts`` between them to be made.

    As ``join`` and then ``insert``; ``zoom`` is the whole way from ``a``'s deepest level to
    ``b``'s widest: 2 for each step where it is not given.
    """
    lines = lines_of(prompts)
    whole = 2.0 ** (len(lines) + 1) if zoom is None else zoom
    joined = join(a, b, whole, focus, resize, unlike, feather)
    draft = insert(joined, len(a.levels) - 1, lines, zooms)
    return Draft(draft.stack, draft.free, "insert", f"a bridge {draft.note}")


def _laid(a: Tensor, b: Tensor, geometry: Geometry, feather: float) -> Tensor:
    """All levels, those of ``a`` with what lies below them in them."""
    space, pictures = plain_space(geometry), [*a, *b]
    for level in reversed(range(len(a))):
        link = space.link(level, level + 1)
        if link is None:
            break  # Nothing of it is seen in the wider levels either.
        wider, deeper = pictures[level].clone(), pictures[level + 1]
        if level == len(a) - 1 or _reaches_border(disagreement(wider, deeper, link)):
            frame = geometry.placement(level, level + 1)
            wider = surround(wider, deeper, link, frame, feather)
        patch(wider, link)[...] = link.shrink(deeper)
        pictures[level] = wider
    return torch.stack(pictures)


def _reaches_border(change: Tensor) -> bool:
    """Whether a patch changes at its border to the eye, so that what lies around must follow."""
    inner = change.clone()
    inner[..., 1:-1, 1:-1] = 0
    return bool(inner.abs().max() > SAME)


def _histories(a: ZoomStack, b: ZoomStack) -> ZoomStack:
    """``a`` with the history of both, the oldest first."""
    below = range(len(b.levels))
    other = begun(b, {level: level + len(a.levels) for level in below}).history
    own = begun(a)
    return own._replace(history=tuple(sorted(own.history + other, key=lambda event: event.when)))


def _geometry(a: ZoomStack, b: ZoomStack, zoom: float, focus: Point) -> Geometry:
    above, below = a.geometry, b.geometry
    return Geometry(
        above.height,
        above.width,
        (*above.zooms, zoom, *below.zooms),
        (*above.focus, focus, *below.focus),
    )
