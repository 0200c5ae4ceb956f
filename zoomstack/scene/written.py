"""A ladder as text, which ``parse_ladder`` reads back to the digit."""

from __future__ import annotations

from .geometry import MIDDLE
from .ladder import Ladder


def written(ladder: Ladder) -> str:
    """A line a level, widest first, with brackets in front that say how it sits in the one above.

    The prompts as they stand in the ladder: what was around them is in them. Negatives are not in
    the text.
    """
    placed = [_place(*place) for place in zip(ladder.zooms, ladder.focus, strict=True)]
    places = placed[-1:] + placed[:-1] if ladder.closed else ["", *placed]
    return "\n".join(
        " ".join(filter(None, (place, prompt)))
        for place, prompt in zip(places, ladder.prompts, strict=True)
    )


def _place(zoom: float, focus: tuple[float, float]) -> str:
    where = "" if focus == MIDDLE else f" focus={focus[0]!r},{focus[1]!r}"
    return f"[p={zoom!r}{where}]"
