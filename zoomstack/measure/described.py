"""What a level shows, in somebody's words, against the prompt that it was made for.

A language model that sees pictures describes each level; the share of the prompt's words that it
says tells what the level shows of what was asked for. It counts words, not meanings: a "shore" is
not a "coast". ``ZoomStackReport`` has CLIP's cosine, which knows meanings and is blunt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import commonprefix
from typing import NamedTuple

from ..scene.as_text import as_text
from ..scene.ladder import Ladder
from ..scene.reading.around import unwrapped
from ..scene.reading.letters import lines_of

LEAST = 0.5  # of the prompt's words: less, and the level shows something else
ALIKE = 0.7  # of the longer word that two begin with together, to be one word: island, islands
SHORTEST = 3  # letters of a word that says something, where words have spaces between them

# Of scripts without spaces each letter is a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+")
_EMPTY = frozenset(
    "and are but for from has have her his into its one our out over that the their them there "
    "these this those under upon very was were what where which with your shows picture image "
    "photo photograph view scene seen".split()
)


class Described(NamedTuple):
    """A level's prompt, what somebody said that it shows, and the share of the prompt in that."""

    prompt: str
    said: str
    share: float

    def missed(self, least: float = LEAST) -> bool:
        return self.share < least


def described(prompts: Sequence[str], descriptions: Sequence[str]) -> tuple[Described, ...]:
    """Each level's description against its prompt.

    Raises ``ValueError`` where they are not as many.
    """
    if len(prompts) != len(descriptions):
        raise ValueError(
            f"There are {len(descriptions)} descriptions for {len(prompts)} levels; give one a "
            "level, the widest first."
        )
    lines = [one_line(text) for text in descriptions]
    return tuple(
        Described(prompt, said, share(prompt, said))
        for prompt, said in zip(prompts, lines, strict=True)
    )


def reprompted(ladder: Ladder, found: Sequence[Described], least: float = LEAST) -> str:
    """The ladder as text, with the description in place of each prompt that its level misses.

    ``least`` above 1: of every prompt. An empty description replaces nothing.
    """
    prompts = tuple(one.said if one.said and one.missed(least) else one.prompt for one in found)
    return as_text(ladder._replace(prompts=prompts))


def share(prompt: str, description: str) -> float:
    """The share of the prompt's words that the description says, 0 to 1; 1 of a prompt of none."""
    asked, said = _words(prompt), _words(description)
    if not asked:
        return 1.0
    return sum(any(_alike(word, other) for other in said) for word in asked) / len(asked)


def one_line(text: str) -> str:
    """A description as a line of a ladder: without its thoughts, marks and line breaks."""
    said = " ".join(line.text for line in unwrapped(lines_of(text)).lines)
    plain = " ".join(said.replace("`", "").replace("**", "").split())
    return plain.strip("\"'“”").lstrip("#[-*• ").rstrip()


def table(found: Sequence[Described], least: float = LEAST) -> str:
    """A Markdown table: level, share, prompt and description; those that miss are bold."""
    lines = ["| level | says | prompt | what it shows |", "|---:|---:|---|---|"]
    for level, (prompt, said, part) in enumerate(found):
        says = f"**{part:.0%}**" if part < least else f"{part:.0%}"
        lines.append(f"| {level} | {says} | {_cell(prompt)} | {_cell(said)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "nothing"


def _words(text: str) -> set[str]:
    words = _WORD.findall(text.casefold())
    return {w for w in words if (len(w) >= SHORTEST or not w.isascii()) and w not in _EMPTY}


def _alike(one: str, other: str) -> bool:
    common = len(commonprefix([one, other]))
    return common >= ALIKE * max(len(one), len(other))
