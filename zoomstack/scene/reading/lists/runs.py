"""Where a list stands in a text.

A text is a list only where it says so: prompts may begin with a number, too. Numbers must follow
each other, sizes must rise or fall, and little else may stand around (``edges``).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..letters import Line, folded
from ..scales import TIMES, Scale
from .edges import (
    BOLD,
    FIELD,
    SCALE,
    TOTAL,
    Item,
    Run,
    end_of,
    holds,
    is_apart,
    others_of,
    paragraphs_of,
)
from .heads import Front, front_of
from .marks import BULLET, LABEL, LETTER, NUMBER

LONGEST = 5000  # letters of a line that may be an entry
# Which kind of list is looked for first: what others may have inside.
ORDER = (LABEL, NUMBER, LETTER, SCALE, BOLD, FIELD, BULLET)
_PROMPT = re.compile(r"(?:\*\*)?(?:image )?prompt(?:\*\*)? ?:")
_TOTAL = re.compile("([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12}):(?= )")


class Found(NamedTuple):
    """A list with its kind, and the lines before and behind it that say something."""

    kind: str
    items: list[Item]
    before: list[Line]
    after: list[Line]


def list_in(lines: list[Line]) -> Found | None:
    """The list that a text is; None where it is none."""
    fronts = [front_of(line.text) if 0 < len(line.text) <= LONGEST else None for line in lines]
    best: Found | None = None
    for kind in ORDER:
        runs = sorted(_runs(kind, lines, fronts), key=lambda run: -len(run.places))
        for run in runs[:8]:
            found = _found(run, runs, lines, fronts)
            if not found:
                continue
            # A short list before or behind a longer one is about it.
            if best is None or (
                len(found.items) > len(best.items)
                and (
                    found.items[0].line.number > _last(best)
                    or _last(found) < best.items[0].line.number
                )
            ):
                best = found
            break
    return best


def _last(found: Found) -> int:
    item = found.items[-1]
    return item.body[-1].number if item.body else item.line.number


def _runs(kind: str, lines: list[Line], fronts: list[Front | None]) -> list[Run]:
    """The runs of lines of a kind that follow each other, whatever stands between them."""
    by_style: dict[str, list[tuple[int, float]]] = {}
    for index, (line, front) in enumerate(zip(lines, fronts, strict=True)):
        for style, ordinal in _signs(kind, line, front) if front else ():
            by_style.setdefault(style, []).append((index, ordinal))
    return [run for style, signs in by_style.items() for run in _split(kind, style, signs, lines)]


def _signs(kind: str, line: Line, front: Front) -> list[tuple[str, float]]:
    if kind == SCALE:
        total = _TOTAL.match(folded(line.text))
        if total:
            return [(TOTAL, float(total[1].replace(",", "")))]
        scale = front.scales[0] if front.early and front.scales else None
        return [(scale.kind, scale.value)] if scale else []
    if kind == BOLD:
        return [(BOLD, 0)] if front.bold and front.heads and not front.marks else []
    if kind == FIELD:
        return [(FIELD, 0)] if _PROMPT.match(folded(line.text)) else []
    return [(mark.style, mark.ordinal) for mark in front.marks if mark.kind == kind]


def _split(kind: str, style: str, signs: list[tuple[int, float]], lines: list[Line]) -> list[Run]:
    runs: list[list[tuple[int, float]]] = []
    for index, ordinal in signs:
        run = runs[-1] if runs else None
        indent = lines[index].indent
        if run and indent > lines[run[0][0]].indent + 1:
            continue  # set further in: inside of an entry
        aside = run and indent < lines[run[0][0]].indent - 1
        if run and not aside and _follows(kind, [value for _, value in run], ordinal):
            run.append((index, ordinal))
        else:
            runs.append([(index, ordinal)])
    return [
        Run(kind, style, [index for index, _ in run])
        for run in runs
        if len(run) > 1 and _whole(kind, style, [value for _, value in run])
    ]


def _follows(kind: str, values: list[float], value: float) -> bool:
    if kind in (BOLD, FIELD, BULLET):
        return True
    step = value - values[-1]
    first = values[1] - values[0] if len(values) > 1 else step
    if kind == SCALE:
        return step != 0 and (step > 0) == (first > 0)
    return step == first and step in (1, -1) or kind == NUMBER and step == first == 0 == value - 1


def _whole(kind: str, style: str, values: list[float]) -> bool:
    """Whether numbers are those of a list: from 0 or 1 on, or down to them."""
    if style == TOTAL:
        doubled = all(b >= 2 * a for a, b in zip(values, values[1:], strict=False))
        return values[0] == 1 and len(values) > 2 and doubled
    if kind not in (LABEL, NUMBER, LETTER):
        return True
    if values[0] == values[1]:
        return True  # "1." in front of all: Markdown counts by itself
    if values[0] < values[1]:
        return values[0] <= 1 or len(values) > 2
    return values[-1] <= 1 and len(values) > 2


def _found(
    run: Run, runs: list[Run], lines: list[Line], fronts: list[Front | None]
) -> Found | None:
    places = run.places
    bodies = [lines[here + 1 : there] for here, there in zip(places, places[1:], strict=False)]
    most = max((len(paragraphs_of(body)) for body in bodies), default=0)
    attached = any(body and body[0].text for body in bodies)
    last = fronts[places[-1]]
    end = end_of(places[-1], lines, last is not None and not last.rest, most, attached)
    bodies.append(lines[places[-1] + 1 : end])
    before = [line for line in lines[: places[0]] if line.text]
    after = [line for line in lines[end:] if line.text]
    items = [
        Item(lines[place], _total(lines[place]) if run.style == TOTAL else front, body)
        for place, body in zip(places, bodies, strict=True)
        if (front := fronts[place])
    ]
    others = others_of(run, runs, lines)
    if not is_apart(run, lines, before, after, others) or not holds(run, items):
        return None
    return Found(run.kind, items, before, after)


def _total(line: Line) -> Front:
    """A line's front that is a number and a colon: a magnification."""
    total = _TOTAL.match(folded(line.text))
    assert total
    value = float(total[1].replace(",", ""))
    return Front([], [], [Scale(TIMES, value, total.end())], line.text[total.end() :].strip(" "))
