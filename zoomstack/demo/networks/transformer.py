"""The demo's diffusion transformer: SD3's, with a text stream that never changes.

SD3 (Esser et al., 2024, arXiv 2403.03206) updates text tokens beside those of the picture. Here
they stay as they were embedded, and every block has only keys and values for them: half the
parameters, and the text is read once for all steps. ``dit.py`` writes the same network in SD3's
layout, where what is left out is zeros; ComfyUI's model and this one then agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

HEAD = 64  # SD3: as many heads as blocks, each 64 wide
CHANNELS, PATCH = 16, 2
TEXT = 768  # width of CLIP-L's tokens and of its pooled output
FREQUENCIES, PERIOD = 256, 10000
EPSILON = 1e-6
GRID = 15.0  # positions run from 0 to 15 over the shorter side, whatever the picture's size
OPEN = 0.3  # what the gates of a new network let through


class Prompt(NamedTuple):
    """What a network reads from a batch of B prompts of M tokens, before any step."""

    vector: Tensor  # (B, width): the pooled output, embedded
    keys: Tensor  # (B, depth, heads, M, 64)
    values: Tensor  # (B, depth, heads, M, 64)
    bias: Tensor | None = None  # (B, 1, 1, M), added to the attention's logits


def joined(prompts: Sequence[Prompt]) -> Prompt:
    """Several batches of prompts as one; all with a bias or none, and of one length."""
    vectors, keys, values, biases = zip(*prompts, strict=True)
    bias = None if biases[0] is None else torch.cat(biases)
    return Prompt(torch.cat(vectors), torch.cat(keys), torch.cat(values), bias)


class Transformer(nn.Module):
    """Predicts noise - picture: SD3's rectified flow, x_t = (1 - s) picture + s noise."""

    def __init__(self, depth: int = 4) -> None:
        super().__init__()
        self.depth, self.width = depth, HEAD * depth
        width = self.width
        self.patches = nn.Linear(CHANNELS * PATCH**2, width)
        self.time = _two_layers(FREQUENCIES, width)
        self.pooled = _two_layers(TEXT, width)
        self.text = nn.Linear(TEXT, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))
        self.out_modulation = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, CHANNELS * PATCH**2)
        for layer in (self.out_modulation, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def read(self, context: Tensor, pooled: Tensor, counts: Tensor | None = None) -> Prompt:
        """Embed text: ``context`` (B, M, 768), ``pooled`` (B, 768).

        ``counts`` (B, M) says how many equal tokens each one stands for; 0 is a token that is not
        there.
        """
        tokens = _normalised(self.text(context))
        pairs = [block.text(tokens) for block in self.blocks]  # pyright: ignore[reportCallIssue]
        keys, values = (torch.stack(parts, 1) for parts in zip(*pairs, strict=True))
        bias = None if counts is None else counts.log().clamp(min=-1e4)[:, None, None]
        return Prompt(self.pooled(pooled), keys, values, bias)

    def forward(self, x: Tensor, time: Tensor, prompt: Prompt) -> Tensor:
        """The flow (B, 16, H, W) at the noisy latents ``x``; ``time`` (B,) is 1000 s; H, W even."""
        batch, channels, height, width = x.shape
        rows, columns = height // PATCH, width // PATCH
        patches = x.view(batch, channels, rows, PATCH, columns, PATCH).permute(0, 2, 4, 1, 3, 5)
        tokens = self.patches(patches.reshape(batch, rows * columns, -1))
        tokens = tokens + positions(self.width, rows, columns, x.device).to(x.dtype)
        condition = F.silu(self.time(_waves(time).to(x.dtype)) + prompt.vector)
        keys, values = prompt.keys.unbind(1), prompt.values.unbind(1)
        for index, block in enumerate(self.blocks):
            tokens = block(tokens, condition, keys[index], values[index], prompt.bias)
        shift, scale = self.out_modulation(condition)[:, None].chunk(2, -1)
        tokens = self.out(_normalised(tokens) * (1 + scale) + shift)
        patches = tokens.view(batch, rows, columns, PATCH, PATCH, channels)
        return patches.permute(0, 5, 1, 3, 2, 4).reshape(x.shape)


class Block(nn.Module):
    """Attention to the picture and the text, then two layers; both modulated (adaLN, gated)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.modulation = nn.Linear(width, 6 * width)
        self.text_kv = nn.Linear(width, 2 * width)
        self.norm_q, self.norm_k, self.text_norm_k = (
            nn.Parameter(torch.ones(HEAD)) for _ in range(3)
        )
        nn.init.zeros_(self.modulation.weight)
        with torch.no_grad():
            gates = self.modulation.bias.zero_().view(6, width)
            gates[2], gates[5] = OPEN, OPEN

    def text(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, heads, M, 64) of text tokens (B, M, width)."""
        keys, values = _heads(self.text_kv(tokens), 2)
        return _rms(keys, self.text_norm_k), values

    def forward(
        self, x: Tensor, condition: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None
    ) -> Tensor:
        """Tokens (B, L, width) to tokens; ``condition`` is (B, width)."""
        parts = self.modulation(condition)[:, None].chunk(6, -1)
        shift, scale, gate, shift_after, scale_after, gate_after = parts
        q, k, v = _heads(self.qkv(_normalised(x) * (1 + scale) + shift), 3)
        q, k = _rms(q, self.norm_q), _rms(k, self.norm_k)
        k, v = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        if bias is not None:
            bias = F.pad(bias, (0, x.shape[1]))
        seen = F.scaled_dot_product_attention(q, k, v, bias)
        x = x + gate * self.proj(seen.transpose(1, 2).flatten(2))
        hidden = self.fc1(_normalised(x) * (1 + scale_after) + shift_after)
        return x + gate_after * self.fc2(F.gelu(hidden, approximate="tanh"))


def positions(width: int, rows: int, columns: int, device: torch.device) -> Tensor:
    """SD3's sine and cosine position of each token, row by row: (rows columns, width), float32.

    The middle is at 7.5, 7.5 at every size, so that a network trained on small pictures knows
    where things are in larger ones.
    """
    short = min(rows, columns)
    reach = [GRID / 2 * size / short for size in (rows, columns)]
    y, x = (
        torch.linspace(GRID / 2 - half, GRID / 2 + half, size, device=device)
        for half, size in zip(reach, (rows, columns), strict=True)
    )
    omega = PERIOD ** -(torch.arange(width // 4, device=device) / (width / 4))
    waves = [torch.outer(axis, omega) for axis in (x, y)]
    across, down = (torch.cat([wave.sin(), wave.cos()], 1) for wave in waves)
    across, down = across[None].expand(rows, -1, -1), down[:, None].expand(-1, columns, -1)
    return torch.cat([across, down], 2).flatten(0, 1)


def load_transformer(path: Path) -> Transformer:
    """The network of a weights file, in float32, ready to sample; its depth follows the file."""
    state = load_file(path)
    transformer = Transformer(len(state["text.bias"]) // HEAD)
    transformer.load_state_dict(state)
    return transformer.float().eval().requires_grad_(False)


def _waves(time: Tensor) -> Tensor:
    half = FREQUENCIES // 2
    steps = torch.arange(half, device=time.device, dtype=torch.float32)
    angles = time[:, None].float() * torch.exp(-math.log(PERIOD) / half * steps)
    return torch.cat([angles.cos(), angles.sin()], -1)


def _two_layers(wide: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(wide, width), nn.SiLU(), nn.Linear(width, width))


def _heads(x: Tensor, parts: int) -> tuple[Tensor, ...]:
    """(B, L, parts width) -> ``parts`` tensors (B, heads, L, 64)."""
    batch, length, _ = x.shape
    return x.view(batch, length, parts, -1, HEAD).permute(2, 0, 3, 1, 4).unbind(0)


def _normalised(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=EPSILON)


def _rms(x: Tensor, weight: Tensor) -> Tensor:
    return F.rms_norm(x, (HEAD,), weight, EPSILON)
