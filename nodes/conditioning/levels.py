"""Each level its own prompt: which rows of a model call get which conditioning entries.

ComfyUI runs every conditioning entry on the whole batch and averages the answers. A ladder's
entries are tagged with their level (``TAG``); here each level gets those with its tag and those
without one, and levels whose entries fit together run as one batch. Entries whose part of the
schedule is not now are left out before that, so that levels share a call whatever their parts are.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .control import LevelControls, rows_of
from .tags import TAG, Entry
from .timed import Timed

# What an entry does to the whole of its call, so that entries with it cannot share one.
_ALONE = ("area", "mask", "gligen", "default")
# And where they may, if it is the same for all: which hooks (a LoRA's), and when.
_ALIKE = ("hooks", "strength")
# What inpainting models are shown beside the latent.
_BESIDE = ("concat_latent_image", "concat_mask")

Conds = Sequence[list[Entry] | None]
Rows = tuple[int, ...]


class Group(NamedTuple):
    """Levels that run as one batch, and the entries for each kind (positive, negative, ...)."""

    levels: tuple[int, ...]
    conds: list[list[Entry] | None]


class Router:
    """Groups the levels of one run; what it has merged it keeps, with stable ids, for all steps.

    ``repeats``: whether the model answers a text said twice over as it answers the text.
    """

    def __init__(self, levels: int, repeats: bool) -> None:
        self.levels, self._repeats = levels, repeats
        self._controls = LevelControls(levels)
        self._known: dict[tuple[int, Rows, tuple[object, ...]], tuple[Conds, list[Group]]] = {}
        self._timed = Timed()

    def groups(
        self, conds: Conds, most: int, rows: Rows, sigma: Callable[[], float]
    ) -> list[Group]:
        """The calls to make, of at most ``most`` of the levels ``rows`` each.

        ``sigma`` says where the sampling is; it is asked where an entry is not for all of it.
        Raises ``ValueError`` where entries hold a number of rows that is neither 1 nor the levels'.
        """
        conds = [None if entries is None else self._timed.now(entries, sigma) for entries in conds]
        key = (most, rows, tuple(None if c is None else tuple(map(id, c)) for c in conds))
        if key not in self._known:
            # The entries are kept with their groups: a freed one's id could come again.
            self._known[key] = conds, self._group(conds, most, rows)
        return self._known[key][1]

    def forget(self, more_than: int) -> None:
        """Let go of calls of more levels, which memory does not take."""
        self._known = {key: known for key, known in self._known.items() if key[0] <= more_than}
        self._controls.forget(more_than)

    def _group(self, conds: Conds, most: int, rows: Rows) -> list[Group]:
        together: list[list[int]] = []
        for level in rows:
            for group in together:
                if len(group) < most and self._fit(conds, group[0], level):
                    group.append(level)
                    break
            else:
                together.append([level])
        return [
            Group(
                tuple(group),
                [None if c is None else self._entries(c, tuple(group)) for c in conds],
            )
            for group in together
        ]

    def _of(self, entries: list[Entry], level: int) -> list[Entry]:
        return [entry for entry in entries if entry.get(TAG, level) == level]

    def _fit(self, conds: Conds, a: int, b: int) -> bool:
        for entries in conds:
            if entries is None:
                continue
            of_a, of_b = self._of(entries, a), self._of(entries, b)
            if len(of_a) != len(of_b):
                return False
            if any(self._controls.must_be_alone(entry.get("control")) for entry in of_a):
                return False
            pairs = zip(of_a, of_b, strict=True)
            if not all(x is y or self._can_merge(x, y, a, b) for x, y in pairs):
                return False
        return True

    def _can_merge(self, x: Entry, y: Entry, a: int, b: int) -> bool:
        if any(key in entry for entry in (x, y) for key in _ALONE):
            return False
        if x.get("control") is not y.get("control"):
            return False
        if any(x.get(key) != y.get(key) for key in _ALIKE):
            return False
        of_x, of_y = (self._rows(e, (at,))["model_conds"] for e, at in ((x, a), (y, b)))
        return of_x.keys() == of_y.keys() and all(self._alike(of_x[k], of_y[k]) for k in of_x)

    def _alike(self, a: Any, b: Any) -> bool:
        """The host says texts over again until they are as long as each other."""
        if not a.can_concat(b):
            return False
        shapes = [getattr(getattr(value, "cond", None), "shape", None) for value in (a, b)]
        return self._repeats or shapes[0] == shapes[1]

    def _entries(self, entries: list[Entry], group: tuple[int, ...]) -> list[Entry]:
        columns = zip(*(self._of(entries, level) for level in group), strict=True)
        return [self._merge(column, group) for column in columns]

    def _merge(self, column: tuple[Entry, ...], group: tuple[int, ...]) -> Entry:
        if all(entry is column[0] for entry in column):
            return self._rows(column[0], group)
        first, *others = (
            self._rows(entry, (level,)) for entry, level in zip(column, group, strict=True)
        )
        merged = {
            name: value._copy_with(value.concat([o["model_conds"][name] for o in others]))
            for name, value in first["model_conds"].items()
        }
        merged_entry = {**first, "model_conds": merged, "uuid": uuid.uuid4()}
        return self._with_control(merged_entry, column[0].get("control"), group)

    def _rows(self, entry: Entry, group: tuple[int, ...]) -> Entry:
        """The entry for these levels: their rows of every tensor that has one a level."""
        if len(group) == self.levels:
            group = tuple(range(self.levels))  # nothing to cut out, but the counts to check
        rows = {**entry, "model_conds": {}, "uuid": uuid.uuid4()}
        for name, value in entry["model_conds"].items():
            cond = getattr(value, "cond", None)
            if isinstance(cond, Tensor) and cond.ndim:
                value = value._copy_with(self._cut(cond, group, name))
            elif isinstance(cond, list) and all(isinstance(part, Tensor) for part in cond):
                value = value._copy_with([self._cut(part, group, name) for part in cond])
            rows["model_conds"][name] = value
        mask = entry.get("mask")
        if mask is not None:
            rows["mask"] = self._cut(mask, group, "mask")
        return self._with_control(rows, entry.get("control"), group)

    def _with_control(self, entry: Entry, control: Any, group: tuple[int, ...]) -> Entry:
        return entry if control is None else {**entry, "control": self._controls.of(control, group)}

    def _cut(self, tensor: Tensor, group: tuple[int, ...], name: str) -> Tensor:
        if len(tensor) == 1 or len(group) == len(tensor) == self.levels:
            return tensor
        _check_count(tensor, self.levels, name)
        return rows_of(tensor, group)


def check_rows(conds: dict[str, list[Entry]], levels: int) -> None:
    """Raise ``ValueError`` for pictures beside the latent that are neither one nor one a level.

    The host stretches them over the levels before anyone sees how many they were.
    """
    for entry in (entry for entries in conds.values() for entry in entries):
        for name in _BESIDE:
            if isinstance(entry.get(name), Tensor) and len(entry[name]) != 1:
                _check_count(entry[name], levels, name)


def _check_count(tensor: Tensor, levels: int, name: str) -> None:
    if len(tensor) != levels:
        raise ValueError(
            f"A conditioning holds {len(tensor)} rows of {name} for {levels} levels; give one for "
            "all levels, or one a level (PromptLadder does)."
        )


def level_by_level(
    router: Router,
    most: int,
    call: Any,
    asked: Sequence[tuple[Rows, Conds]],
    x: Tensor,
    timestep: Tensor,
    sigma: Callable[[], float],
) -> list[Any]:
    """``call(conds, x, timestep, rows) -> [prediction per kind]``, level group by level group.

    ``asked`` are some rows each, and their conditioning, together those of ``x``; ``sigma`` is
    ``Router.groups``'. The last argument of ``call`` are the rows that it shows.
    """
    groups = [group for rows, conds in asked for group in router.groups(conds, most, rows, sigma)]
    if len(groups) == 1:
        return call(groups[0].conds, x, timestep, groups[0].levels)
    everyone = sorted(row for rows, _ in asked for row in rows)
    told = (
        call(group.conds, *shown(group, everyone, x, timestep), group.levels) for group in groups
    )
    return joined(groups, told, everyone)


def shown(group: Group, rows: Sequence[int], *of_rows: Tensor) -> list[Tensor]:
    """A group's part of tensors that have one row for each of ``rows``, which rise."""
    at = tuple(map(rows.index, group.levels))
    return [rows_of(tensor, at) for tensor in of_rows]


def joined(
    groups: Sequence[Group], told: Iterable[Sequence[Tensor]], rows: Sequence[int]
) -> list[Any]:
    """What was told of each group, one tensor a kind, for all ``rows`` in their order."""
    found: list[dict[int, Tensor]] = []
    for group, parts in zip(groups, told, strict=True):
        found = found or [{} for _ in parts]
        for of_kind, part in zip(found, parts, strict=True):
            of_kind |= {level: part[row : row + 1] for row, level in enumerate(group.levels)}
    return [torch.cat([of_kind[row] for row in rows]) for of_kind in found]
