"""Some levels of a ladder as a batch of their own: which they are, and their conditioning.

Where other levels are held, only these are sampled: the rows of a latent are counted anew, and what
hangs on the model or on a prompt with one picture a level is still counted by the ladder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor

from .control import LevelControls, rows_of
from .tags import COUNT, TAG


class Rows(NamedTuple):
    """The levels that a latent's rows are, in their order, of a ladder of ``of``."""

    levels: tuple[int, ...]
    of: int

    @classmethod
    def all(cls, levels: int) -> Rows:
        return cls(tuple(range(levels)), levels)

    @property
    def whole(self) -> bool:
        """Whether they are the ladder."""
        return len(self.levels) == self.of

    def named(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The levels of some rows."""
        return tuple(self.levels[row] for row in rows)


class RowsOf:
    """Cuts CONDITIONING of a ladder to the prompts and pictures of some of its levels.

    One for all kinds (positive, negative): what they share they share afterwards.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._controls = LevelControls(rows.of)

    def __call__(self, conditioning: Any) -> Any:
        """The entries for these levels, tagged with their rows.

        Raises ``ValueError`` for entries of another ladder, and for a ControlNet with a number of
        hints that is neither 1 nor the ladder's.
        """
        made = []
        for tensor, extra in conditioning:
            level = extra.get(TAG)
            if level is not None and extra.get(COUNT, self._rows.of) != self._rows.of:
                raise ValueError(
                    f"The conditioning is of a ladder of {extra[COUNT]} levels, which are to be "
                    f"{self._rows.of}; give that ladder {self._rows.of} lines, and take positive, "
                    "negative and ladder from the same."
                )
            if level is None or level in self._rows.levels:
                made.append([self._cut(tensor), self._extra(extra)])
        return made

    def _extra(self, extra: dict[str, Any]) -> dict[str, Any]:
        own = {name: self._cut(value) for name, value in extra.items()}
        if TAG in extra:
            own |= {TAG: self._rows.levels.index(extra[TAG]), COUNT: len(self._rows.levels)}
        if extra.get("control") is not None:
            own["control"] = self._controls.of(extra["control"], self._rows.levels)
        return own

    def _cut(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._cut(part) for part in value]
        if isinstance(value, Tensor) and value.ndim > 1 and len(value) == self._rows.of > 1:
            return rows_of(value, self._rows.levels)
        return value
