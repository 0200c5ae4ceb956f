"""Some levels of a ladder, written as plain text."""

from __future__ import annotations

import re

_RANGE = re.compile(r"([0-9]{1,9})(?:\s*(-)\s*([0-9]{1,9})?)?")


def parse_levels(text: str, levels: int, of: str = "ladder") -> tuple[int, ...]:
    """The levels that ``text`` names, sorted, of what has ``levels``; 0 is the widest.

    Numbers and ranges, with commas between: ``0``, ``1, 3``, ``0-2``, and ``4-`` for 4 and all
    deeper ones.

    Raises ``ValueError`` for what is no such list, or a level that the ladder has not.
    """
    chosen: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _RANGE.fullmatch(part)
        if not found:
            raise ValueError(
                f"{part!r} names no levels; write numbers and ranges such as 0, 2-4, or 3- for 3 "
                "and all deeper ones (0 is the widest)."
            )
        first = int(found[1])
        last = int(found[3]) if found[3] else levels - 1 if found[2] else first
        if max(first, last) >= levels:
            more = ", or add lines to the ladder" if of == "ladder" else ""
            raise ValueError(
                f"{part!r} names level {max(first, last)}, but the {of}'s {levels} levels are 0 to "
                f"{levels - 1}; name one of those{more}."
            )
        if last < first:
            raise ValueError(f"{part!r} ends before it begins; write {last}-{first}.")
        chosen.update(range(first, last + 1))
    if not chosen:
        raise ValueError(f"No level is named; write some of 0 to {levels - 1}, such as 0 or 0-2.")
    return tuple(sorted(chosen))
