"""The pack's wrappers on a MODEL, in one order, whichever of its nodes came first.

A MODEL holds its wrappers by kind and, within a kind, by key. The first key is the outermost: its
wrapper sees what the sampler sees, and calls the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from comfy.patcher_extension import WrappersMP

from .. import needs

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

RECORD = "zoomstack_record"
LEVELS = "zoomstack"
WINDOWS = "zoomstack_windows"
APART = "zoomstack_apart"

Wrappers = dict[str, list[Callable[..., Any]]]


class Place(NamedTuple):
    """Where ours lie in a kind: outside of all others and inside of them, outermost first."""

    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


ORDER = {
    # What is recorded is what the sampler gets; levels and windows are known to whatever is inside.
    WrappersMP.OUTER_SAMPLE: Place(outside=(RECORD, LEVELS, WINDOWS)),
    WrappersMP.PREPARE_SAMPLING: Place(outside=(LEVELS, WINDOWS)),
    # The host has just taken all levels for one: mended before anyone looks.
    WrappersMP.SAMPLER_SAMPLE: Place(outside=(LEVELS,)),
    # Levels are coupled once their windows are merged; and a cache of predictions (LazyCache),
    # which leaves out what is inside of it, must not leave out these. It is one of whole batches:
    # where levels are predicted apart, it is inside of it.
    WrappersMP.PREDICT_NOISE: Place(outside=(RECORD, LEVELS, WINDOWS), inside=(APART,)),
    # Others are called once a step, as the host calls them, however many calls of the model levels
    # and windows take: EasyCache decides there whether the step's calls are skipped, all of them.
    WrappersMP.CALC_COND_BATCH: Place(inside=(LEVELS, WINDOWS)),
}


def wrapped(
    model: ModelPatcher, key: str, wrappers: Mapping[str, Callable[..., Any]]
) -> ModelPatcher:
    """A clone of ``model`` with ``wrappers``, by their kind, under ``key``.

    They take the place of those it has there: a node that is applied twice is applied once.
    """
    clone = model.clone()
    needs.held("MODEL", clone)
    for kind, wrapper in wrappers.items():
        clone.wrappers[kind] = _ordered(kind, {**clone.wrappers.get(kind, {}), key: [wrapper]})
    return clone


def put_in_order(options: dict[str, Any]) -> None:
    """Order the wrappers of a run's own ``options``: those of later nodes lie inside of ours."""
    wrappers: dict[str, Wrappers] = options["transformer_options"].get("wrappers", {})
    wrappers.update({kind: _ordered(kind, wrappers[kind]) for kind in ORDER if kind in wrappers})


def _ordered(kind: str, wrappers: Wrappers) -> Wrappers:
    others, place = dict(wrappers), ORDER.get(kind, Place())
    outside = {key: others.pop(key) for key in place.outside if key in others}
    inside = {key: others.pop(key) for key in place.inside if key in others}
    return {**outside, **others, **inside}
