"""The designed CLIP-L of ``clip.py``, computed without ComfyUI.

All that CLIP-L does there is to look up a vector for each token and to add the causal mean of the
normalised vectors so far; unknown words, begin and end of text and the padding are zeros. So this
is the whole text encoder, and it agrees with ComfyUI's CLIPTextEncode.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import CLIPTokenizer

from ..clip import POSITIONS, TOKENIZER, WIDTH, token_ids, word_vector

EPSILON = 1e-5  # CLIP's layer norms'
PADS = 6  # groups that stand for the padding in `brief`
ROUND = 16  # `brief` pads to a multiple of this: a compiled network has a shape or two to know


class Text(NamedTuple):
    """What the transformer reads of B prompts."""

    context: Tensor  # (B, M, 768)
    pooled: Tensor  # (B, 768)
    counts: Tensor | None = None  # (B, M), how many tokens each one stands for


class Mixed(NamedTuple):
    """A prompt that is two: what is read of them, mixed by the ``share`` of the deeper one."""

    wider: str
    deeper: str
    share: float


class TextEncoder:
    """Encodes prompts as the checkpoint of ``words`` does; ``comfyui``'s tokenizer numbers them.

    A prompt is plain text: ComfyUI's weights, ``(word:1.2)``, are not read. ``OSError`` where
    ``comfyui`` has no tokenizer.
    """

    def __init__(self, words: Sequence[str], comfyui: Path) -> None:
        folder = comfyui / TOKENIZER
        # As in `designed_clip`: words that share a token leave it to the last of them.
        known = [
            (token, word)
            for word, tokens in token_ids(list(words), folder).items()
            for token in tokens
        ]
        self._tokenizer = CLIPTokenizer.from_pretrained(str(folder))
        self._rows = {token: row for row, (token, _) in enumerate(dict(known).items(), start=1)}
        vectors = [word_vector(word) for word in dict(known).values()]
        table = np.stack([np.zeros(WIDTH, np.float16), *vectors]).astype(np.float32)
        self.table = torch.from_numpy(table)  # row 0: every unknown token
        self._normal = _normalised(self.table)
        self.tokens = lru_cache(maxsize=None)(self._tokens)

    def encode(self, prompts: Sequence[str | Mixed]) -> Text:
        """All 77 tokens of every prompt.

        Raises ``ValueError`` for a prompt of more than 75: ComfyUI would read it in two parts.
        """
        pairs = [one if isinstance(one, Mixed) else Mixed(one, one, 0.0) for one in prompts]
        wider, deeper, shares = zip(*pairs, strict=True)
        text = self._encoded(wider)
        if not any(shares):
            return text
        other, share = self._encoded(deeper), torch.tensor(shares)
        return Text(
            text.context.lerp(other.context, share[:, None, None]),
            text.pooled.lerp(other.pooled, share[:, None]),
        )

    def _encoded(self, prompts: Sequence[str]) -> Text:
        rows = [self.tokens(prompt) for prompt in prompts]
        vectors, sums = self._look_up(rows, POSITIONS)
        context = vectors + sums / torch.arange(1, POSITIONS + 1)[:, None]
        pooled = context[torch.arange(len(rows)), [len(row) for row in rows]]
        return Text(context, _normalised(pooled))

    def brief(self, prompts: Sequence[str]) -> Text:
        """The same for training, shorter: the padding's tokens, which hardly differ, in groups.

        After the last word only the mean is left, and it falls smoothly as 1 / position; so a few
        tokens with ``counts`` stand for all.
        """
        rows = [self.tokens(prompt) for prompt in prompts]
        ends = torch.tensor([len(row) for row in rows])
        length = -(-(int(ends.max()) + PADS) // ROUND) * ROUND - PADS
        vectors, sums = self._look_up(rows, length)
        words = vectors + sums / torch.arange(1, length + 1)[:, None]
        shares, sizes = (table[ends] for table in _padding())
        context = torch.cat([words, sums[:, -1:] * shares[..., None]], 1)
        counts = torch.cat([(torch.arange(length) < ends[:, None]).float(), sizes], 1)
        return Text(context, _normalised(sums[:, -1] / (ends + 1)[:, None]), counts)

    def _tokens(self, prompt: str) -> tuple[int, ...]:
        """Rows of the table: begin of text and every token of ``prompt``, without its end."""
        ids = self._tokenizer(prompt)["input_ids"][:-1]
        if len(ids) >= POSITIONS:
            raise ValueError(
                f"a prompt of {len(ids) - 1} tokens, but one part of CLIP-L's text holds "
                f"{POSITIONS - 2}; shorten it: {prompt[:40]!r}..."
            )
        return tuple(self._rows.get(token, 0) for token in ids)

    def _look_up(self, rows: Sequence[tuple[int, ...]], length: int) -> tuple[Tensor, Tensor]:
        """The words' vectors and the running sum of the normalised ones: (B, length, 768) each."""
        padded = torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])
        # Zeros stay zeros: the sum does not change after the last word.
        return self.table[padded], self._normal[padded].cumsum(1)


@lru_cache(maxsize=1)
def _padding() -> tuple[Tensor, Tensor]:
    """For a prompt whose words end at each position: the groups' mean 1 / position, and sizes."""
    shares, sizes = torch.zeros(POSITIONS, PADS), torch.zeros(POSITIONS, PADS)
    for end in range(1, POSITIONS):
        inverse = 1 / torch.arange(end + 1, POSITIONS + 1)
        # The first ones differ most: equal steps of 1 / position.
        edges = torch.linspace(1 / (end + 1), 1 / (POSITIONS + 1), PADS + 1)[1:-1]
        cuts = (1 / edges - end).long().tolist()
        for group, part in enumerate(torch.tensor_split(inverse, cuts)):
            shares[end, group] = part.mean() if len(part) else 0.0
            sizes[end, group] = len(part)
    return shares, sizes


def _normalised(x: Tensor) -> Tensor:
    return F.layer_norm(x, (WIDTH,), eps=EPSILON)
