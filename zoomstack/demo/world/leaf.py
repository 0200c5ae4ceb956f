"""The tree's leaves, one of them, and its veins."""

from __future__ import annotations

import numpy as np

from .colours import BLADES
from .noise import Field, cells, fractal, ramp, scatter
from .region import Plane, Region, mix

CLUSTERS = 5.6  # leaves along a side of their own picture, in each layer
LENGTH, WIDTH = 0.43, 0.25  # half a leaf's, sides of the leaf's own picture
BESIDE = 0.05  # sides: the zoom goes to the blade beside the midrib
RIBS = 8.5  # pairs of side veins along a side of the picture


def paint_leaves(region: Region) -> None:
    """Leaves over leaves, each with its midrib, over the dark inside of the tree."""
    p = region.plane("leaves")
    size = 1 / (CLUSTERS * p.pixel)  # pixels to a cell
    if size < 2.5:
        return
    dark, light, vein = BLADES[region.scene.words["leaf"]]
    draw = region.scene.draw("leaves")
    # From afar the leaves are but the grain of the crown.
    seen = np.float32(ramp(np.array(size), 2.5, 8))
    cover = np.full(p.x.shape, seen) if region.leafy is None else seen * region.leafy
    region.paint(dark * 0.3, cover * 0.75)
    for layer in range(3):
        seed, (x, y) = draw.randint(1 << 30), draw.uniform(0, 1, 2)
        depth = 0.45 + 0.275 * layer
        q = p.times(CLUSTERS).around(x + 0.5, y + 0.5)
        best = np.full(q.x.shape, -1, np.float32)
        across, along, luck = (np.zeros_like(best) for _ in range(3))
        for spot in scatter(q.x, q.y, seed, 0.8):
            angle = spot.fate * np.float32(6.2832)
            c, s = np.cos(angle), np.sin(angle)
            u, v = c * spot.x + s * spot.y, c * spot.y - s * spot.x
            inside = _blade(u / np.float32(0.98), v / np.float32(0.46))
            order = np.where(inside > 0, spot.luck, -1)
            higher = order > best
            best = np.where(higher, order, best)
            across, along = np.where(higher, v / 0.46, across), np.where(higher, u, along)
            luck = np.where(higher, inside, luck)
        shape = (best >= 0) * ramp(luck, 0, 0.12)
        tone = np.clip(0.5 + 0.45 * across + 0.3 * (best - 0.5), 0, 1)
        ribs = ramp(np.abs(across), 0.09, 0.02) * ramp(np.array(size), 12, 24)
        side = ramp(np.cos((along * 3 + np.abs(across) * 1.2) * 14.0), 0.86, 0.98)
        ribs = np.maximum(ribs, side * 0.6 * float(ramp(np.array(size), 30, 60)))
        blade = mix(mix(dark, light, tone), vein, 0.8 * ribs) * np.float32(depth)
        region.paint(blade, shape * cover)


def _blade(along: Field, across: Field) -> Field:
    """Positive inside a pointed oval from -1 to 1 along and about -1 to 1 across."""
    half = np.maximum(1 - along * along, 0)
    return np.where(half > 0, half * (1 - 0.25 * along) - np.abs(across), -1)


def paint_leaf(region: Region) -> None:
    """The leaf that the zoom goes to: outline, midrib, side veins, the network between them."""
    leaf = region.plane("leaf")
    if leaf.pixel > 0.05:
        return
    dark, light, vein = BLADES[region.scene.words["leaf"]]
    draw = region.scene.draw("leaf")
    seed, angle = draw.randint(1 << 30), draw.uniform(0, 2 * np.pi)
    p = leaf.around(0, 0, angle)
    # The scale's subject lies on the blade; the midrib passes beside it.
    p = p._replace(y=p.y + np.float32(BESIDE))
    bend = 0.05 * np.sin(p.x * 4 + draw.uniform(0, 6.3)) * (p.x / 0.5) ** 2
    p = p._replace(y=p.y - bend)
    teeth = 0.012 * np.abs(np.sin(p.x * np.float32(np.pi * RIBS * 3)))
    edge = _blade(p.x / np.float32(LENGTH), p.y / np.float32(WIDTH)) * WIDTH
    inside = p.cover(edge * 0.8 - teeth)
    stalk = p.cover(0.012 - np.abs(p.y)) * (p.x < 0) * ramp(p.x, -0.62, -0.56)
    shadow = leaf.around(0.025, 0.035).around(0, 0, angle)
    shadow = shadow._replace(y=shadow.y + np.float32(BESIDE) - bend)
    fall = _blade(shadow.x / np.float32(LENGTH), shadow.y / np.float32(WIDTH)) * WIDTH
    region.shade(0.6 * ramp(fall, -0.03, 0.04))
    mottle = fractal(p.x, p.y, seed, p.pixel, base=5, gain=0.6, top=7)
    ribs, lift = _ribs(p)
    net, tint = _network(region, seed)
    # Between the veins the blade swells.
    tone = 0.72 + 0.13 * mottle + 0.12 * lift + 0.1 * tint + 0.5 * p.y * (p.y < 0)
    colour = mix(dark, light, np.clip(tone, 0, 1))
    colour = mix(colour, vein, np.clip(np.maximum(0.9 * ribs, 0.62 * net), 0, 1))
    region.paint(colour, np.maximum(inside, 0))
    region.paint(vein * 0.8, np.maximum(stalk - inside, 0))


def _ribs(p: Plane) -> tuple[Field, Field]:
    """The midrib and the side veins, and how high the blade stands between them."""
    taper = np.clip(1.1 - (p.x + LENGTH) / (2.2 * LENGTH), 0.1, 1)
    midrib = p.line(np.abs(p.y), 0.014 * taper)
    slant = p.x * 1.0 - np.abs(p.y) * 0.75 - 0.9 * p.y * p.y
    place = slant * np.float32(RIBS) + np.where(p.y > 0, 0.0, 0.45)
    off = np.abs(place - np.round(place)) / np.float32(RIBS)
    away = np.clip(1.15 - np.abs(p.y) / WIDTH, 0.15, 1)
    side = p.line(0.8 * off, 0.0042 * away)
    return np.maximum(midrib, side), ramp(off, 0.0, 0.05) * 2 - 1


def _network(region: Region, seed: int) -> tuple[Field, Field]:
    """The fine veins between the side veins, in two generations, and a tint for each mesh."""
    veins = region.plane("veins")
    q = veins.times(3.1)
    wobble = 0.12 * fractal(q.x, q.y, seed + 1, q.pixel, base=1.2, top=3)
    q = q._replace(x=q.x + wobble, y=q.y - wobble)
    if q.pixel > 0.45:
        return np.zeros_like(q.x), np.zeros_like(q.x)
    seen = float(ramp(np.array(q.pixel), 0.45, 0.15))
    mesh = cells(q.x, q.y, seed + 2)
    net = q.line(mesh.edge, 0.045, 0.03) * seen
    tint = (mesh.luck - 0.5) * seen
    if q.pixel < 0.06:
        r = q.times(3.3)
        small = cells(r.x + 0.4, r.y + 0.1, seed + 3)
        fine = r.line(small.edge, 0.05, 0.06) * float(ramp(np.array(r.pixel), 0.2, 0.08))
        net = np.maximum(net, 0.45 * fine)
        tint = tint + 0.8 * (small.luck - 0.5)
    return net, tint
