"""Levels in JSON: arrays of texts or objects, under any name and however deep."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ...settings import Settings
from ..brackets import Rung, options
from ..letters import folded, strip
from ..scales import POWER, TIMES, Scale, scale_of
from ..tidy import tidied
from .loose import Pairs, Word

LISTS = (
    "levels ladder prompts rungs rows views steps stages scenes items frames zoomlevels zoom zooms "
    "data results output answer layers scales captions descriptions"
).split()
PROMPTS = (
    "prompt imageprompt visualprompt positiveprompt positive text description visualdescription "
    "caption visual content view scene image whatyousee yousee shows beschreibung bildbeschreibung "
    "descripción descrição descrizione описание Описание промпт Промпт 提示词 提示詞 画面描述 描述 "
    "プロンプト 説明 프롬프트 설명 subject title name label"
).split()
FACTORS = "p factor zoomfactor".split()
TOTALS = (
    "magnification total totalmagnification totalzoom cumulativemagnification cumulativezoom scale "
    "power size width viewwidth fieldofview fov widthm maßstab vergrößerung échelle escala scala "
    "масштаб Масштаб 倍率 尺度 比例 배율"
).split()


class Entry(NamedTuple):
    """A level: its rung as far as it says so itself, and what is said of its size.

    ``zoomed``: as its zoom, which is a factor where the first level has none.
    """

    rung: Rung
    scales: list[Scale]
    zoomed: bool = False


def entries_of(value: Any) -> list[Entry]:
    """The levels that a value holds; none where it holds something else as well."""
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list | Pairs):
            inner = entries_of(value[0])
            if len(inner) > 1:
                return inner
        found = [_entry(item) for item in value]
        return _factors([entry for entry in found if entry]) if all(found) else []
    if not isinstance(value, Pairs):
        return []
    named = [(_plain(key), item) for key, item in value.items]
    for name in LISTS:
        for key, item in named:
            if key == name and isinstance(item, list | Pairs):
                entries = entries_of(item)
                if entries:
                    return _with_factor(entries, named)
    numbered = [item for key, item in named if re.search("[0-9]$", key) and not scale_of(key)]
    if len(numbered) > 1:
        entries = _magnified(entries_of(numbered), named)
        if entries:
            return _with_factor(entries, named)
    one = _entry(value)
    if one:
        return [one]
    if len(named) > 1 and all(isinstance(item, str) for _, item in named):
        sizes = [scale_of(key) for key, _ in value.items]
        return [
            entry._replace(scales=[size]) if size else entry
            for entry, size in zip(entries_of([item for _, item in named]), sizes, strict=False)
        ]
    deeper = [entries_of(item) for _, item in named if isinstance(item, list | Pairs)]
    best = max(deeper, key=len, default=[])
    if len(best) > 1:
        return best
    return entries_of([item for _, item in named]) if len(named) > 1 else best


def is_prompt(key: str) -> bool:
    """Whether a key is that of a prompt."""
    return _plain(key) in PROMPTS


def _factors(entries: list[Entry]) -> list[Entry]:
    sized = [entry for entry in entries if entry.scales]
    if not entries or entries[0].scales or not all(entry.zoomed for entry in sized):
        return entries
    return [_zoomed(entry, entry.scales[0].value) if entry.scales else entry for entry in entries]


def _zoomed(entry: Entry, zoom: float) -> Entry:
    return Entry(entry.rung._replace(zoom=zoom), [])


def _magnified(entries: list[Entry], named: list[tuple[str, Any]]) -> list[Entry]:
    """Keys such as 1, 10, 100 are the magnifications of levels that say none."""
    if not all(re.fullmatch("[0-9]{1,12}", key) for key, _ in named):
        return entries
    totals = [float(key) for key, _ in named]
    rising = all(b >= 2 * a for a, b in zip(totals, totals[1:], strict=False))
    if len(entries) != len(totals) or len(totals) < 3 or totals[0] != 1 or not rising:
        return entries
    if any(entry.scales or entry.rung.zoom for entry in entries):
        return entries
    sizes = zip(entries, totals, strict=True)
    return [entry._replace(scales=[Scale(TIMES, total, 0)]) for entry, total in sizes]


def _with_factor(entries: list[Entry], named: list[tuple[str, Any]]) -> list[Entry]:
    """A factor beside the levels is that of all which give no other."""
    factor = next((_number(item) for key, item in named if key in FACTORS), None)
    if factor is None or factor <= 1 or any(e.scales or e.rung.zoom for e in entries):
        return entries
    return [entries[0], *(_zoomed(entry, factor) for entry in entries[1:])]


def _entry(value: Any) -> Entry | None:
    if isinstance(value, str):
        return Entry(Rung(_line(value)), []) if strip(value) else None
    if isinstance(value, list):
        return _tuple(value)
    if not isinstance(value, Pairs):
        return None
    named = [(_plain(key), item) for key, item in value.items]
    prompt = next(
        (item for name in PROMPTS for key, item in named if key == name and isinstance(item, str)),
        None,
    )
    if prompt is None:
        others = [
            item for key, item in named if isinstance(item, str) and key not in (*TOTALS, *FACTORS)
            and key not in ("level", "index", "id", "focus", "steps")
        ]  # fmt: skip
        if len(others) != 1:
            return None
        prompt = others[0]
    zoom, focus, scales, zoomed = None, None, [], False
    for key, item in named:
        number = _number(item)
        if key in FACTORS and number is not None:
            zoom = number
        elif key == "zoom" or key in TOTALS:
            scales += _scales(key, item)
            zoomed = key == "zoom" and len(scales) == 1
        elif key in ("focus", "center", "centre"):
            focus = _point(item)
    return Entry(Rung(_line(prompt), zoom, focus, _settings(named)), scales, zoomed)


def _settings(named: list[tuple[str, Any]]) -> Settings:
    """The settings that make sense: a "weight" may be something else altogether."""
    words: list[str] = []
    for key, item in named:
        if key not in ("cfg", "seed", "weight", "steps"):
            continue
        parts = item if isinstance(item, list) else [item]
        said = "-".join(_said(part) for part in parts).replace(" ", "")
        try:
            options(0, 0, f"{key}={said}")
        except ValueError:
            continue
        words.append(f"{key}={said}")
    return options(0, 0, " ".join(words))[2]


def _tuple(value: list[Any]) -> Entry | None:
    """[prompt, factor, focus], of which only the first must be there."""
    if not 1 < len(value) < 4 or not isinstance(value[0], str):
        return None
    if any(isinstance(item, str) for item in value[1:]):
        return None
    points = [_point(item) for item in value[1:] if isinstance(item, list)]
    return Entry(Rung(_line(value[0]), _number(value[1]), next(iter(points), None)), [])


def _scales(key: str, item: Any) -> list[Scale]:
    found = scale_of(_said(item))
    if found:
        return [found]
    number = _number(item)
    if number is None or not 0 < number < 1e300:
        return []
    return [
        Scale(TIMES if "zoom" in key or "magnif" in key or "total" in key else POWER, number, 0)
    ]


def _number(item: Any) -> float | None:
    text = re.sub("^ *[x×]|[x×] *$", "", _said(item)).strip(" ")
    if not re.fullmatch(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,2})?", text):
        return None
    return float(text)


def _said(item: Any) -> str:
    """A text, or a number as it is written; nothing of anything else."""
    return item.text if isinstance(item, Word) else item if isinstance(item, str) else ""


def _point(item: Any) -> tuple[float, float] | None:
    parts: list[Any] = []
    if isinstance(item, str):
        parts = [Word(part.strip(" ")) for part in item.split(",")]
    elif isinstance(item, list):
        parts = item
    elif isinstance(item, Pairs):
        known = dict(item.items)
        parts = [known.get("x"), known.get("y")]
    numbers = [_number(part) for part in parts]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]


def _plain(key: str) -> str:
    return re.sub("[^a-z0-9\u0080-\U0010ffff]", "", folded(key))


def _line(text: str) -> str:
    return tidied(re.sub("[ \n\r\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", text))
