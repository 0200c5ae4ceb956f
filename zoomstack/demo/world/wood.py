"""The island's wood from above: its canopy, a clearing, and the crown of the tree in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .colours import BLADES
from .noise import Field, Spot, fractal, noise, ramp, scatter
from .region import Plane, Region, mix, rgb

CROWDS = 17.0  # crowns along a side of the forest's own picture
GLADE = 0.41  # the clearing's radius, sides of its own picture
TREE = 0.37  # the single tree's, sides of the crown's own picture
SUNNY = rgb(-0.6, -0.8, 0)  # where the light comes from, across the picture

CROWNS = {  # the colours of crowns, dark to light
    "summer": (rgb(0.05, 0.2, 0.06), rgb(0.2, 0.45, 0.12), rgb(0.42, 0.6, 0.2)),
    "spring": (rgb(0.15, 0.36, 0.1), rgb(0.45, 0.68, 0.25), rgb(0.95, 0.72, 0.8)),
    "autumn": (rgb(0.42, 0.12, 0.05), rgb(0.8, 0.38, 0.08), rgb(0.93, 0.72, 0.18)),
    "winter": (rgb(0.3, 0.36, 0.4), rgb(0.66, 0.72, 0.78), rgb(0.93, 0.96, 1.0)),
}
GRASS = {
    "summer": (rgb(0.42, 0.58, 0.2), rgb(0.62, 0.68, 0.3)),
    "spring": (rgb(0.45, 0.7, 0.25), rgb(0.68, 0.8, 0.36)),
    "autumn": (rgb(0.66, 0.56, 0.24), rgb(0.78, 0.66, 0.36)),
    "winter": (rgb(0.86, 0.9, 0.94), rgb(0.97, 0.98, 1.0)),
}
BARK = rgb(0.3, 0.2, 0.13)


def paint_forest(region: Region) -> None:
    """Crowns side by side where the ground is wooded, round a clearing with one tree."""
    p = region.plane("forest")
    cell = 1 / (CROWDS * p.pixel)  # pixels to a crown
    if cell < 2:
        return
    colours = CROWNS[region.scene.words["season"]]
    seed = region.scene.draw("forest").randint(1 << 30)
    leafy = _foliage(p, seed)
    bumps = 0.16 * fractal(p.x, p.y, seed + 1, p.pixel, base=24, gain=0.6, top=5)
    glade = region.plane("clearing")

    def outside_the_clearing(spot: Spot) -> Field:
        # A crown stands where its middle is wooded, not where the pixel is.
        x, y = glade.x - spot.x * np.float32(4 / CROWDS), glade.y - spot.y * np.float32(4 / CROWDS)
        return x * x + y * y > (GLADE + 0.06) ** 2

    spots = scatter(p.x * np.float32(CROWDS) + 0.5, p.y * np.float32(CROWDS) + 0.5, seed + 2)
    best, shade, luck = _domes(spots, (0.62, 0.28), bumps * 0.8, outside_the_clearing)
    wooded = p.cover(best / np.float32(CROWDS * 1.5), 0.3 / CROWDS / max(1.0, cell / 12))
    light = np.clip(0.34 + 0.3 * best + 0.3 * shade + 0.2 * leafy, 0, 1)
    crown = _tone(colours, light, luck)
    ground = _grass(region, p, seed)
    ground = ground * (0.45 + 0.55 * _lit_ground(region))[..., None]
    cover = region.wooded if region.wooded is not None else np.ones_like(best)
    region.paint(mix(ground, crown, wooded), cover)


def _domes(
    spots: Iterable[Spot],
    sizes: tuple[float, float],
    bumps: Field,
    stands: Callable[[Spot], Field] | None = None,
) -> tuple[Field, Field, Field]:
    """Round tops side by side: the height, the light from the side, the luck of the highest one.

    ``sizes`` are the least radius and the most that a spot's fate adds to it. Below everything the
    height is -1.
    """
    best = np.full(bumps.shape, -1, np.float32)
    shade, luck = np.zeros_like(best), np.zeros_like(best)
    for spot in spots:
        size = sizes[0] + sizes[1] * spot.fate
        dome = (1 - (spot.x * spot.x + spot.y * spot.y) / (size * size)) * size + bumps
        if stands is not None:
            dome = np.where(stands(spot), dome, -1)
        higher = dome > best
        best = np.where(higher, dome, best)
        shade = np.where(higher, (spot.x * SUNNY[0] + spot.y * SUNNY[1]) / size, shade)
        luck = np.where(higher, spot.luck, luck)
    return best, shade, luck


def _tone(colours: tuple[Field, Field, Field], light: Field, luck: Field) -> Field:
    """A crown's colour: some trees are of another kind."""
    dark, middle, bright = colours
    kind = mix(middle, (middle + bright) / 2, ramp(luck, 0.55, 0.75))
    kind = mix(kind, bright, ramp(luck, 0.86, 0.9))
    return mix(mix(dark, kind, ramp(light, 0.05, 0.6)), kind * 1.25, ramp(light, 0.6, 1.1))


