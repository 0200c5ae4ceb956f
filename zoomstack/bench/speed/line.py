"""A line of the table, and the table as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from .turns import Spread


@dataclass(frozen=True)
class Line:
    """One number: what was measured, and what is asked of it.

    ``most`` and ``least`` are the bars, None for none; ``details`` are the sizes that it was
    measured at and the numbers behind it.
    """

    row: str
    what: str
    value: Spread
    unit: str = "x"
    most: float | None = None
    least: float | None = None
    digits: int = 2
    details: str = ""

    @property
    def verdict(self) -> str:
        """``holds``, ``FAILS``, or nothing where nothing is asked. The median counts."""
        if self.most is None and self.least is None:
            return ""
        above = self.least is None or self.value.median >= self.least
        below = self.most is None or self.value.median <= self.most
        return "holds" if above and below else "FAILS"

    @property
    def bar(self) -> str:
        sides = (("at most", self.most), ("at least", self.least))
        return ", ".join(f"{word} {self._number(bar)}" for word, bar in sides if bar is not None)

    @property
    def measured(self) -> str:
        return self._united(self.value.written(self.digits))

    def _number(self, value: float) -> str:
        return self._united(f"{value:g}")

    def _united(self, text: str) -> str:
        return f"x{text}" if self.unit == "x" else f"{text} {self.unit}".rstrip()


def markdown(lines: Sequence[Line]) -> str:
    """A table of the lines."""
    written = [["what", "measured", "bar", "", "details"], ["---", "---:", "---:", "---", "---"]]
    written += [[line.what, line.measured, line.bar, line.verdict, line.details] for line in lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in written)


def comma_separated(lines: Sequence[Line], about: str) -> str:
    """The same as CSV; ``about`` says on every line where and when it was measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    titles = "row what unit median low high at_most at_least verdict details about"
    writer.writerow(titles.split())
    for line in lines:
        numbers = [f"{value:.6g}" for value in line.value]
        bars = ["" if bar is None else f"{bar:g}" for bar in (line.most, line.least)]
        head = [line.row, line.what, line.unit]
        writer.writerow([*head, *numbers, *bars, line.verdict, line.details, about])
    return text.getvalue()
