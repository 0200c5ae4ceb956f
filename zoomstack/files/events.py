"""A stack's history as text in its file: what cannot be read is told, and costs no stack."""

from __future__ import annotations

import json
from typing import Any

from ..scene.history import Event, History

UNREADABLE = "unreadable"  # the deed of an event that stands for one that nobody can read


def written(history: History) -> str:
    """The history as JSON text."""
    return json.dumps([event._asdict() for event in history])


def read(text: str, levels: int) -> History:
    """The history in ``text``, of a stack of ``levels``. Never raises.

    An event that is broken becomes one of the deed "unreadable", whose note says why and what
    stood there; so does the whole text where it is no list.
    """
    try:
        found = json.loads(text)
        if not isinstance(found, list):
            raise TypeError("a history is a list of events")
        return tuple(_event(each, levels) for each in found)
    except (TypeError, ValueError, RecursionError) as error:
        return (_unreadable(error, text),)


def _event(found: Any, levels: int) -> Event:
    try:
        return _parsed(found, levels)
    except (KeyError, TypeError, ValueError) as error:
        return _unreadable(error, json.dumps(found))


def _parsed(found: Any, levels: int) -> Event:
    if not isinstance(found, dict):
        raise TypeError("an event has names for its values")
    event = Event(
        deed=_of(str, found, "deed"),
        when=_of(str, found, "when"),
        levels=tuple(_of(list, found, "levels")),
        seed=None if found["seed"] is None else _of(int, found, "seed"),
        prompts=tuple(_of(list, found, "prompts")),
        note=_of(str, found, "note"),
    )
    for level in event.levels:
        if type(level) is not int or not 0 <= level < levels:
            raise ValueError(f"it names level {level!r} of {levels}")
    if not all(isinstance(prompt, str) for prompt in event.prompts):
        raise TypeError("its prompts must be texts")
    if len(event.prompts) not in (0, len(event.levels)):
        raise ValueError(f"it has {len(event.prompts)} prompts for {len(event.levels)} levels")
    return event


def _of(kind: type, found: dict[str, Any], name: str) -> Any:
    value = found[name]
    if type(value) is not kind:
        raise TypeError(f"its {name} is {value!r:.40}")
    return value


def _unreadable(error: Exception, text: str) -> Event:
    why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return Event(UNREADABLE, note=f"This part of the history cannot be read ({why}): {text}")
