"""``bench operators``: how much fitted operators know, by what they are fitted on."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor
from tqdm import tqdm

from ...scene.geometry import Geometry
from ...spaces.fitting.fidelity import fidelity
from ...spaces.plain import as_space
from ..model.settings import RATIO
from ..zooms.operators import KINDS, UNSEEN, Operators, pictures

ZOOMS = (2.0, 4.0, 2.6)
COUNTS = (2, 4, 8, 16)
HELD, SIDE = 15, 256  # pictures of the world that no fit has seen, and their side
REAL_FOCUS = (0.45, 0.53)  # of a zoom that is no whole number


def report(operators: Operators) -> str:
    """A Markdown table of the variance that (shrinking, enlarging) explain on unseen pictures."""
    held = pictures("world", HELD, SIDE, UNSEEN)
    lines = ["| operators | fitted on | pictures | zoom | shrinking, % | enlarging, % |"]
    lines += ["| --- | --- | ---: | ---: | ---: | ---: |"]
    for name, kind, count, zoom in tqdm(list(_cases()), unit="fit"):
        shrinking, enlarging = _explained(operators, name, kind, count, zoom, held)
        numbers = f"{zoom:g} | {100 * shrinking:.1f} | {100 * enlarging:.1f}"
        lines.append(f"| {name} | {kind} | {count or ''} | {numbers} |")
    return "\n".join(lines) + "\n"


def _cases() -> Iterator[tuple[str, str, int, float]]:
    for zoom in ZOOMS:
        yield "latent", "", 0, zoom
        for name in ("fitted", "twin"):
            if name == "fitted" and zoom != int(zoom):
                continue
            for kind in KINDS:
                yield from ((name, kind, count, zoom) for count in COUNTS)


def _explained(
    operators: Operators, name: str, kind: str, count: int, zoom: float, held: Tensor
) -> tuple[float, float]:
    focus = () if zoom == int(zoom) else (REAL_FOCUS,)
    geometry = Geometry(SIDE // RATIO, SIDE // RATIO, (zoom,), focus)
    space = as_space(geometry) if name == "latent" else operators.space(name, geometry, kind, count)
    return fidelity(space, operators.encode, RATIO, held)
