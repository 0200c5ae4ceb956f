"""What models say before and behind what they were asked for."""

from __future__ import annotations

import re

from .letters import folded

_OPENINGS = re.compile(
    "(?:sure|certainly|of course|absolutely|okay|ok|great|got it|understood|here|here's|here’s|"
    "below (?:is|are)|the following|following (?:is|are)|i(?:'ve|’ve| have) (?:written|created|"
    "made|prepared)|let(?:'s|’s) |this is|these are|as requested|voici|voilà|bien sûr|d'accord|"
    "hier (?:ist|sind|kommt|kommen)|natürlich|gerne|klar|claro|por supuesto|aquí|ecco|certo|"
    "certamente|aqui|com certeza|вот|Вот|конечно|Конечно|当然|好的|以下|这是|もちろん|はい)"
    "(?![a-z0-9])"
)
_SPOKEN = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|ok|great|got it|understood|bien sûr|natürlich|"
    r"gerne|klar|claro|por supuesto|certo|certamente|com certeza)(?: thing)? ?[!,.:]"
)
_ABOUT = re.compile(
    "(?<![a-z])(?:levels?|prompts?|ladder|views?|zoom|steps?|scales?|lines?|list|sequence|"
    "breakdown|stufen|ebenen|liste|niveaux|étapes|échelle|niveles|livelli|requested|asked)(?![a-z])"
)
_CLOSINGS = re.compile(
    "(?:let me know|feel free|would you like|do you want|want me to|i hope|hope (?:this|that|it)|"
    "enjoy|if you(?:'d|’d| would| want| need| like)|i can (?:also )?(?:adjust|add|refine|make|"
    "turn)|each (?:level|view|line|step|prompt|description)|these (?:prompts|levels|views|lines)|"
    "this (?:ladder|sequence|zoom|list|set|progression)|you can |all (?:levels|prompts|views)|"
    "notes?:|tips?:|have fun|happy |good luck|sag |lass mich|wenn du|falls du|möchtest|"
    "n'hésite|dites-moi|dis-moi|souhaite|si vous|avísame|házmelo|si quieres|fammi sapere|"
    "дайте знать|Дайте знать|如果|希望|必要)(?![a-z])"
)
_ASKS = re.compile(
    "(?:let me know|feel free to|would you like|do you want me|want me to|i hope this|"
    "hope this helps)(?![a-z])"
)
_END = re.compile(r"[.!?:…。！？：][\"'”’)*_`]*$")


def is_opening(text: str) -> bool:
    """Whether a line announces an answer, such as "Here are your prompts:"."""
    low = folded(text.strip("*# "))
    if not low or len(low) > 400 or not _OPENINGS.match(low):
        return False
    colon = low.endswith(":")
    return colon or bool(_END.search(low) and (_SPOKEN.match(low) or _ABOUT.search(low)))


def is_closing(text: str) -> bool:
    """Whether a line speaks to whoever asked, such as "Let me know ...!"."""
    low = folded(text.strip("*_# "))
    return len(low) <= 600 and bool(_CLOSINGS.match(low)) and bool(_END.search(low))


def asks(text: str) -> bool:
    """Whether a line can only be said to whoever asked."""
    return is_closing(text) and bool(_ASKS.match(folded(text.strip("*_# "))))


def announces(text: str) -> bool:
    """Whether a line can only announce what follows, with nothing else between."""
    low = folded(text.strip("*# "))
    spoken = bool(_SPOKEN.match(low) or _ABOUT.search(low))
    return is_opening(text) and low.endswith(":") and spoken


def is_sentence(text: str) -> bool:
    """Whether a line is a sentence to a reader, or announces what follows."""
    bare = text.strip("*_ ").lstrip("0123456789.()-•¡¿> ")
    if not _END.search(bare):
        return False
    return (
        bare.endswith((":", "："))
        or is_opening(text)
        or bare[:1].lower() != bare[:1]
        or (not bare[:1].isascii())
    )
