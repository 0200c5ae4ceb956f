"""The lines of ``bench space`` as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from .line import Line

TITLES = {
    "explained": "How much of the autoencoder operators explain (1 is all)",
    "unharmed": "A scene that agrees, coupled once",
    "Euler": "Joint sampling by an ideal denoiser of patches, Euler",
    "ancestral": "The same, ancestral",
}
TWO_DIGITS = ("shrinking", "enlarging", "detail")


def markdown(lines: Sequence[Line], ways: Mapping[str, str], ladders: Mapping[str, str]) -> str:
    """A table for each kind of line and each ladder; ``ways`` and ``ladders`` give the titles."""
    parts = list[str]()
    for table, title in TITLES.items():
        for ladder, words in ladders.items():
            own = [line for line in lines if (line.table, line.ladder) == (table, ladder)]
            if own:
                parts.append(f"### {title}: {words}\n\n{_grid(own, ways)}")
    return "\n".join(parts)


def comma_separated(lines: Sequence[Line]) -> str:
    """Every number in a line of its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "ladder", "space", "measure", "value"])
    for line in lines:
        for name, value in line.numbers.items():
            writer.writerow([line.table, line.ladder, line.way, name, f"{value:.6g}"])
    return text.getvalue()


def _grid(lines: Sequence[Line], ways: Mapping[str, str]) -> str:
    columns = [*dict.fromkeys(name for line in lines for name in line.numbers)]
    rows = [["", *columns], ["---", *["---:"] * len(columns)]]
    rows += [[ways[line.way], *(_cell(line, name) for name in columns)] for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _cell(line: Line, name: str) -> str:
    if name not in line.numbers:
        return ""
    return f"{line.numbers[name]:.{2 if name in TWO_DIGITS else 1}f}"
