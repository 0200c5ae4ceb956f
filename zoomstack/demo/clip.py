"""A CLIP-L that nobody trained: every known word is a direction, and a prompt is their mean.

Word vectors are seeded noise; the first layer's attention is a causal mean of them; all later
layers pass their input on. So the pooled output is the normalised sum of the known words, filler
is ignored, and the empty prompt is exactly zero, which gives guidance a clean null.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from .state import HALF, State, linear, zeros

TOKENS, WIDTH, LAYERS, POSITIONS, HIDDEN = 49408, 768, 12, 77, 3072
SEED = 1234
LOGIT_SCALE = 4.6055
PREFIX = "text_encoders.clip_l."
TOKENIZER = Path("comfy") / "sd1_tokenizer"


def designed_clip(words: list[str], comfyui: Path) -> State:
    """Every tensor of the CLIP-L that knows ``words``, under ComfyUI's names.

    ``comfyui`` is the tree of a ComfyUI, for its tokenizer: ``OSError`` where it has none.
    """
    table = zeros(TOKENS, WIDTH)
    for word, ids in token_ids(words, comfyui / TOKENIZER).items():
        table[ids] = word_vector(word)
    model: State = {
        "embeddings.token_embedding.weight": table,
        "embeddings.position_embedding.weight": zeros(POSITIONS, WIDTH),
        **_norm("final_layer_norm"),
    }
    for layer in range(LAYERS):
        model |= {f"encoder.layers.{layer}.{key}": value for key, value in _layer(layer).items()}
    return {
        **{f"{PREFIX}transformer.text_model.{key}": value for key, value in model.items()},
        f"{PREFIX}transformer.text_projection.weight": np.eye(WIDTH, dtype=HALF),
        f"{PREFIX}logit_scale": np.array(LOGIT_SCALE, np.float32),
    }


def word_vector(word: str) -> np.ndarray:
    """The (768,) direction of ``word``: seeded by its letters, the same on every machine."""
    letters = sum(ord(letter) * 131**place for place, letter in enumerate(word))
    # RandomState's stream is frozen by numpy's policy; default_rng's may change.
    draw = np.random.RandomState(SEED + letters % 2**31)
    return draw.standard_normal(WIDTH).astype(np.float32).astype(HALF)


def token_ids(words: list[str], tokenizer: Path) -> dict[str, list[int]]:
    """Each word's token ids, by the byte-pair merges of the ``tokenizer`` folder."""
    vocabulary: dict[str, int] = json.loads((tokenizer / "vocab.json").read_text("utf-8"))
    lines = (tokenizer / "merges.txt").read_text("utf-8").splitlines()
    pairs = (tuple(line.split()) for line in lines if not line.startswith("#version"))
    ranks = {pair: rank for rank, pair in enumerate(pairs)}
    return {word: [vocabulary[piece] for piece in _pieces(word, ranks)] for word in words}


def _pieces(word: str, ranks: dict[tuple[str, ...], int]) -> list[str]:
    """Byte-pair encoding of one lower-case ASCII word: the earliest learnt merge comes first."""
    pieces = [*word[:-1], word[-1] + "</w>"]
    while True:
        pairs = [(ranks.get(pair, len(ranks)), pair) for pair in pairwise(pieces)]
        if not pairs or min(pairs)[0] == len(ranks):
            return pieces
        first, second = min(pairs)[1]
        merged: list[str] = []
        for piece in pieces:
            if merged and (merged[-1], piece) == (first, second):
                merged[-1] += piece
            else:
                merged.append(piece)
        pieces = merged


def _layer(layer: int) -> State:
    attention: State = {}
    for name in ("q", "k", "v", "out"):
        attention |= linear(f"self_attn.{name}_proj", WIDTH, WIDTH)
    if layer == 0:
        # Equal queries and keys weigh all earlier tokens alike: a causal mean of the values.
        for name in ("v", "out"):
            attention[f"self_attn.{name}_proj.weight"] = np.eye(WIDTH, dtype=HALF)
    return {
        **_norm("layer_norm1"),
        **_norm("layer_norm2"),
        **attention,
        **linear("mlp.fc1", HIDDEN, WIDTH),
        **linear("mlp.fc2", WIDTH, HIDDEN),
    }


def _norm(name: str) -> State:
    return {f"{name}.weight": np.ones(WIDTH, HALF), f"{name}.bias": zeros(WIDTH)}
