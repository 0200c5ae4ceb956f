"""Whether the default keeps what is asked of it, seed by seed against each ablation."""

from __future__ import annotations

from collections.abc import Mapping

from ..zooms.methods import AnyRow
from ..zooms.rows import ABLATIONS, BY_NAME
from .columns import both, prompt_right, sharpness
from .estimate import estimate, ratio_estimate
from .table import Pairs

POINTS = 2.0  # of prompt fit that coupling may cost
SHARPNESS = 0.9  # of independent sampling that must stay


def verdict(results: Mapping[AnyRow, Pairs]) -> list[str]:
    """One line for each demand on the default, of the rows that were run."""
    default = results.get(BY_NAME["default"])
    if default is None:
        return []
    lines = []
    for name in ABLATIONS:
        other = results.get(BY_NAME[name])
        if other is None:
            continue
        gains = [both(*a) - both(*b) for a, b in zip(default, other, strict=True)]
        gain = estimate(gains)
        lines.append(
            _line(gain.mean > 0, f"agreement x frame against {name}: {gain.written(1)} dB better")
        )
    lost = estimate(
        [prompt_right(alone, alone) - prompt_right(own, alone) for own, alone in default]
    )
    lines.append(_line(lost.mean <= POINTS, f"prompt fit: {lost.written(1)} points lost"))
    kept = ratio_estimate([sharpness(*pair) for pair in default])
    lines.append(_line(kept.mean >= SHARPNESS, f"sharpness: {kept.written(2)} of independent's"))
    return lines


def _line(holds: bool, what: str) -> str:
    return f"{'holds' if holds else 'FAILS'}  {what}"
