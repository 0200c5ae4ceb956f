"""Keyframes of hooks (a LoRA's strength over the schedule), where calls are made at another sigma.

The host advances them by the sigma of whatever call it sees, and never back. A smaller picture is
called at a lower sigma than the step's own, and would lead them on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from .. import needs


@contextmanager
def keyframes_at(
    own: Tensor, conds: Any, patcher: Any, called: Tensor, options: dict[str, Any]
) -> Iterator[None]:
    """For calls at the sigmas ``called`` the hooks of ``conds`` stay as at the step's ``own``."""
    entries = (entry for of_kind in conds for entry in of_kind or [])
    groups = {id(group): group for group in (entry.get("hooks") for entry in entries) if group}
    for group in groups.values():
        patcher.prepare_hook_patches_current_keyframe(own, group, options)
    held = [hook.hook_keyframe for group in groups.values() for hook in group.hooks]
    for keyframes in held:
        needs.held("keyframes", keyframes)
        keyframes._curr_t = called[0]  # as if it had looked already
    try:
        yield
    finally:
        for keyframes in held:
            keyframes._curr_t = own[0]
