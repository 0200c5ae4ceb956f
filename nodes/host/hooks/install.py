"""The pack's wrappers on a MODEL, in one order, whichever of its nodes came first.

A MODEL holds its wrappers by kind and, within a kind, by key. The first key is the outermost: its
wrapper sees what the sampler sees, and calls the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import needs

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

RECORD = "zoomstack_record"
LEVELS = "zoomstack"
WINDOWS = "zoomstack_windows"

# Outermost first, and all of them outside of anyone else's. What is recorded is what the sampler
# gets; levels are coupled once their windows are merged; and a cache (LazyCache), which leaves out
# what is inside of it, must not leave out these.
ORDER = (RECORD, LEVELS, WINDOWS)


def wrapped(
    model: ModelPatcher, key: str, wrappers: Mapping[str, Callable[..., Any]]
) -> ModelPatcher:
    """A clone of ``model`` with ``wrappers``, by their kind, under ``key``.

    They take the place of those it has there: a node that is applied twice is applied once.
    """
    clone = model.clone()
    needs.held("MODEL", clone)
    for kind, wrapper in wrappers.items():
        others = {**clone.wrappers.get(kind, {}), key: [wrapper]}
        ours = {k: others.pop(k) for k in ORDER if k in others}
        clone.wrappers[kind] = {**ours, **others}
    return clone
