"""What levels ask for themselves: seeds of paintings, and what a run has no way to give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from ...zoomstack.scene.ladder import Ladder
from ...zoomstack.scene.settings import PLAIN, SEEDS, Settings
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


class Seeds:
    """Of paintings one after the other: ``seed`` and those after it, each for one of them.

    A level with a seed of its own has that for its first painting, and those after it.
    """

    def __init__(self, seed: int, ladder: Ladder) -> None:
        self._ladder, self._usual = ladder, count(seed)
        self._own = [None if own.seed is None else count(own.seed) for own in ladder.own]

    def next(self, level: int | None = None) -> int:
        """For a painting of ``level``, or of all; those of other levels are as without it."""
        usual = next(self._usual)
        own = None if level is None else self._own[level]
        return usual if own is None else next(own) % SEEDS

    def onward(self) -> Ladder:
        """The ladder for one painting more of all its levels, none from the noise that it had."""
        settings = tuple(
            given if own is None else given._replace(seed=next(own) % SEEDS)
            for given, own in zip(self._ladder.settings, self._own, strict=False)
        )
        return self._ladder._replace(settings=settings)


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
