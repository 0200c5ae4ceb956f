"""What a zoom has been through: which levels were made when, with which seed and prompts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import NamedTuple


class Event(NamedTuple):
    """One deed done to a stack.

    ``levels`` are those that it made, numbered as the stack's levels are *now*: whoever moves
    levels moves these along (``moved``), so that a level's maker can always be found (``maker``).
    ``prompts`` holds one text for each of them, or none. ``when`` is an ISO 8601 time in UTC, or
    empty where nobody knows; ``seed`` is the deed's own. ``note`` says what else there is to say,
    with numbers as they were then.
    """

    deed: str  # "sample", "again", "insert", "extend", "branch", "cut", "join", "paint"
    when: str = ""
    levels: tuple[int, ...] = ()
    seed: int | None = None
    prompts: tuple[str, ...] = ()
    note: str = ""


History = tuple[Event, ...]


def now() -> str:
    """The time as an event has it, to the second: 2026-11-28T11:30:00+00:00."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def moved(history: History, places: Mapping[int, int]) -> History:
    """The history of levels that lie elsewhere now: ``places`` maps old numbers to new ones.

    A level that is not in it is there no more; an event that made it did happen and stays.
    """
    return tuple(_moved(event, places) for event in history)


def maker(history: History, level: int) -> Event | None:
    """The last event that made ``level``; None where no event did."""
    return next((event for event in reversed(history) if level in event.levels), None)


def _moved(event: Event, places: Mapping[int, int]) -> Event:
    left = [at for at, level in enumerate(event.levels) if level in places]
    left.sort(key=lambda at: places[event.levels[at]])
    return event._replace(
        levels=tuple(places[event.levels[at]] for at in left),
        prompts=tuple(event.prompts[at] for at in left) if event.prompts else (),
    )
