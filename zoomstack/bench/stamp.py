"""A digest of the code and the weights that records depend on: none outlives a change of them."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
CORE = (
    "joint/anchor joint/blend joint/denoiser joint/through_pixels joint/render scene/geometry "
    "spaces/space spaces/plain spaces/fitted/fit spaces/fitted/space spaces/twin/fit "
    "spaces/twin/codec spaces/twin/krylov spaces/twin/space spaces/fitting/leaves "
    "spaces/fitting/regression linear/precision linear/matrix linear/pyramid"
).split()
MEASURE = "colour detail seam".split()
BENCH = (
    "zooms/coupling model/demo model/flow zooms/job model/ladders zooms/operators zooms/outcome "
    "zooms/places zooms/sampling"
).split()
# What the neighbouring methods are made of besides.
NEIGHBOURS = (
    "paint/edit/repaint paint/inward linear/lens paint/masked paint/canvas paint/outward "
    "bench/zooms/methods bench/zooms/neighbours"
).split()


def stamp(weights: Iterable[Path], more: Iterable[str] = ()) -> str:
    """Of this package's code, comments and docstrings aside, and of the files ``weights``.

    ``more`` are further modules, by their paths in ``zoomstack/``.
    """
    digest = hashlib.sha256()
    modules = [HERE.parent / f"{name}.py" for name in CORE]
    modules += [HERE.parent / "measure" / f"{name}.py" for name in MEASURE]
    modules += [HERE / f"{name}.py" for name in BENCH]
    modules += [HERE.parent / f"{name}.py" for name in more]
    for path in modules:
        digest.update(_code(path.read_text("utf-8")).encode())
    for path in sorted(weights):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            if isinstance(body[0].value, ast.Constant):
                body[0].value.value = ""
    return ast.dump(tree)
