"""Model patches that show pictures (LLLite, DiffSynth's and Fun ControlNets, SUPIR, USO).

The host hands such a patch all of its pictures at once, and it shows them to the rows of a call
from the first one on, whichever levels these are; some take but one. So a level that has a picture
of its own is predicted alone, by a copy of the patch that was given this picture and no other:
whatever it makes of it and keeps is the level's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MethodType
from typing import Any

from torch import Tensor

from .install import LEVELS
from .site import LevelsRun, WindowsRun

# In a run's options: its patches, level by level.
_HINTS = f"{LEVELS}_hints"
# The host's, by class; what others' patches hold may be for all levels.
_TITLES = {
    "AnimaLLLitePatch": "Anima LLLite",
    "DiffSynthCnetPatch": "Qwen-Image DiffSynth ControlNet",
    "SUPIRPatch": "SUPIR",
    "UsoStyleProjectorPatch": "USO Style Reference",
    "ZImageControlPatch": "Z-Image Fun ControlNet",
}
# What they were given, and the axis along which pictures lie.
_GIVEN = {"image": 0, "inpaint_image": 0, "mask": 0, "hint_latent": 0}
_STYLE = {"encoded_image": 1}
# What they made of it: made again where it is not one row a picture, as a film's VAE makes it.
_MADE = ("encoded_image", "temp_data", "cached_features")
_ONE_ROW = "UsoStyleProjectorPatch"  # puts its one style before the text of one row

Options = Mapping[str, Any]


def set_hints(options: dict[str, Any], run: LevelsRun) -> None:
    """Have a run predict its levels alone where a patch shows each its own picture, or but one.

    Raises ``ValueError`` for a number of pictures that is neither 1 nor the levels'.
    """
    hints = LevelHints(run.rows.of)
    if hints.needed(options):
        options[_HINTS], run.most = hints, 1


def with_hints(options: dict[str, Any], level: int) -> dict[str, Any]:
    """A run's options for a call that begins with this level."""
    hints: LevelHints | None = options.get(_HINTS)
    return hints.told(options, level) if hints else options


def set_windows(options: Options, run: WindowsRun) -> None:
    """Have a run take its windows one by one where a patch takes but one row.

    Raises ``ValueError`` for patches that would show each window their whole picture.
    """
    for patch in showing(options):
        if type(patch).__name__ == _ONE_ROW:
            run.most = 1
            continue
        raise ValueError(
            f"{_title(patch)} shows its whole picture to whatever is denoised, but this picture is "
            f"denoised in {len(run.windows.all)} windows; remove that node, or set tile_size to 0."
        )


class LevelHints:
    """The patches of a run for each of its levels; made when a level's first call comes."""

    def __init__(self, levels: int) -> None:
        self._levels = levels
        self._made: dict[tuple[int, int], tuple[Any, Any]] = {}

    def needed(self, options: Options) -> bool:
        """Whether a level must be alone in its calls.

        Raises ``ValueError`` for a number of pictures that is neither 1 nor the levels'.
        """
        alone = False
        for patch in showing(options):
            for name, axis in _given(patch).items():
                count = getattr(patch, name).shape[axis]
                if count not in (1, self._levels):
                    raise ValueError(
                        f"{_title(patch)} has {count} pictures for {self._levels} levels; give one "
                        "for all levels, or one a level."
                    )
                alone |= count > 1
            alone |= type(patch).__name__ == _ONE_ROW
        return alone and self._levels > 1

    def told(self, options: Options, level: int) -> dict[str, Any]:
        """A run's options for a call of this level; those that come in stay as they are."""
        transformer = options.get("transformer_options", {})
        patches = {
            kind: [self._of(patch, level) for patch in of_kind]
            for kind, of_kind in transformer.get("patches", {}).items()
        }
        return {**options, "transformer_options": {**transformer, "patches": patches}}

    def _of(self, patch: Any, level: int) -> Any:
        """A patch that shows the level's pictures; itself where it has none of its own."""
        if isinstance(patch, tuple):
            return tuple(self._of(part, level) for part in patch)
        if isinstance(patch, MethodType):
            return MethodType(patch.__func__, self._of(patch.__self__, level))
        key = (id(patch), level)
        if key not in self._made:
            # Kept with its copy: a freed one's id could come again.
            self._made[key] = patch, self._cut(patch, level)
        return self._made[key][1]

    def _cut(self, patch: Any, level: int) -> Any:
        if hasattr(patch, "patch"):  # one that speaks for another, elsewhere in the network
            other = self._of(patch.patch, level)
            return patch if other is patch.patch else _with(patch, patch=other)
        given = {
            name: getattr(patch, name).narrow(axis, level, 1)
            for name, axis in _given(patch).items()
            if getattr(patch, name).shape[axis] > 1
        }
        if not given:
            return patch
        made = {
            name: self._own(getattr(patch, name), level) for name in _MADE if hasattr(patch, name)
        }
        return _with(patch, **{**made, **given})

    def _own(self, made: Any, level: int) -> Tensor | None:
        """The level's row of what was made of pictures; None where it is to be made again."""
        whole = isinstance(made, Tensor) and len(made) == self._levels
        return made[level : level + 1] if whole else None


def showing(options: Options) -> list[Any]:
    """The patches among a run's options that show pictures, each once."""
    found: dict[int, Any] = {}
    patches = options.get("transformer_options", {}).get("patches", {})
    for patch in (patch for of_kind in patches.values() for patch in of_kind):
        for part in patch if isinstance(patch, tuple) else (patch,):
            owner = getattr(part, "__self__", part)
            if _given(owner):
                found[id(owner)] = owner
    return list(found.values())


def _given(patch: Any) -> dict[str, int]:
    """The pictures of a patch: their names, and the axis along which they lie."""
    kind = type(patch).__name__
    if kind not in _TITLES:
        return {}
    names = _STYLE if kind == _ONE_ROW else _GIVEN
    return {
        name: axis for name, axis in names.items() if isinstance(getattr(patch, name, None), Tensor)
    }


def _title(patch: Any) -> str:
    """The name of its node."""
    return _TITLES[type(patch).__name__]


def _with(patch: Any, /, **changed: Any) -> Any:
    made = copy.copy(patch)
    for name, value in changed.items():
        setattr(made, name, value)
    return made
