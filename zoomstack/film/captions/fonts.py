"""Fonts for any script: a file of the user's, then what every ComfyUI brings, then the system's.

A text takes the first font that has all its letters; only where none has, it takes several.
"""

from __future__ import annotations

from pathlib import Path

from .at_hand import ENDINGS, OWN, PROBE, brought, face, has, installed


class Fonts:
    """The fonts to choose from, the best first: ``file``, where one is given, then this machine's.

    ``file`` is a font's file, or the name of an installed one ("DejaVuSerif-Bold"). Raises
    ``ValueError`` where it is neither.
    """

    def __init__(self, file: str = "") -> None:
        given = (_given(file),) if file else ()
        self.names = (*given, *brought(), *installed(), OWN)

    def whole(self, text: str) -> str | None:
        """The first font that has all letters of ``text``, if there is one."""
        letters = set(text)
        return next((name for name in self.names if all(has(name, x) for x in letters)), None)

    def runs(self, text: str) -> list[tuple[str, str]]:
        """``text`` in pieces, each with the font that has its letters: one font where one can.

        Raises ``ValueError`` that names the letters that no font has.
        """
        one = self.whole(text)
        if one is not None:
            return [(text, one)]
        homes = {letter: self._home(letter) for letter in set(text)}
        if lost := sorted(letter for letter, home in homes.items() if home is None):
            raise ValueError(missing(text, lost))
        pieces: list[tuple[str, str]] = []
        for letter in text:
            home = homes[letter] or OWN
            if pieces and (pieces[-1][1] == home or has(pieces[-1][1], letter)):
                pieces[-1] = (pieces[-1][0] + letter, pieces[-1][1])
            else:
                pieces.append((letter, home))
        return pieces

    def _home(self, letter: str) -> str | None:
        return next((name for name in self.names if has(name, letter)), None)


def missing(text: str, letters: list[str]) -> str:
    """What to say of letters that no font has."""
    named = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:6])
    more = f" and {len(letters) - 6} more" if len(letters) > 6 else ""
    return (
        f"No font at hand has {named}{more} of the caption {text[:60]!r}. Name a font file that "
        "has these letters (caption_font), install one for all users, such as Noto Sans or Noto "
        "Sans CJK, or write the caption in other letters (caption_lines)."
    )


def _given(file: str) -> str:
    """The font that a user names."""
    bare = file.lower().replace(" ", "")
    named = next((name for name in installed() if Path(name).stem.lower() == bare), None)
    path = named or str(Path(file).expanduser())
    try:
        face(path, PROBE)
    except OSError as error:
        raise ValueError(
            f"{file!r} is no font: neither the name of an installed one, such as "
            f"DejaVuSerif-Bold, nor a file that can be read ({', '.join(ENDINGS)}). Leave it empty "
            "for the fonts of this machine."
        ) from error
    return path
