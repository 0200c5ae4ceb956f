"""Titles and sizes that every entry of a list has, so that they are no part of its prompt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ..brackets import Rung, in_front
from ..letters import Line, folded
from ..scales import Scale, scale_of
from ..tidy import tidied, words
from .edges import Item, paragraphs_of
from .fields import bare, field_in, is_prompt
from .heads import front_of, head_parts
from .marks import BULLET, LABEL

_BEHIND = re.compile(
    r"(.*[^ ]) *(?:[(\[（]([^()\[\]（）=]{1,60})[)\]）]|(?: [-–—]|,) ([^-–—,]{1,40}))\.?"
)
_TITLE = re.compile(r"([^:：\[\]{}]{1,60})(?:: +|： *)(.+)")
_DASHED = re.compile(r"([^–—:\[\]{}]{1,40}?) (?:-{1,2}|[–—]) +(.+)")
_NEAR = re.compile("(?:deepest|closest|nearest|smallest|innermost|narrowest)(?![a-z])")
_FAR = re.compile("(?:widest|farthest|furthest|largest|outermost)(?![a-z])")
_ARTICLE = re.compile("(?:a|an|one|two|un|une|ein|eine|una|um|uma|uno)(?: |$)")


class Draft(NamedTuple):
    """A level as its entry describes it."""

    rung: Rung
    heads: list[str]
    scales: list[Scale]
    line: int
    dropped: list[Line]


def bared(drafts: list[Draft]) -> list[Draft]:
    """The levels without titles before their prompts, and without sizes behind them."""
    drafts = _headed(drafts, _TITLE, _is_title)
    return _scaled(_headed(drafts, _DASHED, _is_dashed))


def deepest_first(drafts: list[Draft]) -> bool:
    """Whether heads say that the deepest level comes first: "Level 5 (deepest)"; no size does."""
    if any(draft.scales or draft.rung.zoom or draft.rung.focus for draft in drafts):
        return False
    first, last = (folded(" ".join(drafts[at].heads)) for at in (0, -1))
    return bool(_NEAR.match(first) and _FAR.match(last))


def are_titles(kind: str, items: list[Item]) -> bool:
    """Whether the words beside marks are titles, and prompts stand below."""
    first = []
    for item in items:
        paragraphs = paragraphs_of(item.body)
        if not item.front.rest or not paragraphs or in_front(item.front.rest):
            return False
        if field_in(item.front.rest):
            return False
        first.append((item, paragraphs[0][0]))
    label = kind == LABEL or all(item.front.depth for item in items)
    for item, below in first:
        inner = front_of(below.text)
        field = field_in(bare(below.text))
        if field and is_prompt(field[0]):
            continue
        if words(item.front.rest) > (9 if label else 5) or item.front.rest.endswith(","):
            return False
        if not label and not inner.marks and below.text[:1].lower() == below.text[:1]:
            return False
        if any(mark.kind == BULLET for mark in inner.marks) and not label:
            return False
    return bool(first)


def _headed(
    drafts: list[Draft], pattern: re.Pattern[str], accept: Callable[[re.Match[str]], bool]
) -> list[Draft]:
    """Takes titles off prompts, where every one of them begins with one."""
    matches = [pattern.fullmatch(draft.rung.prompt) for draft in drafts]
    if len(drafts) < 2 or not all(match and accept(match) for match in matches):
        return drafts
    done = []
    for draft, match in zip(drafts, matches, strict=True):
        heads, scales = head_parts(match[1]) if match else ([], [])
        rung = draft.rung._replace(prompt=tidied(match[2]) if match else "")
        done.append(
            draft._replace(rung=rung, heads=draft.heads + heads, scales=draft.scales + scales)
        )
    return done


def _is_title(match: re.Match[str]) -> bool:
    head = folded(match[1])
    sized = bool(head_parts(head)[1])
    few = words(head) <= 6 and head not in ("embedding", "lora")
    return few and (sized or not _ARTICLE.match(head))


def _is_dashed(match: re.Match[str]) -> bool:
    head = match[1]
    capital = head[:1].lower() != head[:1] or scale_of(head) is not None
    few = words(head) <= 4 and words(match[2]) >= 3
    return capital and few and not _ARTICLE.match(folded(head))


def _scaled(drafts: list[Draft]) -> list[Draft]:
    """Takes scales off the ends of prompts, where all but the first have one."""
    matches = [_BEHIND.fullmatch(draft.rung.prompt) for draft in drafts]
    found = [scale_of(match[2] or match[3]) if match else None for match in matches]
    if len(drafts) < 2 or not all(found[1:]):
        return drafts
    return [
        draft._replace(
            rung=draft.rung._replace(prompt=tidied(match[1])), scales=[*draft.scales, scale]
        )
        if match and scale
        else draft
        for draft, match, scale in zip(drafts, matches, found, strict=True)
    ]
