"""Named tuples of tensors and numbers on disk, found again by what they were made of."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from torch import Tensor

from .fingerprint import fingerprint
from .tensors import write_tensors

Held = TypeVar("Held")

FORMAT = "zoomstack_shelf"
DIGITS = 32  # of a fingerprint, in the name of a file


class Shelf:
    """A folder in which things are kept that take long to make.

    Each is a file of its own, there whole or not at all. What cannot be read is as good as not
    there, and a disk that takes no more costs the time to make it again: ``say(line)`` is told.
    """

    def __init__(
        self, folder: str | os.PathLike[str], say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.folder = Path(folder)
        self._say = say

    def get(self, what: Callable[..., Held], *of: Any) -> Held | None:
        """The ``what`` that was made of ``of`` (see ``fingerprint``); None where there is none."""
        from safetensors import SafetensorError, safe_open

        path = self._path(what.__name__, of)
        try:
            with safe_open(path, "pt") as file:
                plain = json.loads((file.metadata() or {})[FORMAT])
                # Copies: what is mapped from a file would go when that is cut short.
                tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            value = what(
                **{name: _tuples(held) for name, held in plain["fields"].items()}, **tensors
            )
            if plain["bits"] != fingerprint(value):
                raise ValueError("its bits have changed")
            return value
        except FileNotFoundError:
            return None
        except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
            self._say(f"{path.name} cannot be read ({error}); it is made anew")
            return None

    def put(self, value: NamedTuple, *of: Any) -> None:
        """Keep ``value``, whose fields are tensors and what JSON can hold."""
        fields = value._asdict()
        tensors = {k: v.detach().cpu().contiguous() for k, v in fields.items() if _is_tensor(v)}
        plain = {
            "fields": {name: held for name, held in fields.items() if name not in tensors},
            "bits": fingerprint(value),
        }
        path = self._path(type(value).__name__, of)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_tensors(path, tensors, {FORMAT: json.dumps(plain)})
        except OSError as error:
            self._say(f"{path.name} cannot be kept ({error}); the next start makes it again")

    def _path(self, what: str, of: tuple[Any, ...]) -> Path:
        return self.folder / f"{fingerprint(what, of)[:DIGITS]}.safetensors"


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _tuples(value: Any) -> Any:
    """As it was before it was JSON, which knows lists alone."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
