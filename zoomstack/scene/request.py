"""A request that one can give to a language model: its answer is a ladder.

The paper's ladders were made with the help of a language model (Wang et al. 2023, appendix C). The
words are those of ``web/ladder/request.json``, which the editor's button reads too
(``web/ladder/request.mjs``): what both make of them is the same to the letter.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Context
from pathlib import Path
from typing import Any

from .ladder import MOST_LEVELS

WORDS = Path(__file__).resolve().parents[2] / "web" / "ladder" / "request.json"
# What JavaScript takes for a space, too.
_SPACES = re.compile("[\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")


def ladder_request(
    scene: str,
    levels: int,
    factor: float,
    middle: str = "",
    style: str = "",
    picture: bool = False,
) -> str:
    """The request for a ladder of ``levels`` views, each ``factor`` times nearer.

    ``scene`` is what the zoom goes through, or where it begins and ends (empty: the model chooses),
    ``middle`` what stands in the middle, ``style`` how all views look; ``picture``: the widest view
    is a picture that goes to the model together with the request.

    Raises ``ValueError`` for less than 2 levels or more than a ladder may have, and for a factor
    that is not above 1.
    """
    if not 2 <= levels <= MOST_LEVELS:
        raise ValueError(f"A zoom has 2 to {MOST_LEVELS} levels, not {levels}.")
    if not 1 < factor < math.inf:
        raise ValueError(f"A zoom factor of {factor:g} magnifies nothing; ask for one above 1.")
    words = json.loads(WORDS.read_text("utf-8"))
    said = {
        "scene": _plain(scene) or words["scene"],
        "levels": str(levels),
        "side": _digits(100 / factor, 2),
        "factor": _digits(factor, 4),
        "total": _total(levels, factor),
        "middle": _plain(middle),
        "style": _plain(style),
        "picture": "yes" if picture else "",
    }
    return (
        "\n\n".join("\n".join(_lines(block, said)) for block in _asked(words["blocks"], said))
        + "\n"
    )


def steps_to(magnification: float, factor: float) -> tuple[int, float]:
    """How many levels magnify ``magnification`` times in all, and each how many times.

    By ``factor`` each, or by a little less, so that they come to it exactly. Both above 1.

    Raises ``ValueError`` where that is more levels than a ladder may have.
    """
    if not (1 < magnification < math.inf and 1 < factor < math.inf):
        raise ValueError(
            f"A magnification of {magnification:g} in steps of {factor:g} is no zoom; both are "
            "numbers above 1."
        )
    decades = math.log(magnification)
    steps = max(1, math.ceil(decades / math.log(factor) - 1e-9))
    if steps >= MOST_LEVELS:
        raise ValueError(
            f"A magnification of {magnification:g} in steps of {factor:g} takes {steps + 1} "
            f"levels; a ladder may have up to {MOST_LEVELS}. Take larger steps."
        )
    exact = steps * math.log(factor) - decades < 1e-9
    return steps + 1, factor if exact else math.exp(decades / steps)


def _asked(blocks: list[dict[str, Any]], said: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    return (block for block in blocks if "if" not in block or said[block["if"]])


def _lines(block: dict[str, Any], said: Mapping[str, str]) -> Iterator[str]:
    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda name: said[name[1]], text)

    yield filled(block["text"])
    for number, rule in enumerate(_asked(block.get("rules", []), said), start=1):
        yield f"{number}. {filled(rule['text'])}"
    if "code" in block:
        yield from ("```", *block["code"], "```")


def _plain(text: str) -> str:
    """In one line, without a point at its end."""
    return _SPACES.sub(" ", text).strip(" ").rstrip(". ")


def _digits(value: float, count: int) -> str:
    """So many digits that count, as JavaScript writes them: a half goes up."""
    short = Context(prec=count, rounding=ROUND_HALF_UP).create_decimal(value)
    value = float(short)
    return str(int(value)) if value.is_integer() else repr(value)


def _total(levels: int, factor: float) -> str:
    """The magnification of the last view over the first, in digits a person reads."""
    decade = (levels - 1) * math.log10(factor)
    if decade < 6:
        return str(math.floor(float(_digits(10**decade, 2)) + 0.5))
    return f"10^{math.floor(decade + 0.5)}"
