"""What a view sees of a level, one axis at a time."""

from __future__ import annotations

from typing import NamedTuple

from .geometry import Placement

# Views are computed in floating point: one that reaches this far beyond a frame is inside of it.
SLACK = 1e-9


class Span(NamedTuple):
    """One axis of a view in a level's frame, which is [0, 1]: its first and last edge."""

    first: float
    last: float

    @property
    def size(self) -> float:
        return self.last - self.first

    @property
    def inside(self) -> bool:
        return self.first >= -SLACK and self.last <= 1 + SLACK

    def middle(self, share: float) -> Span:
        """The middle ``share`` of the view."""
        margin = self.size * (1 - share) / 2
        return Span(self.first + margin, self.last - margin)

    def from_child(self, child: Placement) -> Span:
        """The same view, from the child's frame into its parent's."""
        left = child.left / child.size
        return Span(left + self.first / child.zoom, left + self.last / child.zoom)

    def to_child(self, child: Placement) -> Span:
        """The same view, from the parent's frame into the child's."""
        left = child.left / child.size
        return Span((self.first - left) * child.zoom, (self.last - left) * child.zoom)
