"""Which level of a zoom an entry of conditioning is for: its tag; without one it is for all."""

from __future__ import annotations

from typing import Any

TAG = "zoom_level"

Entry = dict[str, Any]


def of_level(conditioning: Any, level: int) -> Any:
    """The entries for one level, and those for all, without their tags."""
    entries = [
        [tensor, {key: value for key, value in extra.items() if key != TAG}]
        for tensor, extra in conditioning
        if extra.get(TAG, level) == level
    ]
    if not entries:
        raise ValueError(
            f"The conditioning has no prompt for level {level} (0 is the widest); take positive "
            "and negative from the same Prompt Ladder as the ladder."
        )
    return entries


def check_tags(conds: dict[str, list[Entry]], levels: int) -> None:
    """Raise ``ValueError`` unless every level has an entry, and no entry another level."""
    for kind, entries in conds.items():
        tags = {entry[TAG] for entry in entries if TAG in entry}
        untagged = any(TAG not in entry for entry in entries)
        if tags and max(tags) >= levels:
            raise ValueError(
                f"PromptLadder's {kind} conditioning has {max(tags) + 1} levels but the latent "
                f"holds {levels}; pass {max(tags) + 1} latents, or a ladder of {levels} lines."
            )
        missing = set(range(levels)) - tags
        if tags and missing and not untagged:
            raise ValueError(
                f"The {kind} conditioning has no prompt for level {min(missing)} of {levels} "
                f"(0 is the widest); PromptLadder has {len(tags)} levels but the latent holds "
                f"{levels}. Add a line to the ladder, or pass {len(tags)} latents."
            )
