"""What new levels are to show: a ladder's lines or a stack's own, as CONDITIONING of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...zoomstack.scene.ladder import Ladder
from ...zoomstack.scene.settings import steps_of
from ...zoomstack.scene.stack import ZoomStack
from .. import host
from ..conditioning.rows import Rows, RowsOf
from ..conditioning.tags import TAG

CLOSE = 1e-4  # of a zoom factor, and of a frame: a ladder that was typed anew


class Doors(NamedTuple):
    """Where prompts come in, by the names of a node's inputs; None where nothing is connected."""

    positive: Any = None
    negative: Any = None
    ladder: Ladder | None = None
    clip: Any = None


class Asked(NamedTuple):
    """Both kinds of CONDITIONING, of the rows alone."""

    positive: Any
    negative: Any


def asked(who: str, doors: Doors, rows: Rows, prompts: Sequence[str] = ()) -> Asked:
    """What the ``rows`` of a ladder are to show; ``prompts`` are a stack's, of as many levels.

    What is not connected is encoded with ``clip``: the ladder's texts, else ``prompts``. Raises
    ``ValueError`` with what to connect where that is not there, or does not fit.
    """
    ladder, cut = doors.ladder, RowsOf(rows)
    texts = tuple(prompts) if ladder is None else ladder.prompts
    negatives = ("",) * rows.of if ladder is None else ladder.negatives
    positive = _given("positive", doors.positive, cut, rows)
    if positive is None:
        if doors.clip is None:
            raise ValueError(
                f"{who} has no prompts: connect positive and negative of a Prompt Ladder, or clip "
                "to encode those that the stack holds."
            )
        if len(texts) != rows.of:
            raise ValueError(
                f"{who} is to encode the stack's own prompts, but this stack holds none; connect "
                "ladder, positive and negative of a Prompt Ladder."
            )
        if ladder is not None and steps_of(ladder.own):
            raise ValueError(
                f"{who} is to encode a ladder's texts with clip, but some apply in some of the "
                "steps alone, and what the Prompt Ladder has around them is not known here; "
                "connect its positive."
            )
        positive = host.encode_levels(doors.clip, tuple(texts[level] for level in rows.levels))
    negative = _given("negative", doors.negative, cut, rows)
    if negative is None:
        if doors.clip is None:
            raise ValueError(f"{who} has no negative prompts; connect negative, or clip for none.")
        negative = host.encode_levels(doors.clip, tuple(negatives[level] for level in rows.levels))
    return Asked(positive, negative)


def check_ladder_of(stack: ZoomStack, ladder: Ladder) -> None:
    """Raise ``ValueError`` unless the ladder's levels lie as the stack's do."""
    g = stack.geometry
    if ladder.levels != g.levels:
        raise ValueError(
            f"The ladder has {ladder.levels} levels but the stack {g.levels}; give it {g.levels} "
            "lines: those of levels that stay are not read."
        )
    ours = ladder.geometry(g.height, g.width)
    if ours.closed != g.closed:
        kind = ("a loop", "one with an end") if ours.closed else ("one with an end", "a loop")
        raise ValueError(f"The ladder is {kind[0]} but the stack {kind[1]}; change its loop.")
    for level, (wanted, has) in enumerate(zip(ours.zooms, g.zooms, strict=True), start=1):
        if abs(wanted / has - 1) > CLOSE:
            raise ValueError(
                f"The ladder's zoom factor of level {level % g.levels} is {wanted:.6g} but the "
                f"stack's {has:.6g}; levels that are held cannot move: write [p={has:.6g}]."
            )
    for level, (wanted, has) in enumerate(zip(ours.focus, g.focus, strict=True), start=1):
        if max(abs(a - b) for a, b in zip(wanted, has, strict=True)) > CLOSE:
            raise ValueError(
                f"The ladder's focus of level {level % g.levels} is ({wanted[0]:.4g}, "
                f"{wanted[1]:.4g}) but the stack's ({has[0]:.4g}, {has[1]:.4g}); levels that are "
                f"held cannot move: write [focus={has[0]:.6g},{has[1]:.6g}]."
            )


def _given(kind: str, conditioning: Any, cut: RowsOf, rows: Rows) -> Any:
    """The rows' part of what is connected; None where nothing is."""
    if conditioning is None:
        return None
    own = cut(conditioning)
    found = {extra.get(TAG) for _, extra in own}
    missing = [level for row, level in enumerate(rows.levels) if not {row, None} & found]
    if missing:
        raise ValueError(
            f"The {kind} conditioning has no prompt for level {missing[0]} of {rows.of} (0 is the "
            "widest); take it from a Prompt Ladder with a line for it."
        )
    return own
