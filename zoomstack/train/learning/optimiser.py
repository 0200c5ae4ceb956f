"""Muon for the blocks' matrices and AdamW for all else, shared out among the processes.

Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon) steps along the nearest orthogonal
matrix to the momentum. To find that costs as much as several pictures, so each process does it
for its part of the matrices only, and they exchange what they found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, parameters_to_vector, vector_to_parameters

from .loop import mean_over_ranks, rank, ranks
from .orthogonal import orthogonal

MUON, ADAM = 0.02, 1.5e-3  # learning rates
MOMENTUM, DECAY = 0.95, 0.01
LARGEST_GRADIENT = 1.0
SQUARES = ("qkv", "text_kv")  # several square matrices on top of each other


class Piece(NamedTuple):
    """A part of a weight that is one matrix, and how far its step goes."""

    rows: slice
    scale: float


class Optimiser:
    """Steps a network's parameters; all processes must call ``step`` together."""

    def __init__(self, net: nn.Module) -> None:
        self.parameters = list(net.parameters())
        self.matrices = {
            name: weight
            for name, weight in net.named_parameters()
            if name.startswith("blocks.") and weight.ndim == 2 and "modulation" not in name
        }
        self.momentum = {name: torch.zeros_like(weight) for name, weight in self.matrices.items()}
        chosen = {id(weight) for weight in self.matrices.values()}
        others = [weight for weight in self.parameters if id(weight) not in chosen]
        self.adam = torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=0.0, fused=True)

    def step(self, rate: float) -> None:
        """One step along the gradients' mean over the processes; ``rate`` scales both rates."""
        for weight in self.parameters:
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
        grads = [weight.grad for weight in self.parameters if weight.grad is not None]
        _average(grads)
        for group in self.adam.param_groups:
            clip_grad_norm_(group["params"], LARGEST_GRADIENT)
            group["lr"] = ADAM * rate
        self.adam.step()
        self._muon(MUON * rate)

    @torch.no_grad()
    def _muon(self, rate: float) -> None:
        updates = []
        for index, (name, weight) in enumerate(self.matrices.items()):
            momentum, grad = self.momentum[name], weight.grad
            assert grad is not None
            momentum.mul_(MOMENTUM).add_(grad)
            update = torch.zeros_like(weight)
            if index % ranks() == rank():
                ahead = grad.add(momentum, alpha=MOMENTUM)
                for piece in pieces(name, weight):
                    # The average over the processes makes one of this one and the others' zeros.
                    update[piece.rows] = orthogonal(ahead[piece.rows]) * piece.scale * ranks()
            updates.append(update)
        _average(updates)
        for weight, update in zip(self.matrices.values(), updates, strict=True):
            weight.mul_(1 - rate * DECAY).add_(update, alpha=-rate)

    def state(self) -> dict[str, Any]:
        """All that ``load`` needs; the same in every process."""
        return {"momentum": self.momentum, "adam": self.adam.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Go on as the optimiser that gave ``state``."""
        for name, momentum in self.momentum.items():
            momentum.copy_(state["momentum"][name])
        self.adam.load_state_dict(state["adam"])


def _average(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its mean over all processes."""
    if ranks() > 1:
        vector_to_parameters(mean_over_ranks(parameters_to_vector(tensors)), tensors)


def pieces(name: str, weight: Tensor) -> Sequence[Piece]:
    """The matrices in a weight: queries, keys and values are one each."""
    rows, columns = weight.shape
    if any(part in name for part in SQUARES):
        return [Piece(slice(i, i + columns), 1.0) for i in range(0, rows, columns)]
    return [Piece(slice(0, rows), max(1.0, rows / columns) ** 0.5)]
