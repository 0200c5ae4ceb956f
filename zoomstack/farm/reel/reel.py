"""What the parts of a film have in common: all that its pictures and their encoding hang on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ...export.captions import lines_of
from ...files.fingerprint import fingerprint
from ...files.stack_file import load_stack
from ...film.encode.sound import Sound
from ...film.film import Film
from ...headless.film.options import Described
from ...headless.film.run import film_of, on_device
from ...scene.stack import ZoomStack

# What lies beside the pictures, and is laid in when the film is joined.
BESIDE = ("audio", "subtitles")


@dataclass(frozen=True, eq=False)
class Reel:
    """A film of the file ``stack`` as it is to be encoded: a few values that may travel.

    Whoever has the same files makes the same frames of it. It is opened where it is first asked.
    """

    stack: str
    about: Described
    bits: int = 8
    crf: float | None = None
    device: str = "cpu"

    @classmethod
    def at(cls, stack: Path, about: Described, **how: Any) -> Reel:
        """A reel whose files are found from any working directory.

        Raises ``ValueError`` for a folder of pictures: it would be aligned again for every part.
        """
        if stack.is_dir():
            raise ValueError(
                f"{stack.name} is a folder of pictures, and parts are made of a saved stack: align "
                "it once with Align Zoom and Save Zoom Stack, and give that file."
            )
        files = {
            name: os.path.abspath(path)
            for name in ("audio", "caption_font")
            if os.path.isfile(path := getattr(about, name))
        }
        return cls(os.path.abspath(stack), replace(about, **files), **how)

    def __reduce__(self) -> tuple[Any, ...]:
        # What was opened stays: it would be the stack itself.
        return _arrived, tuple(getattr(self, field.name) for field in fields(self))

    @cached_property
    def sound(self) -> Sound | None:
        return Sound.read(self.about.audio) if self.about.audio else None

    @cached_property
    def film(self) -> Film:
        return film_of(on_device(self._stack, self.device), self.about, self.sound)

    @property
    def lines(self) -> Sequence[str]:
        """The words that stand beside the film, one a level; none where it has no subtitles."""
        return lines_of(self._stack, self.about.caption_lines) if self.about.subtitles else ()

    @cached_property
    def settings(self) -> dict[str, Any]:
        """All that a part must have been made with, by name, as JSON keeps it."""
        values = {name: held for name, held in asdict(self.about).items() if name not in BESIDE}
        values["caption_font"] = os.path.basename(self.about.caption_font)
        stack = self._stack
        values["stack"] = fingerprint(stack.levels, stack.geometry, stack.prompts)[:16]
        heard = self.sound if self.about.duration_from_audio else None
        values["seconds of sound"] = heard.seconds if heard else 0.0
        return {**values, "frames": len(self.film), "bits": self.bits, "crf": self.crf}

    @cached_property
    def _stack(self) -> ZoomStack:
        return load_stack(self.stack)


def _arrived(*values: Any) -> Reel:
    """A reel that was sent here: opened already where parts of it were made before."""
    reel = Reel(*values)
    files = [path for path in (reel.stack, reel.about.audio) if os.path.isfile(path)]
    return _opened(
        values, tuple((os.stat(path).st_mtime_ns, os.stat(path).st_size) for path in files)
    )


@lru_cache(maxsize=1)
def _opened(values: tuple[Any, ...], when: tuple[tuple[int, int], ...]) -> Reel:
    """The reel of ``values``, for as long as its files are those of ``when``."""
    return Reel(*values)
