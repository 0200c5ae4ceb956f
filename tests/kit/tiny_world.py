"""A corpus for tests: plain colours that say which octave and seed they stand for."""

import numpy as np

from zoomstack.train.stages.corpus import Amount, draw_corpus

TINY = Amount(pictures=12, held=4, shard=4, per_scene=2, size=64)


def colours(seed, octave, size, shift):
    """Smooth stripes: their colour follows from the octave, their place from seed and shift."""
    y, x = np.mgrid[:size, :size] / size
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * (x + 0.3 * y + 0.1 * (seed % 10) + shift[0] + shift[1]))
    return np.stack([wave * octave / 30, wave * (1 - octave / 30), 0.5 + 0 * x], -1)


def tiny_corpus(work, plan=TINY, draw=colours):
    draw_corpus(work, plan, draw=draw)
    return work
