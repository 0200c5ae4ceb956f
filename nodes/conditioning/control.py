"""Controls (ControlNets, T2I-Adapters) for one call: with the rows or the parts of their hints
that it shows.

A control keeps the pictures it was given, ``cond_hint_original`` and ``extra_concat_orig`` (a mask
beside it), and what it made of them for the last call. A copy for each kind of call keeps its own:
the model behind them is one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor


def chain(control: Any) -> Iterator[Any]:
    """A control and those before it."""
    while control is not None:
        yield control
        control = getattr(control, "previous_controlnet", None)


def pictures(control: Any) -> list[Tensor]:
    """What a control was given: its hint first, then what lies beside it; each (rows, ...)."""
    given = [getattr(control, "cond_hint_original", None)]
    given += getattr(control, "extra_concat_orig", None) or []
    return [picture for picture in given if isinstance(picture, Tensor)]


def with_pictures(control: Any, change: Callable[[Tensor], Tensor], before: Any) -> Any:
    """A copy of a control that shows ``change`` of its pictures, after the control ``before``."""
    # Not the host's own copy(), which has not been made ready for this run.
    made = copy.copy(control)
    made.cond_hint, made.extra_concat = None, None
    made.previous_controlnet = before
    if control.cond_hint_original is not None:
        made.cond_hint_original = change(control.cond_hint_original)
    beside = getattr(control, "extra_concat_orig", None) or []
    made.extra_concat_orig = [change(picture) for picture in beside]
    # On other devices the host takes their own copies of it, in chains of their own.
    made.multigpu_clones = {
        device: with_pictures(clone, change, _on(device, before))
        for device, clone in getattr(control, "multigpu_clones", {}).items()
    }
    return made


class LevelControls:
    """Controls with a picture a level, copied for groups of levels; kept for all of a run."""

    def __init__(self, levels: int) -> None:
        self._levels = levels
        self._known: dict[tuple[int, tuple[int, ...]], tuple[Any, Any]] = {}

    def of(self, control: Any, group: tuple[int, ...]) -> Any:
        """The control as a call of these levels is told it; itself where nothing is to be cut.

        Raises ``ValueError`` for a number of pictures that is neither 1 nor the levels'.
        """
        if control is None:
            return None
        key = (id(control), group)
        if key not in self._known:
            # Kept with its copy: a freed one's id could come again.
            self._known[key] = control, self._cut(control, group)
        return self._known[key][1]

    def must_be_alone(self, control: Any) -> bool:
        """Whether a level cannot share a call: where a film's VAE takes pictures for frames."""
        return any(
            _reads_films(getattr(one, "vae", None)) and max(map(len, pictures(one)), default=1) > 1
            for one in chain(control)
        )

    def forget(self, more_than: int) -> None:
        """Let go of copies for groups of more levels, and of what they keep on the device."""
        self._known = {key: kept for key, kept in self._known.items() if len(key[1]) <= more_than}

    def _cut(self, control: Any, group: tuple[int, ...]) -> Any:
        earlier = getattr(control, "previous_controlnet", None)
        before = self.of(earlier, group)
        rows = [len(picture) for picture in pictures(control)]
        for count in rows:
            if count not in (1, self._levels):
                raise ValueError(
                    f"A ControlNet has {count} hint images for {self._levels} levels; give one for "
                    "all levels, or one a level."
                )
        all_levels = len(group) == self._levels
        if before is earlier and (max(rows, default=1) == 1 or (all_levels and rows[0] > 1)):
            return control
        # The host gives what lies beside a hint as many rows as the hint has.
        several = max(rows, default=1) > 1

        def of_group(picture: Tensor) -> Tensor:
            if len(picture) == 1:
                return picture.expand(len(group), *picture.shape[1:]) if several else picture
            return rows_of(picture, group)

        return with_pictures(control, of_group, before)


def rows_of(tensor: Tensor, rows: tuple[int, ...]) -> Tensor:
    """These rows of a tensor; of neighbours no copy is made."""
    first, last = rows[0], rows[-1]
    if rows == tuple(range(first, last + 1)):
        return tensor[first : last + 1]
    # No list of rows, which would be waited for on its way to the device.
    return torch.cat([tensor[row : row + 1] for row in rows])


def _on(device: Any, control: Any) -> Any:
    return None if control is None else control.multigpu_clones.get(device, control)


def _reads_films(vae: Any) -> bool:
    return getattr(vae, "latent_dim", 2) == 3 and not getattr(vae, "not_video", False)
