"""The loop around a loss: a budget, a running average, a state to go on from, processes.

Every process holds the whole module and sees its own part of the data; gradients are averaged
over them. What is random in a step follows from its number, so a resumed run goes on as the one
that was stopped would have.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel

from ...files.whole import replacing
from .orthogonal import orthogonal

WARM_UP = 20  # steps
MOMENTUM = 0.9
AVERAGE = 0.995  # what the running average keeps at each step, once it is warm
LARGEST_GRADIENT = 1.0


class Budget(NamedTuple):
    """How long to train: minutes of wall clock or, where they are not 0, steps."""

    minutes: float
    steps: int = 0

    def share(self, step: int, seconds: float) -> float:
        """What of the budget is used up; 1 is the end."""
        return step / self.steps if self.steps else seconds / (60 * self.minutes)


class Rates(NamedTuple):
    """The highest learning rates: Muon's for inner weights, AdamW's for all else."""

    muon: float = 0.02
    adam: float = 1e-3


def rank() -> int:
    """The number of this process, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def ranks() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def mean_over_ranks(values: Tensor) -> Tensor:
    """The mean of every process's ``values``; each gets it."""
    if ranks() > 1:
        dist.all_reduce(values)
        values /= ranks()
    return values


class Trainer:
    """A module in training, how far it has come, and the running average of its weights.

    ``inner`` names the weights between hidden features, which Muon moves (see ``orthogonal``), a
    kernel as a matrix with one row for each output. What needs no gradient stays as it is.
    """

    def __init__(
        self, net: nn.Module, budget: Budget, rates: Rates, inner: Sequence[str] = ()
    ) -> None:
        self.net, self.budget, self.rates = net, budget, rates
        self.step, self.seconds = 0, 0.0
        self.average = AveragedModel(net, avg_fn=_mean)
        trained = {name: p for name, p in net.named_parameters() if p.requires_grad}
        self._parameters = list(trained.values())
        self._kernels = [trained[name] for name in inner]
        self._momenta = [torch.zeros_like(kernel) for kernel in self._kernels]
        others = [p for name, p in trained.items() if name not in inner]
        self._adam = AdamW(others, betas=(0.9, 0.99), weight_decay=0)

    def steps(self, loss: Callable[[int, float], Tensor]) -> Iterator[float]:
        """Train on ``loss(step, share)`` until the budget is spent; yields the share after each.

        Time that passes between two of them counts as well.
        """
        before = time.monotonic()
        while (share := self._share()) < 1:
            self._update(loss(self.step, share), share)
            self.step += 1
            yield share
            now = time.monotonic()
            self.seconds, before = self.seconds + now - before, now

    def _share(self) -> float:
        share = torch.tensor(self.budget.share(self.step, self.seconds), dtype=torch.float64)
        return mean_over_ranks(share).item()

    def _update(self, value: Tensor, share: float) -> None:
        self.net.zero_grad()
        value.backward()
        grads = [p.grad for p in self._parameters if p.grad is not None]
        if ranks() > 1:
            means = mean_over_ranks(torch.cat([grad.reshape(-1) for grad in grads]))
            for grad, mean in zip(grads, means.split([g.numel() for g in grads]), strict=True):
                grad.copy_(mean.view(grad.shape))
        clip_grad_norm_(self._parameters, LARGEST_GRADIENT)
        rate = min(1, (self.step + 1) / WARM_UP) * (1 + math.cos(math.pi * share)) / 2
        for group in self._adam.param_groups:
            group["lr"] = rate * self.rates.adam
        self._adam.step()
        self._muon(rate * self.rates.muon)
        self.average.update_parameters(self.net)

    @torch.no_grad()
    def _muon(self, rate: float) -> None:
        for kernel, momentum in zip(self._kernels, self._momenta, strict=True):
            if kernel.grad is not None:
                momentum.lerp_(kernel.grad, 1 - MOMENTUM)
                ahead = kernel.grad.lerp(momentum, MOMENTUM)
                kernel.sub_(orthogonal(ahead.flatten(1)).view(kernel.shape), alpha=rate)

    def save(self, path: Path) -> None:
        """Write all that ``load`` needs to go on, whole or not at all; one process does."""
        if rank():
            return
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "momenta": self._momenta,
            "adam": self._adam.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as half:
            torch.save(state, half)

    def load(self, path: Path) -> None:
        """Go on from what ``save`` wrote."""
        device = next(self.net.parameters()).device
        state = torch.load(path, map_location=device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        for momentum, saved in zip(self._momenta, state["momenta"], strict=True):
            momentum.copy_(saved)
        self._adam.load_state_dict(state["adam"])
        self.step, self.seconds = state["step"], state["seconds"]


def _mean(average: Tensor, value: Tensor, count: Tensor | int) -> Tensor:
    """A running average that is warm after some hundred steps."""
    kept = min(AVERAGE, (int(count) + 1) / (int(count) + 10))
    return average.lerp(value, 1 - kept)
