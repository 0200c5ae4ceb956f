"""The deep end of the world: the cells of the leaf, and the nucleus of one."""

from __future__ import annotations

import numpy as np

from .colours import BLADES
from .noise import Field, cells, fractal, ramp, scatter
from .region import Region, mix, rgb

CELLS = 4.2  # along a side of their own picture
NUCLEUS = 0.31  # the radius of the nucleus in the middle, sides of its own picture

STAIN = {  # light, dark
    "violet": (rgb(0.68, 0.5, 0.85), rgb(0.3, 0.12, 0.5)),
    "pink": (rgb(0.93, 0.58, 0.75), rgb(0.6, 0.12, 0.38)),
}


def paint_cells(region: Region) -> None:
    """Polygons with walls, in each a nucleus and green bodies; the middle one's is the subject."""
    q = region.plane("nucleus").times(CELLS / 4)  # the subject has the nucleus in its middle
    seen = float(ramp(np.array(q.pixel), 0.3, 0.09))
    if seen <= 0:
        return
    dark, light, _ = BLADES[region.scene.words["leaf"]]
    # The same blade's colours, so that its tissue looks the same from afar.
    flesh, wall, body = light * 0.88 + 0.12, dark * 0.9, dark * 0.5 + light * 0.45
    stain, core = STAIN[region.scene.words["stain"]]
    seed = region.scene.draw("cells").randint(1 << 30)
    bend = 0.07 * fractal(q.x, q.y, seed, q.pixel, base=0.8, top=3)
    near = ramp(q.radius, 0.3, 0.8)  # the subject stays where it is
    tissue = cells(q.x + bend * near, q.y - bend * near, seed + 1)
    grain = fractal(q.x, q.y, seed + 2, q.pixel, base=4, gain=0.7, top=6)
    inner = ramp(tissue.edge, 0.04, 0.2)
    colour = mix(flesh * 0.86, flesh, inner) * (0.97 + 0.035 * grain)[..., None]
    colour = colour * (0.94 + 0.12 * tissue.luck)[..., None]
    bodies = _bodies(region, seed) * ramp(tissue.edge, 0.07, 0.1)
    colour = mix(colour, body, 0.85 * bodies)
    centre = np.hypot(tissue.x, tissue.y)
    size = NUCLEUS * CELLS / 4
    other = 0.2 + 0.06 * tissue.fate
    is_subject = q.radius < 0.45
    size = np.where(is_subject, size, other)
    place = np.where(is_subject, q.radius, centre)
    nucleus = q.cover(size - place, 0.02) * ramp(tissue.edge, 0.02, 0.05)
    face = mix(core * 0.5 + stain * 0.5, stain, np.clip(0.6 + 0.3 * grain, 0, 1))
    face = mix(face, core, q.cover(size * 0.36 - place, 0.03))
    colour = mix(colour, face, nucleus)
    walls = q.line(tissue.edge, 0.035, 0.02)
    shine = q.line(tissue.edge, 0.014, 0.02)
    colour = mix(mix(colour, wall, walls), wall * 0.5 + flesh * 0.5, 0.7 * shine)
    # From afar the tissue is but the grain of the blade, in the blade's own colour.
    share = float(ramp(np.log2(np.array(q.pixel)), np.log2(0.11), np.log2(0.022)))
    if share < 1:
        tone = colour.mean(axis=-1) / np.float32(flesh.mean())
        region.shade(np.clip((1 - tone) * seen * 0.45, -0.3, 0.6))
    region.paint(colour, np.full(q.x.shape, share, np.float32))


def _bodies(region: Region, seed: int) -> Field:
    """Small round bodies scattered in the cells."""
    q = region.plane("nucleus").times(CELLS / 4 * 4.2)
    found = np.zeros(q.x.shape, np.float32)
    for spot in scatter(q.x, q.y, seed + 4):
        size = 0.2 + 0.14 * spot.fate
        here = spot.luck < 0.55
        found = np.maximum(found, q.cover(size - np.hypot(spot.x, spot.y), 0.08) * here)
    return found


def paint_nucleus(region: Region) -> None:
    """The nucleus: a double membrane with pores, threads of chromatin, a dark nucleolus."""
    p = region.plane("nucleus")
    r = p.radius
    draw = region.scene.draw("nucleus")
    stain, core = STAIN[region.scene.words["stain"]]
    seed, angle = draw.randint(1 << 30), draw.uniform(0, 2 * np.pi)
    wave = 0.006 * fractal(p.x, p.y, seed, p.pixel, base=3, top=3)
    inside = np.float32(NUCLEUS) + wave - r
    cover = p.cover(inside)
    if not cover.any() or p.pixel > 0.06:
        return
    drift = 0.06 * fractal(p.x, p.y, seed + 1, p.pixel, base=4, top=3)
    threads = np.abs(fractal(p.x + drift, p.y - drift, seed + 2, p.pixel, base=7, gain=0.4, top=3))
    chromatin = ramp(threads, 0.42, 0.1)
    clouds = fractal(p.x, p.y, seed + 3, p.pixel, base=5, gain=0.6)
    face = mix(stain * 0.92, stain * 1.12, ramp(clouds, -1.2, 1.2))
    face = mix(face, core * 1.05, 0.8 * chromatin)
    x, y = 0.09 * np.cos(angle), 0.09 * np.sin(angle)
    dot = p.around(x, y).radius
    face = mix(face, core * 0.75, p.cover(0.085 + wave - dot, 0.015))
    face = mix(face, core * 1.25, 0.5 * ramp(0.05 - p.around(x - 0.02, y - 0.02).radius, 0, 0.04))
    rim = p.cover(0.022 - np.abs(inside - 0.022), 0.012)
    gap = p.cover(0.005 - np.abs(inside - 0.022), 0.006)
    face = mix(mix(face, core * 0.85, rim), stain * 1.15, 0.8 * gap)
    region.shade(0.25 * ramp(inside, -0.05, 0.0) * (1 - cover))
    region.paint(face, cover * float(ramp(np.array(p.pixel), 0.06, 0.02)))
