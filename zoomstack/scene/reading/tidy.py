"""A prompt without the type that it was set in: bold, quotation marks, "Prompt:".

What text encoders and stock nodes read stays: (word:1.2), {a|b}, __wildcard__, embedding:name.
"""

from __future__ import annotations

import re

from .letters import folded, strip

PROMPT_NAMES = (
    "image prompt|visual prompt|visual description|prompt text|prompt|text|description|caption|"
    "what you see|what we see|what is seen|you see|visual|view|scene|image|beschreibung|bild|"
    "description visuelle|descripción|descrizione|bildbeschreibung|descrição|описание|Описание|"
    "промпт|Промпт|提示词|提示詞|画面描述|画面|描述|プロンプト|描写|説明|프롬프트|설명"
)
_FIELD = re.compile(rf"(?:{PROMPT_NAMES}) ?:(?: +|(?=[^\x00-\x7f]))")
_BREAK = re.compile("<br ?/?>", re.IGNORECASE | re.ASCII)
_ENTITIES = {
    "&amp;": "&", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&nbsp;": " ", "&lt;": "<",
    "&gt;": ">", "&ndash;": "–", "&mdash;": "—", "&times;": "×",
}  # fmt: skip
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
_BOLD = re.compile(r"\*\*([^ *](?:[^*]*[^ *])?)\*\*")
_CODE = re.compile("`([^`]*)`")
_SLANTED = re.compile(r"(^|[ (])\*([^ *](?:[^*]*[^ *])?)\*(?=$|[ .,;:!?)])")
_WHOLE = re.compile(r"\*([^ *](?:[^*]*[^ *])?)\*|_([^ _](?:[^_]*[^ _])?)_")
_QUOTED = re.compile('"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|‘(.*)’|\'(.*)\'|「([^」]*)」')


def tidied(text: str) -> str:
    """The prompt that an entry of an answer holds, as one line."""
    text = _ENTITY.sub(lambda found: _ENTITIES[found[0]], _BREAK.sub(" ", text))
    before = None
    while before != text:
        before = text
        text = strip(re.sub(" +", " ", text)).removesuffix("\\").rstrip(", ")
        text = _SLANTED.sub(r"\1\2", _CODE.sub(r"\1", _BOLD.sub(r"\1", text)))
        whole = _WHOLE.fullmatch(text)
        text = (whole[1] or whole[2]) if whole else unquoted(text)
        named = _FIELD.match(folded(text))
        text = text[named.end() :] if named else text
    return text


def unquoted(text: str) -> str:
    """The text without quotation marks around all of it, and the comma behind them."""
    bare = text[:-1].rstrip(" ") if text.endswith((",", ";")) else text
    found = _QUOTED.fullmatch(bare)
    if not found:
        return text
    return strip(next(part for part in found.groups() if part is not None))


def words(text: str) -> int:
    return len([word for word in text.split(" ") if word])