def _foliage(p: Plane, seed: int) -> Field:
    return fractal(p.x, p.y, seed + 3, p.pixel, base=60, gain=0.7, top=5)


def _lit_ground(region: Region) -> Field:
    """Full light on the clearing but where the trees round it and in it cast their shadows."""
    glade, tree = region.plane("clearing"), region.plane("crown")
    edge = 0.03 * noise(glade.x * 6, glade.y * 6, 11)
    round_ = ramp(GLADE + edge - glade.around(0.035, 0.05).radius, -0.03, 0.03)
    return round_ * ramp(tree.around(0.13, 0.18).radius, TREE - 0.05, TREE + 0.02)


def _grass(region: Region, p: Plane, seed: int) -> Field:
    season = region.scene.words["season"]
    low, high = GRASS[season]
    tufts = fractal(p.x, p.y, seed + 4, p.pixel, base=30, gain=0.72)
    grass = mix(low, high, ramp(tufts, -1.2, 1.6))
    if season in ("spring", "summer"):
        bloom = rgb(0.95, 0.9, 0.95) if season == "spring" else rgb(0.95, 0.85, 0.3)
        q = p.times(260)
        for spot in scatter(q.x, q.y, seed + 5):
            here = (spot.luck < 0.12) & (q.pixel < 1)
            flower = q.cover(0.24 - np.hypot(spot.x, spot.y)) * here
            grass = mix(grass, bloom, flower)
    return grass


def paint_crown(region: Region) -> None:
    """The single tree from above: boughs from the middle, clumps of leaves, a lobed outline."""
    p = region.plane("crown")
    dark, bright, _ = BLADES[region.scene.words["leaf"]]
    middle = (dark + bright) / 2
    seed = region.scene.draw("crown").randint(1 << 30)
    angle = np.arctan2(p.y, p.x)
    ring_x, ring_y = np.cos(angle), np.sin(angle)
    lobes = 0.022 * fractal(ring_x * 1.6, ring_y * 1.6, seed, 0.05, base=1, top=3)
    rough = 0.012 * fractal(p.x, p.y, seed + 1, p.pixel, base=9, gain=0.6)
    inside = np.float32(TREE) + lobes + rough - p.radius
    cover = p.cover(inside)
    if not cover.any():
        return
    q = p.times(5.5)
    bumps = fractal(p.x, p.y, seed + 2, p.pixel, base=16, gain=0.65, top=6)
    spots = scatter(q.x + 0.3, q.y + 0.2, seed + 3)
    best, shade, _ = _domes(spots, (0.66, 0.3), 0.13 * bumps)
    round_ = (p.x * SUNNY[0] + p.y * SUNNY[1]) / np.float32(TREE)
    light = np.clip(0.3 + 0.32 * best + 0.22 * shade + 0.12 * bumps + 0.14 * round_, 0, 1)
    gaps = ramp(0.1 - best, -0.05, 0.18)
    leafy = mix(mix(dark, middle, ramp(light, 0.05, 0.55)), bright, ramp(light, 0.6, 1.1))
    wood = _boughs(p, seed) * gaps
    colour = mix(mix(leafy, dark * 0.55, gaps), BARK * 1.3, wood)
    region.paint(colour, cover)
    region.leafy = p.cover(inside - 0.02, 0.05) * (1 - 0.7 * wood)


def _boughs(p: Plane, seed: int) -> Field:
    """Boughs that leave the trunk in all directions and thin out."""
    draw = np.random.RandomState(seed & 0x7FFFFFFF)
    wind = 0.05 * fractal(p.x, p.y, seed + 5, p.pixel, base=3, top=3)
    wood = p.cover(0.03 - p.radius)
    for number in range(9):
        bough = p.around(0, 0, number * 2 * np.pi / 9 + draw.uniform(-0.25, 0.25))
        width = 0.014 * (1 - bough.x / np.float32(TREE)) + 0.002
        inside = width - np.abs(bough.y + wind * ramp(bough.x, 0, 0.2))
        wood = np.maximum(wood, p.cover(inside) * (bough.x > 0))
    return wood
