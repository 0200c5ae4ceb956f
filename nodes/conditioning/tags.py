"""Which level of a zoom an entry of conditioning is for: its tag; without one it is for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TAG = "zoom_level"
COUNT = "zoom_levels"  # of the ladder that the tag counts in, where that is known

Entry = dict[str, Any]


def tagged(conditioning: Any, level: int, levels: int) -> Any:
    """The CONDITIONING for one level of a ladder of ``levels``; the tensors are shared."""
    return [[tensor, {**extra, TAG: level, COUNT: levels}] for tensor, extra in conditioning]


def of_level(conditioning: Any, level: int) -> Any:
    """The entries for one level, and those for all, without their tags."""
    entries = [
        [tensor, {key: value for key, value in extra.items() if key not in (TAG, COUNT)}]
        for tensor, extra in conditioning
        if extra.get(TAG, level) == level
    ]
    if not entries:
        raise ValueError(
            f"The conditioning has no prompt for level {level} (0 is the widest); take positive "
            "and negative from the same Prompt Ladder as the ladder."
        )
    return entries


def at_levels(conditioning: Any, chosen: Sequence[int], levels: int) -> tuple[Any, Any]:
    """What of a CONDITIONING is for the ``chosen`` of all levels, and what for the others.

    An entry without a tag, which is for all, becomes one a level.
    """
    these, others = [], []
    for entry in conditioning:
        own = [entry] if TAG in entry[1] else []
        for one in own or [e for level in range(levels) for e in tagged([entry], level, levels)]:
            (these if one[1][TAG] in chosen else others).append(one)
    return these, others


def check_tags(conds: dict[str, list[Entry]], levels: int) -> None:
    """Raise ``ValueError`` unless every level has an entry, and no entry another ladder's level."""
    for kind, entries in conds.items():
        tags = {entry[TAG] for entry in entries if TAG in entry}
        counts = {entry.get(COUNT, levels) for entry in entries if TAG in entry}
        untagged = any(TAG not in entry for entry in entries)
        if len(counts) > 1:
            few, many = min(counts), max(counts)
            raise ValueError(
                f"The {kind} conditioning combines ladders of {few} and {many} levels; give them "
                "as many lines each, and Level Conditioning the ladder that the sampler has."
            )
        given = max([*counts, *(tag + 1 for tag in tags if tag >= levels)], default=levels)
        if given != levels:
            raise ValueError(
                f"PromptLadder's {kind} conditioning has {given} levels but the latent "
                f"holds {levels}; pass {given} latents, or a ladder of {levels} lines."
            )
        missing = set(range(levels)) - tags
        if tags and missing and not untagged:
            raise ValueError(
                f"The {kind} conditioning has no prompt for level {min(missing)} of {levels} "
                f"(0 is the widest); PromptLadder has {len(tags)} levels but the latent holds "
                f"{levels}. Add a line to the ladder, or pass {len(tags)} latents."
            )
