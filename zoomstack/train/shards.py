"""Arrays too large for one file, in shards that are whole or not there at all.

A folder holds ``NAME-0000.npy``, ``NAME-0001.npy``, ... of equal shape but for the last; each is
written under another name first, so a killed run leaves at most one half shard, which nothing
reads and the next run makes again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..files.whole import replacing


def shard_path(folder: Path, name: str, index: int) -> Path:
    """Where shard ``index`` of ``name`` lies."""
    return folder / f"{name}-{index:04d}.npy"


def write_shard(path: Path, values: np.ndarray) -> None:
    """Put ``values`` at ``path``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as half:
        np.save(half, values)


class Shards:
    """All shards of one name as one long array, read from disk as it is needed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._maps = [np.load(path, mmap_mode="r") for path in paths]
        self._ends = np.cumsum([len(values) for values in self._maps])

    def __len__(self) -> int:
        return int(self._ends[-1]) if self._maps else 0

    def __getitem__(self, index: int) -> np.ndarray:
        if not 0 <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        shard = int(np.searchsorted(self._ends, index, side="right"))
        return self._maps[shard][index - int(self._ends[shard])]

    def take(self, indices: Iterable[int]) -> np.ndarray:
        """These rows, copied into one array."""
        return np.stack([self[int(index)] for index in indices])


def open_shards(folder: Path, name: str) -> Shards:
    """The finished shards of ``name``; ``FileNotFoundError`` where there are none."""
    paths = sorted(folder.glob(f"{name}-[0-9][0-9][0-9][0-9].npy"))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no {name}-0000.npy")
    return Shards(paths)
