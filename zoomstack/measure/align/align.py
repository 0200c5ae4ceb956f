"""Pictures that are said to zoom: how they lie in each other, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ...joint.blend import agreement
from ...linear.sizes import Size
from ...scene.geometry import Geometry
from ...scene.ladder import Ladder
from .bring import UPRIGHT, Stance, brought, common_size, plain_picture
from .chain import Beat, Finder
from .match import Gallery
from .upright import put_upright
from .words import Seen, said

FLAT = 0.5 / 255  # standard deviation: nothing is seen in what has less


class Alignment(NamedTuple):
    """The ladder of pictures that lie in each other, and what is to be said of the others.

    ``order`` holds the numbers of the given pictures that are levels, widest first; ``zooms`` and
    ``focus`` are a pair's, as in ``Geometry``, and so are ``confidence``, from 0 to 1, and
    ``agreement`` in dB, as neighbours have it before they are blended. ``pictures`` (N, 3, H, W)
    are the levels, upright and of one size. Where no picture lies in another ``order`` has one
    entry.
    """

    pictures: Tensor
    order: tuple[int, ...]
    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...]
    confidence: tuple[float, ...]
    agreement: tuple[float, ...]
    words: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether there is a zoom."""
        return len(self.order) > 1

    @property
    def geometry(self) -> Geometry:
        """The frames, ready for ``blend``."""
        height, width = self.pictures.shape[-2:]
        return Geometry(height, width, self.zooms, self.focus)

    def ladder(self, prompts: Sequence[str] = ()) -> Ladder:
        """With a prompt a level, or "level 0" and so on where there are none."""
        texts = tuple(prompts) or tuple(f"level {level}" for level in range(len(self.order)))
        return Ladder(texts, ("",) * len(texts), self.zooms, self.focus)

    def text(self, prompts: Sequence[str] = ()) -> str:
        """The ladder as ``parse_ladder`` reads it: a line a level, in brackets where it lies."""
        first, *rest = self.ladder(prompts).prompts
        lines = [
            f"[p={zoom:.7g} focus={x:.8f},{y:.8f}] {prompt}"
            for zoom, (x, y), prompt in zip(self.zooms, self.focus, rest, strict=True)
        ]
        return "\n".join([first, *lines])


def align(
    pictures: Sequence[Tensor] | Tensor,
    names: Sequence[str] = (),
    beat: Beat = lambda: None,
) -> Alignment:
    """How ``pictures``, each (C, H, W) in [0, 1], lie in each other, whichever way they are given.

    Factors from 1.03 to 16 are found, smaller ones are taken for one view; the deeper picture must
    lie wholly in the wider one, and is at least 17 pixels large there. Pictures of other sizes are
    resized to the one that most have; of another aspect, the middle counts. What is turned by
    quarters or mirrored against the others is put right; doubled, flat and unrelated pictures are
    left out; ``words`` say so, by ``names`` where they are given. ``beat`` is called between pieces
    of work: whatever it raises ends it.

    Raises ``ValueError`` for no picture at all, and for what is none.
    """
    titles = [*names] or [f"picture {number}" for number in range(len(pictures))]
    if len(titles) != len(pictures) or not titles:
        raise ValueError(
            f"There are {len(pictures)} pictures and {len(titles)} names; give at least one "
            "picture, and one name each."
        )
    given = [plain_picture(one, title) for one, title in zip(pictures, titles, strict=True)]
    size = common_size(given)
    seen = _seen(given, size, beat)
    levels = torch.stack(
        [brought(given[one], size, seen.stances.get(one, UPRIGHT)) for one in seen.order]
    )
    zooms = tuple(match.zoom for match in seen.matches)
    focus = tuple((match.x, match.y) for match in seen.matches)
    return Alignment(
        levels,
        tuple(seen.order),
        zooms,
        focus,
        tuple(match.confidence for match in seen.matches),
        agreement(levels, Geometry(*size, zooms, focus)),
        tuple(said(seen, given, size, titles)),
    )


def _seen(given: Sequence[Tensor], size: Size, beat: Beat) -> Seen:
    """What is found of plain pictures, brought to one size."""
    laid = [brought(one, size) for one in given]
    flat = [number for number, one in enumerate(laid) if float(one.std((-2, -1)).max()) < FLAT]
    rest = [number for number in range(len(given)) if number not in flat]
    finder = Finder(Gallery(laid), beat)
    if not finder.neighbours(rest):
        finder.all(rest)
    order, same = finder.order(rest)
    put_right: dict[int, Stance] = {}
    for one in rest:
        if one in order or one in same:
            continue
        others = order if len(order) > 1 else [i for i in (one - 1, one + 1) if i in rest]
        stance = put_upright(finder, one, given[one], others)
        if stance:
            put_right[one] = stance
            order, same = finder.order(rest)
    matches = [finder.settled(*pair) for pair in zip(order, order[1:], strict=False)]
    return Seen(order or [0], matches, finder.found, same, flat, put_right)
