"""``bench operators``: how much fitted operators know, by what they are fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from torch import Tensor
from tqdm import tqdm

from ...scene.geometry import Geometry
from ...spaces.choose import SPACES, Kind
from ...spaces.fitting.fidelity import fidelity
from ...spaces.plain import as_space
from ..model.settings import RATIO
from ..zooms.operators import SHOWN, UNSEEN, Operators, pictures

ZOOMS = (2.0, 4.0, 2.6)
NUMBERS = (2, 4, 8, 16)  # of pictures to fit on
HELD, SIDE = 15, 256  # pictures of the world that no fit has seen, and their side
REAL_FOCUS = (0.45, 0.53)  # of a zoom that is no whole number


class Case(NamedTuple):
    """A space, None for plain latents, what it is fitted on, and the zoom that is measured."""

    kind: Kind | None
    shown: str
    number: int
    geometry: Geometry


def report(operators: Operators) -> str:
    """A Markdown table of the variance that (shrinking, enlarging) explain on unseen pictures."""
    held = pictures("world", HELD, SIDE, UNSEEN)
    lines = ["| operators | fitted on | pictures | zoom | shrinking, % | enlarging, % |"]
    lines += ["| --- | --- | ---: | ---: | ---: | ---: |"]
    for case in tqdm(list(cases()), unit="fit"):
        shrinking, enlarging = _explained(operators, case, held)
        what = f"{case.kind or 'latent'} | {case.shown} | {case.number or ''}"
        numbers = f"{case.geometry.zooms[0]:g} | {100 * shrinking:.1f} | {100 * enlarging:.1f}"
        lines.append(f"| {what} | {numbers} |")
    return "\n".join(lines) + "\n"


def cases() -> Iterator[Case]:
    """Plain latents and every space that a zoom allows, by all that it can be fitted on."""
    for zoom in ZOOMS:
        focus = () if zoom == int(zoom) else (REAL_FOCUS,)
        geometry = Geometry(SIDE // RATIO, SIDE // RATIO, (zoom,), focus)
        yield Case(None, "", 0, geometry)
        for kind, recipe in SPACES.items():
            if recipe.refused(geometry) is None:
                for shown, number in product(SHOWN, NUMBERS):
                    yield Case(kind, shown, number, geometry)


def _explained(operators: Operators, case: Case, held: Tensor) -> tuple[float, float]:
    kind, shown, number, geometry = case
    space = operators.space(kind, geometry, shown, number) if kind else as_space(geometry)
    return fidelity(space, operators.encode, RATIO, held)
