"""The fonts of this machine, and which letters they have.

ComfyUI's page is set in Inter, whose file lies in its front-end package and has the Latin letters
of western Europe. Pillow's own font has little more than ASCII.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

OWN = ""  # the name of Pillow's own font
ENDINGS = (".ttf", ".otf", ".ttc", ".woff2")
# How names of fonts begin that are plain, upright and have many letters, the best first.
LIKED = (
    "notosans-semibold", "notosans-bold", "notosans[", "dejavusanscondensed-bold.",
    "liberationsans-bold.", "segoeuib.", "arialbd.", "arial bold.", "helvetica", "roboto-bold.",
    "notosanscjk-bold", "notosanscjk-regular", "pingfang", "hiragino", "msyhbd.", "msyh.",
    "yugothb", "malgunbd.", "applegothic", "wqy-", "droidsansfallback", "notosans", "dejavusans.",
    "arial unicode",
)  # fmt: skip
MOST = 600  # fonts that are looked into for a letter
WEIGHT = 600  # of a variable font: half bold reads well over pictures
MISSING = "\uffff"  # no character: every font shows for it what it shows for what it lacks
PROBE = 24
# FreeType's faces are not for several threads at once, and frames are made by several.
LOCK = threading.Lock()


@lru_cache(maxsize=64)
def face(name: str, size: int) -> FreeTypeFont:
    """The font in the file ``name``, ``size`` pixels high. ``OSError`` where it is no font."""
    from PIL import ImageFont

    if name == OWN:
        found = ImageFont.load_default(size)
        assert isinstance(found, ImageFont.FreeTypeFont), "Pillow is built without FreeType."
        return found
    found = ImageFont.truetype(name, size)
    try:
        axes = found.get_variation_axes()
    except OSError:  # it has one weight
        return found
    values = [WEIGHT if axis.get("name") == b"Weight" else axis["default"] for axis in axes]
    found.set_variation_by_axes([float(value or 0) for value in values])
    return found


@lru_cache(maxsize=8192)
def has(name: str, letter: str) -> bool:
    """Whether the font has the letter."""
    try:
        with LOCK:
            font = face(name, PROBE)
            shown, missing = (_shown(font, text) for text in (letter, MISSING))
    except OSError:
        return False
    return shown != missing or letter.isspace()


def _shown(font: FreeTypeFont, letter: str) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (2 * PROBE, 2 * PROBE))
    ImageDraw.Draw(picture).text((PROBE // 2, PROBE // 4), letter, 255, font)
    return picture.tobytes()


@lru_cache(maxsize=1)
def brought() -> tuple[str, ...]:
    """Inter, where a ComfyUI's front end is installed."""
    package = find_spec("comfyui_frontend_package")
    folders = package.submodule_search_locations if package else None
    found = (Path(each, "static/fonts/inter-latin-normal.woff2") for each in folders or ())
    return tuple(str(path) for path in found if path.is_file())


@lru_cache(maxsize=1)
def installed() -> tuple[str, ...]:
    """The fonts of this machine, the liked ones first."""
    files = {path for folder in _folders() for path in _under(folder)}

    def rank(path: Path) -> tuple[int, bool, str]:
        name = path.name.lower()
        liked = next((i for i, start in enumerate(LIKED) if name.startswith(start)), len(LIKED))
        return liked, "regular" not in name, str(path)

    return tuple(map(str, sorted(files, key=rank)[:MOST]))


def _under(folder: Path) -> Iterator[Path]:
    for here, _, names in os.walk(folder):
        yield from (Path(here, name) for name in names if name.lower().endswith(ENDINGS))


def _folders() -> tuple[Path, ...]:
    """Where systems keep fonts."""
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        return (
            Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts"),
            local / "Microsoft/Windows/Fonts",
        )
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    shared = Path("/usr/share/fonts"), Path("/usr/local/share/fonts")
    return (*shared, home / ".local/share/fonts", home / ".fonts")
