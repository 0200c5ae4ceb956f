"""The table: rows of means over seeds, as Markdown and as CSV, and on the disk."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...files.whole import replacing
from ..zooms.finding import Finding
from ..zooms.methods import AnyRow
from .columns import BANDS, COLUMNS, EXTRA, Column, drift, film_levels, levels
from .estimate import Estimate, estimate, length_estimate, ratio_estimate

Pairs = Sequence[tuple[Finding, Finding]]  # a row's and its reference's, one pair a seed
DRIFT = "drift"


def estimates(pairs: Pairs, columns: Sequence[Column]) -> dict[str, Estimate]:
    """Every column's mean and standard error over the seeds, and the colour drift's."""
    found = {
        column.name: (ratio_estimate if column.ratio else estimate)(
            [column.of(*pair) for pair in pairs]
        )
        for column in columns
    }
    return {**found, DRIFT: length_estimate([drift(*pair) for pair in pairs])}


class Table:
    """What was found: for each row, every column's estimate."""

    def __init__(self, results: Mapping[AnyRow, Pairs]) -> None:
        depth = max(len(r["detail"]) for pairs in results.values() for r, _ in pairs)
        self._levels, self._film = levels(depth), film_levels(depth)
        everything = (*COLUMNS, *EXTRA, *BANDS, *self._levels, *self._film)
        self.rows = {row: estimates(pairs, everything) for row, pairs in results.items()}
        self.seeds = {row: len(pairs) for row, pairs in results.items()}

    def markdown(self) -> str:
        """The main table, then agreement by octave and sharpness by level, sampled and in the film.

        A column that no row fills is left out.
        """
        columns = [(column.name, column.title, column.digits) for column in COLUMNS]
        columns.insert(-2, (DRIFT, "colour drift", 2))
        bands, depths, film = (
            [(column.name, column.title, column.digits) for column in some]
            for some in (BANDS, self._levels, self._film)
        )
        return "\n".join(
            (
                self._grid(columns),
                "\nAgreement of neighbours by octave, dB (0: the finest of the wider one):\n",
                self._grid(bands),
                "\nSharpness of each level (0: the widest):\n",
                self._grid(depths),
                "\nThe same in the film:\n",
                self._grid(film),
            )
        )

    def csv(self) -> str:
        """Everything, one line a row: each column and its standard error."""
        names = list(next(iter(self.rows.values())))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        titles = [title for name in names for title in (name, f"{name}_error")]
        writer.writerow(["row", "title", "seeds", *titles])
        for row, found in self.rows.items():
            numbers = [f"{value:.6g}" for name in names for value in found[name]]
            writer.writerow([row.name, row.title, self.seeds[row], *numbers])
        return text.getvalue()

    def _grid(self, columns: Sequence[tuple[str, str, int]]) -> str:
        cells = {
            title: [found[name].written(digits) for found in self.rows.values()]
            for name, title, digits in columns
        }
        filled = {title: written for title, written in cells.items() if any(written)}
        lines = [["", *filled], ["---"] + ["---:"] * len(filled)]
        for index, row in enumerate(self.rows):
            lines.append([row.title or row.name, *(written[index] for written in filled.values())])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def write(path: Path, text: str) -> None:
    """Put ``text`` at ``path``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as half:
        Path(half).write_text(text, "utf-8")
