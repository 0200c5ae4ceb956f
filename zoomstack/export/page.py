"""A stack as one HTML page that needs nothing else: the node's own viewer, pictures inside.

``web/viewer/bundle.mjs`` builds the same page in the browser, but for how it spells numbers.
"""

from __future__ import annotations

import base64
import html
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..scene.stack import ZoomStack
from .levels import SHEET_QUALITY
from .manifest import describe, describe_branch
from .pictures import TYPES, encoded, image, small_kind, thumbnail, thumbnail_sheet
from .tree import Branch

VIEWER = Path(__file__).resolve().parents[2] / "web" / "viewer"
START = "viewer/page.mjs"
TEMPLATE = "viewer/page.html"
QUALITY = 92
# What a module imports, and what it wants the address of.
_NEEDED = re.compile(r'(from |import\.meta\.resolve\()"(\.\.?/[\w./-]+)"')
_PART = re.compile(r"%(title|manifest|modules)%")


def page(
    stack: ZoomStack,
    metres: float = 0.0,
    quality: int = QUALITY,
    viewer: Path = VIEWER,
    branches: Sequence[Branch] = (),
) -> Iterator[str]:
    """The page's text, part by part, one for each level among them: join or write them in order.

    ``quality``, 1 to 100: 100 keeps every pixel. ``viewer`` is the checkout's web/viewer, whose
    neighbours are read too. ``branches``: those of a tree whose trunk is ``stack``. Raises
    ``ValueError`` for another quality, and where the viewer is not there.
    """
    kind = small_kind(quality)
    parts = {"modules": _script({"imports": modules(viewer)}), "title": _text(_title(stack))}
    manifest = _manifest(stack, metres, kind, quality, branches)
    return _written(manifest, parts, _read(viewer, TEMPLATE))


def modules(viewer: Path = VIEWER) -> dict[str, str]:
    """An import map of the viewer's modules and styles as data URIs, under names of their own.

    A data URI has no folder that ``"./viewer.css"`` or ``"../zoom/camera.mjs"`` could mean.
    """
    found: dict[str, str] = {}
    names = [START]
    for name in names:
        source, needed = _renamed(name, _read(viewer, name))
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        found[f"zoomstack/{name}"] = _uri(source.encode(), kind)
        names += dict.fromkeys(one for one in needed if one not in names)
    return found


def _renamed(name: str, source: str) -> tuple[str, list[str]]:
    """A module that asks for others by name, not by where they lie; and their names."""
    needed: list[str] = []

    def place(match: re.Match[str]) -> str:
        needed.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2])))
        return f'{match[1]}"zoomstack/{needed[-1]}"'

    return _NEEDED.sub(place, source), needed


def _written(manifest: Iterator[str], parts: dict[str, str], template: str) -> Iterator[str]:
    for number, piece in enumerate(_PART.split(template)):
        if number % 2 == 0:
            yield piece
        elif piece == "manifest":
            yield from manifest
        else:
            yield parts[piece]


def _manifest(
    stack: ZoomStack, metres: float, kind: str, quality: int, branches: Sequence[Branch]
) -> Iterator[str]:
    """The manifest as a script's text, whose files, the bulk of the page, come one at a time."""

    def filled(told: dict[str, Any], one: ZoomStack, own: Iterable[int]) -> Iterator[str]:
        told.pop("files")
        yield _script(told)[:-1] + ',"files":['
        for number, level in enumerate(own):
            picture = encoded(image(one.levels[level]), kind, quality)
            yield ("," if number else "") + _script(_uri(picture, TYPES[kind]))
        yield "]"

    trunk = describe(stack, (), _thumbnails(stack), metres)
    yield from filled(trunk, stack, range(len(stack.levels)))
    for number, branch in enumerate(branches):
        yield "," if number else ',"branches":['
        told = describe_branch(branch, (), _thumbnails(branch.stack))
        yield from filled(told, branch.stack, branch.own)
        yield "}"
    yield "]}" if branches else "}"


def _thumbnails(stack: ZoomStack) -> dict[str, Any]:
    sheet, about = thumbnail_sheet([thumbnail(image(level)) for level in stack.levels])
    return {"file": _uri(encoded(sheet, "jpg", SHEET_QUALITY), TYPES["jpg"]), **about}


def _title(stack: ZoomStack) -> str:
    if stack.prompts:
        return f"{stack.prompts[0]} to {stack.prompts[-1]}"
    return f"A zoom through {len(stack.levels)} levels"


def _text(text: str) -> str:
    # A lone surrogate, which a prompt from a JSON API may hold, cannot be written to a file.
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"), quote=False)


def _script(value: Any) -> str:
    """JSON for a script element: nothing in it can end the element, or begin another."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _read(viewer: Path, name: str) -> str:
    """One of web/'s files, whose ``name`` begins with its folder there."""
    path = viewer / posixpath.relpath(name, posixpath.dirname(START))
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise ValueError(
            f"The viewer's file {path.name} is not in {path.resolve().parent}; a page is built "
            "from the checkout's web/viewer folder: pass its path as viewer."
        ) from None
