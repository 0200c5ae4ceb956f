"""A ladder as text, which ``parse_ladder`` reads back to the digit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .geometry import MIDDLE
from .ladder import Ladder
from .reading.brackets import in_front
from .reading.read import AS_IT_IS, read
from .settings import PLAIN, Settings

HELD = "weight=1"  # brackets that change nothing, before what would be a comment or brackets itself


def as_text(ladder: Ladder) -> str:
    """A line a level, widest first, with brackets in front that say how it sits in the one above.

    Also what it asks for itself. The prompts as they stand in the ladder: what was around them is
    in them. Negatives are not in the text.
    """
    placed = [_place(*place) for place in zip(ladder.zooms, ladder.focus, strict=True)]
    places = placed[-1:] + placed[:-1] if ladder.closed else [(), *placed]
    lines = []
    for prompt, place, own in zip(ladder.prompts, places, ladder.own, strict=True):
        inside = " ".join([*place, *_own(own)])
        if not inside and (prompt.startswith("#") or in_front(prompt)):
            inside = HELD
        lines.append(f"[{inside}] {prompt}" if inside else prompt)
    text = "\n".join(lines)
    return text if _stands(text) else f"{AS_IT_IS}\n{text}"


def _stands(text: str) -> bool:
    """Whether lines are read as they stand, and are neither an answer nor what is left of one."""
    try:
        return not read(text).answer
    except ValueError:
        return False


def _place(zoom: float, focus: tuple[float, float]) -> tuple[str, ...]:
    where = () if focus == MIDDLE else (f"focus={focus[0]!r},{focus[1]!r}",)
    return f"p={zoom!r}", *where


def _own(settings: Settings) -> Iterator[str]:
    if settings.cfg is not None:
        yield f"cfg={settings.cfg!r}"
    if settings.seed is not None:
        yield f"seed={settings.seed}"
    if settings.weight != PLAIN.weight:
        yield f"weight={settings.weight!r}"
    if settings.steps != PLAIN.steps:
        yield "steps={:f}-{:f}".format(*(Decimal(repr(share)) for share in settings.steps))
