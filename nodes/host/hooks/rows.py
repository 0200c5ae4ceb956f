"""Attention patches with a picture a level (IP-Adapter packs) are told which rows a call shows.

They read ``transformer_options["ad_params"]``, which AnimateDiff-Evolved writes for its windows of
frames: the rows of the call by their place among all, and how many there are of those. Without it
they take a call's rows for the first ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KEY = "ad_params"


def telling_rows(options: dict[str, Any], rows: Sequence[int], of: int) -> dict[str, Any]:
    """A run's options for a call of these rows, of the ``of`` that its caller shows.

    The options that come in, which are those of the whole run, stay as they are; and are told as
    they are for a call of as many rows as its caller shows.
    """
    if len(rows) == of:
        return options
    transformer = options.get("transformer_options", {})
    told = transformer.get(_KEY, {})
    seen = told.get("sub_idxs")  # the caller's own rows, where levels are cut to windows
    if seen is None or len(seen) != of:
        seen, told = range(of), {**told, "full_length": of}
    shown = {**told, "sub_idxs": [seen[row] for row in rows], "context_length": len(rows)}
    return {**options, "transformer_options": {**transformer, _KEY: shown}}
