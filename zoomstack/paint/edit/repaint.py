"""RePaint: each step of sampling taken back and done again, so that both sides of a mask fit.

Lugmayr et al. (2022), Alg. 1, as Ackermann and Li (2022) use it in their first stage.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ...joint.denoise import Mix


def renoise(x: Tensor, fresh: Tensor, at: Mix, to: Mix) -> Tensor:
    """``x`` at the noise level ``at``, moved up to ``to`` by ``fresh`` unit noise of its shape.

    q(x_t | x_s) of the forward process, for any mix of signal and noise: variances add up.
    """
    kept = to.signal / at.signal
    added = max(to.noise**2 - (kept * at.noise) ** 2, 0.0) ** 0.5
    return kept * x + added * fresh


def repaint(
    x: Tensor,
    steps: int,
    resamplings: int,
    advance: Callable[[Tensor, int], Tensor],
    back: Callable[[Tensor, int], Tensor],
) -> Tensor:
    """``x`` after ``steps`` steps, each taken back and repeated ``resamplings`` times.

    ``advance(x, step) -> x`` does a step, ``back(x, step) -> x`` noises its result up to where it
    began. 0 resamplings is plain sampling.

    Ackermann and Li (2022), Alg. 1, lines 6 to 16: R repeats after the first time. The last step,
    whose result is clean, is not taken back (as in RePaint).
    """
    for step in range(steps):
        x = advance(x, step)
        for _ in range(resamplings if step < steps - 1 else 0):
            x = advance(back(x, step), step)
    return x
