"""Model calls window by window: which windows share a call, and what each call is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from torch import Tensor

from ...zoomstack.windows.tiling import At
from .cut import Scissors
from .levels import Conds
from .tags import Entry
from .view import Part, View, is_now, speaking

# Sets of entries whose cuts are kept: those of a run, and a few that come and go.
_KEPT = 8


class Call(NamedTuple):
    windows: tuple[At, ...]
    conds: list[list[Entry] | None]


class Cutter:
    """Makes the calls of one run; what it has cut it keeps, with stable ids, for all steps."""

    def __init__(self, scissors: Scissors) -> None:
        self._scissors = scissors
        self._known: dict[tuple[object, ...], tuple[Conds, list[Call]]] = {}

    def calls(self, conds: Conds, view: View, x: Tensor, most: int) -> list[Call]:
        """The calls for ``x``, pictures (n, ...) of the view's size or their windows.

        Of at most ``most`` windows each. Windows where an entry has no say are not called with it.
        Raises ``ValueError`` for conditioning that cannot be cut.
        """
        now = [None if c is None else [e for e in c if is_now(e, view)] for c in conds]
        ids = tuple(None if c is None else tuple(map(id, c)) for c in now)
        speak = tuple(speaking(e.get("control"), view) for c in now for e in c or [])
        shape = (len(x), x.ndim, most)
        key = (ids, speak, view.size, view.windows, view.only, view.sigma is None, *shape)
        if key not in self._known:
            while len(self._known) >= _KEPT * (1 + len(view.windows.all)):
                self._known.pop(next(iter(self._known)))
            # The entries are kept with their cuts: a freed one's id could come again.
            self._known[key] = now, list(self._make(now, view, x, most))
        return self._known[key][1]

    def _make(self, conds: Conds, view: View, x: Tensor, most: int) -> Iterator[Call]:
        extents = [[self._scissors.extent(entry, view, x) for entry in c or []] for c in conds]
        alike: dict[tuple[tuple[bool, ...], ...], list[At]] = {}
        for at in view.only or view.windows.all:
            says = tuple(tuple(_says(m, view, at) for m in of_kind) for of_kind in extents)
            alike.setdefault(says, []).append(at)
        for says, places in alike.items():
            for first in range(0, len(places), most):
                part = Part(view, tuple(places[first : first + most]), x, {})
                cut: list[list[Entry] | None] = []
                for entries, of_kind, say in zip(conds, extents, says, strict=True):
                    told = zip(entries or [], of_kind, say, strict=True)
                    chosen = [
                        self._scissors.entry(e, extent, part) for e, extent, has in told if has
                    ]
                    cut.append(None if entries is None else chosen)
                yield Call(part.windows, cut)


def window_by_window(
    cutter: Cutter, view: View, most: int, call: Any, conds: Conds, x: Tensor, sigma: Tensor
) -> list[Any]:
    """``call(conds, x, sigma, rows) -> [prediction per kind]``, windows by windows, merged.

    ``rows`` are those of ``x`` that the call shows, again for each of its windows.
    """
    wholes = [view.windows.blank(x, 1) for _ in conds]
    for windows, cut in cutter.calls(conds, view, x, most):
        parts = view.windows.cut(x, windows)
        rows = [*range(len(x))] * len(windows)
        answers = call(cut, parts, sigma.repeat(len(windows)), rows)
        for whole, answer in zip(wholes, answers, strict=True):
            view.windows.add(whole, windows, answer)
    return [whole.to(x.dtype) for whole in wholes]


def in_one_window(
    cutter: Cutter, view: View, call: Any, conds: Conds, x: Tensor, sigma: Tensor
) -> Any:
    """One call for ``x``, which is the view's one window already."""
    (made,) = cutter.calls(conds, view, x, 1)
    return call(made.conds, x, sigma, range(len(x)))


def _says(extent: Tensor | None, view: View, at: At) -> bool:
    return extent is None or bool(view.windows.cut(extent, (at,)).any())
