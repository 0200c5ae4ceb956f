"""The free levels between two held ones: the least change by which the wider end shows them.

Of levels a ... b (widest first) that agree with each other and with the held child below them, all
that may change is what no deeper one decides: u_a ... u_b, each level's pixels outside of the
frame below it. F makes levels of them, which agree whatever u is:

    y_b = u_b,   y_k = u_k with y_k[M] = K y_{k+1}           render, of changes: the child's is none

So one condition is left, that the held parent shows y_a: G u = K F u = r. Its least solution is
u = S G^T (G S G^T)^-1 r, where S counts a level's pixels by their area, as large as all change.

Pixels of the parent that see nothing but the held child are not in G: what is missing there says
how far the held levels are from agreeing themselves. No pixel is believed further than that: with
delta its size and sigma that of a picture's change, (G S G^T + (delta / sigma)^2)^-1, as Wiener.

That is exact, and costs as much as a small model's call. Of latents that are predicted at one step
of many, and whose pictures are made to agree in the end, a hundredth is enough: ``exact`` says so.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ...linear.krylov import Operator
from ...linear.solved import needed, solved
from ...spaces.space import Link, Space
from .runs import Run

SPARE = 1.25  # how many more steps of conjugate gradients than it took once
PROBES = 8  # random changes by which it is known what is seen
BLIND = 1e-6  # of the most that a pixel of the parent sees: nothing
HARD = 0.999  # of what a pixel sees that is free: less, and it is solved with its like
MIXED = 1e-3  # of the mean channel: no channel is taken to be seen less


class _Care(NamedTuple):
    """How well a condition is met."""

    sure: float  # of a picture's change: no held levels are taken to agree better
    most: int  # steps of conjugate gradients
    together: int  # numbers in pixels that are solved together
    double: bool  # precision, where the device has it: squares of what is hardly seen lie in it


EXACT = _Care(1e-6, 256, 2048, True)
SINGLE = EXACT._replace(sure=1e-3, double=False)
QUICK = _Care(1e-2, 16, 0, False)


class _Known(NamedTuple):
    """What is known of one condition, where it is solved; made once."""

    noise: float  # (delta / sigma)^2
    steps: int  # that it takes
    free: Tensor  # (1, h, w), 0 where nothing but the held child is seen
    diagonal: Tensor  # (1, h, w), of G S G^T, a mean of channels
    unmixed: Tensor  # (C, C), what undoes its mixing of channels
    hard: Tensor  # (n,), of (C, h, w), where little of what is seen is free
    inverse: Tensor  # (n, n), of G S G^T there

    def to(self, like: Tensor) -> _Known:
        """Where ``like`` lies, and in its precision."""
        return _Known(
            self.noise,
            self.steps,
            self.free.to(like),
            self.diagonal.to(like),
            self.unmixed.to(like),
            self.hard.to(like.device),
            self.inverse.to(like),
        )

    def before(self, x: Tensor) -> Tensor:
        """About the inverse of all of it."""
        found = torch.einsum("oc,chw->ohw", self.unmixed, x) / (self.diagonal + self.noise)
        found = (found * self.free).flatten()
        return found.index_copy(0, self.hard, self.inverse @ x.flatten()[self.hard]).view_as(x)


class Between:
    """The condition of one run, which has a parent; made once, it serves every step.

    ``exact`` is 1e-6 of what may be met; without it about a hundredth is left.
    """

    def __init__(self, space: Space, run: Run, parent: Link, exact: bool = True) -> None:
        self._parent = parent
        self._exact = exact
        below = (*run.levels[1:], *(() if run.child is None else (run.child,)))
        links = [space.link(*pair) for pair in zip(run.levels, below, strict=False)]
        self._links: list[Link | None] = [*links, None][: len(run.levels)]
        zooms = space.geometry.zooms
        self._areas = [1.0]
        for level in run.levels[:-1]:
            self._areas.append(self._areas[-1] * zooms[level] ** 2)
        self._known: dict[tuple[torch.device, torch.dtype, torch.Size], _Known] = {}

    def change(self, missing: Tensor, doubt: Tensor, size: Tensor) -> list[Tensor]:
        """Changes of the run's levels, (C, H, W) each, by which the parent's patch gains
        ``missing``, (C, h, w).

        ``doubt`` (C, h, w) is what held levels lack from agreeing, where none but they are seen;
        ``size`` a number, the root mean square of what levels may change by.
        """
        care = self._care(missing)
        like, missing = missing, missing.double() if care.double else missing
        known = self._once(missing, doubt, size, care)
        operator = self._operator(known.noise)
        answer = solved(operator, missing * known.free, known.before, known.steps)
        return [level.to(like) for level in self._levels(self._dealt(answer))]

    def _care(self, like: Tensor) -> _Care:
        if not self._exact:
            return QUICK
        return SINGLE if like.device.type == "mps" else EXACT

    def _operator(self, noise: float) -> Operator:
        """G S G^T + (delta / sigma)^2."""
        return lambda x: self._gathered(self._dealt(x)) + noise * x

    def _dealt(self, x: Tensor) -> list[Tensor]:
        """S G^T x: what each level changes outside of the frame below it."""
        found = []
        y = self._parent.transposed(x)
        for area, link in zip(self._areas, self._links, strict=True):
            shown = None
            if link is not None:
                shown = y[(..., *link.window)].clone()
                y[(..., *link.window)] = 0
            found.append(area * y)
            if link is not None and shown is not None and len(found) < len(self._links):
                y = link.transposed(shown)
        return found

    def _levels(self, changes: list[Tensor]) -> list[Tensor]:
        """F u; ``changes`` u are 0 in the frame below."""
        made = [changes[-1]]
        for change, link in zip(changes[-2::-1], self._links[-2::-1], strict=True):
            level = change.clone()
            if link is not None:
                level[(..., *link.window)] = link.shrink_change(made[0])
            made.insert(0, level)
        return made

    def _gathered(self, changes: list[Tensor]) -> Tensor:
        """G u."""
        return self._parent.shrink_change(self._levels(changes)[0])

    def _once(self, like: Tensor, doubt: Tensor, size: Tensor, care: _Care) -> _Known:
        """The held levels are always the same, and so is how far they agree."""
        key = (like.device, like.dtype, like.shape)
        if key not in self._known:
            with torch.inference_mode(False), torch.no_grad():
                known = self._looked(doubt.detach().double().cpu().clone(), float(size), care)
                self._known[key] = known.to(like)
        return self._known[key]

    def _looked(self, doubt: Tensor, size: float, care: _Care) -> _Known:
        """By the operator's answers to random changes; in double precision, where that exists."""
        generator = torch.Generator().manual_seed(0)
        changes = [
            torch.randn(PROBES, *level.shape, generator=generator, dtype=torch.float64) * area**0.5
            for level, area in zip(self._dealt(torch.zeros_like(doubt)), self._areas, strict=True)
        ]
        whole = self._gathered(changes).square().mean((0, 1))[None]
        if self._links[-1] is not None:
            changes[-1][(..., *self._links[-1].window)] = 0
        seen = self._gathered(changes)
        share = seen.square().mean((0, 1))[None] / whole  # of the same changes: 1 where all is free
        free = share > BLIND**2
        diagonal = whole.mean() * share
        mixed = torch.einsum("bohw,bchw->oc", seen, seen)
        mixed /= mixed.trace() / len(mixed)
        mixed += MIXED * torch.eye(len(mixed), dtype=torch.float64)
        off = float((doubt.square() * ~free).sum() / (~free).sum().clamp_min(1) / len(doubt))
        noise = max(off / size**2, care.sure**2) if size > 0 else 1.0
        where = ((share < HARD) & free).expand_as(doubt).flatten().nonzero().flatten()
        if len(where) > care.together:
            where = where[:0]
        known = _Known(
            noise,
            care.most,
            free.double(),
            diagonal,
            torch.linalg.inv(mixed),
            where,
            self._inverse(where, doubt, noise),
        )
        steps = needed(self._operator(noise), seen[0] * known.free, known.before, care.most)
        return known._replace(steps=min(math.ceil(SPARE * steps), care.most))

    def _inverse(self, where: Tensor, like: Tensor, noise: float) -> Tensor:
        """Of the operator between the numbers ``where`` of (C, h, w)."""
        count = len(where)
        if not count:
            return torch.zeros(0, 0, dtype=torch.float64)
        answers = []
        for some in where.split(64):
            one = torch.zeros(len(some), like.numel(), dtype=torch.float64)
            one[torch.arange(len(some)), some] = 1
            one = one.view(-1, *like.shape)
            answers.append(self._gathered(self._dealt(one)).flatten(1)[:, where])
        matrix = torch.cat(answers)
        matrix = (matrix + matrix.T) / 2
        matrix.diagonal().add_(noise)
        return torch.linalg.inv(matrix)
