"""What one line of a ladder asks for its own level alone."""

from __future__ import annotations

from typing import NamedTuple


class Settings(NamedTuple):
    """A level's own settings, as the brackets of its line give them; each has a plain default.

    ``cfg`` is its guidance (None: the sampler's); ``seed`` that of its own noise, outside of what
    it shares with deeper levels (None: the sampler's); ``weight``, above 0, how much it counts
    where levels are blended; ``steps`` the share of the sampling, from 0 to 1, in which its prompt
    applies, outside of which what is around every prompt stands alone.
    """

    cfg: float | None = None
    seed: int | None = None
    weight: float = 1.0
    steps: tuple[float, float] = (0.0, 1.0)


PLAIN = Settings()
