"""What levels ask for themselves and a run has no way to give: said under the node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...zoomstack.scene.settings import PLAIN, Settings
from ..conditioning.tags import TAG, Entry
from .options import Options

_TIMED = ("start_percent", "end_percent")


def unheard(
    settings: Sequence[Settings], levels: Sequence[int], options: Options, positive: list[Entry]
) -> Iterator[str]:
    """A line for each kind of setting of these ``levels`` that changes nothing in this run."""
    heavy = [level for level, own in _of(settings, levels) if own.weight != PLAIN.weight]
    if heavy and options.coupling != "joint" and len(levels) > 1:
        yield (
            f"{_named(heavy, 'a weight')}, which counts where levels are blended: with "
            f'coupling "{options.coupling}" they are not'
        )
    timed = [level for level, own in _of(settings, levels) if own.steps != PLAIN.steps]
    rows = {level: row for row, level in enumerate(levels)}
    lost = [level for level in timed if not _is_timed(positive, rows[level])]
    if lost:
        yield (
            f"{_named(lost, 'steps')} in the ladder, but prompts from elsewhere, which apply all "
            "the time: take positive from the same Prompt Ladder"
        )


def unblended(settings: Sequence[Settings], who: str) -> str:
    """A line where levels weigh something of their own and ``who`` blends none; else nothing."""
    heavy = [level for level, own in enumerate(settings) if own.weight != PLAIN.weight]
    if not heavy:
        return ""
    return f"{_named(heavy, 'a weight')}, but {who} blends no levels: it counts nowhere"


def _of(settings: Sequence[Settings], levels: Sequence[int]) -> list[tuple[int, Settings]]:
    return [*zip(levels, settings, strict=True)] if settings else []


def _named(levels: Sequence[int], what: str) -> str:
    numbers = ", ".join(map(str, levels))
    if len(levels) == 1:
        return f"level {numbers} has {what} of its own"
    return f"levels {numbers} have {what} of their own"


def _is_timed(entries: list[Entry], row: int) -> bool:
    own = [entry for entry in entries if entry.get(TAG, row) == row]
    return any(name in entry for entry in own for name in _TIMED)
