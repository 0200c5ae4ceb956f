"""An alignment to read: a table, a line a level, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from .align import Alignment


def report(found: Alignment, names: Sequence[str], words: Sequence[str] | None = None) -> str:
    """Markdown. ``names`` are those of the given pictures; ``words`` the alignment's own."""
    said = found.words if words is None else words
    rows = [
        ["level", "picture", "zoom", "focus", "confidence", "agreement, dB"],
        ["---:", "---", "---:", "---:", "---:", "---:"],
    ]
    for level, number in enumerate(found.order):
        row = [str(level), names[number].replace("|", "/")]
        if level:
            x, y = found.focus[level - 1]
            row += [f"{found.zooms[level - 1]:.4f}", f"{x:.4f}, {y:.4f}"]
            row += [f"{found.confidence[level - 1]:.2f}", f"{found.agreement[level - 1]:.1f}"]
        rows.append([*row, *[""] * (6 - len(row))])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    # A file's name is its name, also where a sentence begins with it.
    told = [
        f"{line}." if line.startswith(tuple(names)) else f"{line[:1].upper()}{line[1:]}."
        for line in said
    ]
    return "\n".join([*told, *([""] if told else []), *lines])
