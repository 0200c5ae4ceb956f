"""A level a line, and what is to be said of lines that are none."""

from __future__ import annotations

from .brackets import Rung, parse_rung
from .letters import Line, shortened, strip

Read = tuple[list[Rung], list[str]]
"""Levels, and what is to be said of how they were read."""


def read_plain(text: str) -> list[Rung]:
    """A level a line; blank lines and lines that begin with # are skipped."""
    numbered = ((number, strip(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [
        parse_rung(number, line) for number, line in numbered if line and not line.startswith("#")
    ]


def plain(lines: list[Line]) -> list[Rung]:
    return [
        parse_rung(line.number, line.text)
        for line in lines
        if line.text and not line.text.startswith("#")
    ]


def left_out(lines: list[Line], first: int) -> list[str]:
    """Notes of the lines around an answer, which begins at line ``first``."""
    notes = []
    for line in sorted((line for line in lines if line.text), key=lambda line: line.number):
        what = "as an introduction" if line.number < first else "as a closing remark"
        notes.append(f"Line {line.number} is left out, {what}: {shortened(line.text)}")
    return notes if len(notes) <= 6 else [*notes[:5], f"{len(notes) - 5} more lines are left out"]
