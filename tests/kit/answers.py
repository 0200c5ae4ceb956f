"""Answers that nobody has written, for the two readers of ladders to read alike."""

import json
import random

from checkout import SHARED

FILE = json.loads((SHARED / "answers.json").read_text("utf-8"))
ANSWERS, PLAIN = FILE["answers"], FILE["plain"]
BREAKS = ["\n"] * 6 + ["\r\n", "\r", "\u2028", "\n\n", "\x0b", "\x1d"]
PIECES = (
    "1. |2) |- |* |** |: | – |(10x)|10^3 m|[p=3] |[p=2 focus=0.4,0.6]|[|]|{|}|\"|'|,|```|| a|"
    "### |# |Level 2: |x100 |<think>|</think>|\ufeff|\u200b|\u00a0|\u3000|İ|ſ|\u212a|ß|🌌|é|🔟|①|"
    'Prompt: |Here you go:|Let me know!|10⁵|1,000|\\|0.5|"0": |null|VI. |3️⃣|——|“|”|·|\x1f|\x85|'
    "_|`|;|//|/*|nm|½|²|[cfg=7]|[seed=1]|[steps=0.2-0.5] |ǅ|ŉ|\u0307|\udfff"
).split("|")


def mutated(count, seed=0):
    """So many texts, most of which are not quite what they were."""
    draw = random.Random(seed)
    texts = [each["text"] for each in ANSWERS] + PLAIN
    return [_mutated(draw, draw.choice(texts), texts) for _ in range(count)]


def _mutated(draw, text, texts):
    if draw.random() < 0.1:
        text = text.replace("{", "").replace("}", "")
    for _ in range(draw.randint(0, 4)):
        lines = text.split("\n")
        at = draw.randrange(len(lines))
        kind = draw.randrange(8)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, draw.choice(lines))
        elif kind == 2:
            lines.insert(at, draw.choice(draw.choice(texts).split("\n")))
        elif kind == 3:
            lines[at] = "  " * draw.randint(1, 2) + lines[at]
        elif kind == 4:
            draw.shuffle(lines)
        else:
            place = draw.randint(0, len(lines[at]))
            gone = draw.randint(0, 3) if kind == 5 else 0
            piece = draw.choice(PIECES) if kind != 5 else ""
            lines[at] = lines[at][:place] + piece + lines[at][place + gone :]
        text = draw.choice(BREAKS).join(lines)
    return text
