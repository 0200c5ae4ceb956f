"""In which order pictures lie in each other: whichever way they were given, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter

from .match import SURE, Gallery, Match
from .search import GRIDS

Beat = Callable[[], None]
"""Called between pieces of work; whatever it raises ends the work."""

Found = dict[tuple[int, int], Match]
"""Matches by (wider, deeper)."""

SAME = 1.03  # factors below: two pictures of one view
HANDFUL = 3  # wider pictures that a picture is looked for in closely, on each grid


class Finder:
    """Finds what is sure of a gallery's pictures, each pair at most once on each grid."""

    def __init__(self, gallery: Gallery, beat: Beat) -> None:
        self.gallery = gallery
        self.beat = beat
        self._asked: set[tuple[int, int, int]] = set()
        self.found: Found = {}

    def look(self, child: int, parents: Sequence[int], grid: int) -> None:
        """Look for ``child`` in each of ``parents``, on one of ``search.GRIDS``."""
        open_ = [
            one
            for one in parents
            if one != child
            and (one, child, grid) not in self._asked
            and not {(one, child), (child, one)} & self.found.keys()
        ]
        self._asked.update((one, child, grid) for one in open_)
        if not open_:
            return
        matches = self.gallery.among(open_, child, grid, HANDFUL)
        for parent, match in zip(open_, matches, strict=True):
            self.beat()
            if match and match.confidence >= SURE:
                self.found[parent, child] = match

    def neighbours(self, given: Sequence[int]) -> bool:
        """Look at pictures next to each other; whether they lie in each other all one way."""
        pairs = list(zip(given, given[1:], strict=False))
        turned = False
        for grid in range(len(GRIDS)):
            for one, other in pairs:
                # Whoever went deepest first once does so again.
                for wide, deep in [(other, one), (one, other)][:: 1 if turned else -1]:
                    if not {(one, other), (other, one)} & self.found.keys():
                        self.look(deep, [wide], grid)
                        turned = wide == other if (wide, deep) in self.found else turned
            if 2 * len(self.found) < len(pairs):
                return False  # in whatever order they are, it is not this
        ways = (pairs, [(deeper, wider) for wider, deeper in pairs])
        return any(all(zooms(self.found.get(pair)) for pair in way) for way in ways)

    def all(self, given: Sequence[int]) -> None:
        """Look for each picture in every other; by large factors if it is in none by small ones."""
        for child in given:
            self.look(child, given, 0)
        for child in given:
            if not any(deep == child and zooms(match) for (_, deep), match in self.found.items()):
                self.look(child, given, 1)

    def order(self, given: Sequence[int]) -> tuple[list[int], dict[int, int]]:
        """The levels among ``given``, widest first, and those that show what another one does."""
        same = twins(self.found)
        return longest(self.found, [one for one in given if one not in same]), same

    def settled(self, wide: int, deep: int) -> Match:
        """A match that was found, at the pictures' full size."""
        self.beat()
        return self.gallery.settled(wide, deep, self.found[wide, deep])


def zooms(match: Match | None) -> bool:
    """Whether a match is of two views, one deeper than the other."""
    return match is not None and match.zoom >= SAME


def twins(found: Mapping[tuple[int, int], Match]) -> dict[int, int]:
    """Pictures that show what an earlier one shows, each with the earliest."""
    first: dict[int, int] = {}
    for one, other in sorted(tuple(sorted(pair)) for pair, m in found.items() if not zooms(m)):
        first.setdefault(other, first.get(one, one))
    return first


def longest(found: Mapping[tuple[int, int], Match], given: Sequence[int]) -> list[int]:
    """The most pictures that lie in each other one by one, widest first; of equals the surest."""
    wider: dict[int, set[int]] = {one: set() for one in given}
    sure = sorted(found.items(), key=lambda item: -item[1].confidence)
    for (wide, deep), match in sure:
        # What goes round in a ring holds a wrong match: its weakest one is left out.
        if {wide, deep} <= wider.keys() and zooms(match) and not _leads(wider, deep, wide):
            wider[deep].add(wide)
    best: dict[int, tuple[int, float, list[int]]] = {}
    for one in TopologicalSorter(wider).static_order():
        ways = [
            (count + 1, trust + found[other, one].confidence, [*path, one])
            for other in wider[one]
            for count, trust, path in [best[other]]
        ]
        best[one] = max(ways, default=(1, 0.0, [one]))
    return max(best.values(), key=lambda way: way[:2], default=(0, 0.0, []))[2]


def _leads(wider: Mapping[int, set[int]], wide: int, deep: int) -> bool:
    """Whether ``wide`` is known to be wider than ``deep``, by whatever lies between."""
    return wide == deep or any(_leads(wider, wide, one) for one in wider[deep])
