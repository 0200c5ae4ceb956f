"""A planet: the disc, its oceans, a continent, a coast and an island off it."""

from __future__ import annotations

import numpy as np

from .noise import Field, fractal, ramp
from .region import Plane, Region, mix, rgb

RADIUS = 0.33  # the planet's, sides of its own picture
CONTINENT, AWAY = 0.25, 0.31  # the continent's radius and its middle's way from the island, sides
ISLAND = 0.33  # the island's radius, sides of its own picture

SEAS = {
    "blue": (rgb(0.03, 0.12, 0.36), rgb(0.16, 0.5, 0.68)),  # deep, shallow
    "turquoise": (rgb(0.02, 0.3, 0.42), rgb(0.3, 0.78, 0.74)),
    "dark": (rgb(0.03, 0.05, 0.12), rgb(0.13, 0.25, 0.36)),
}
LANDS = {
    "summer": (rgb(0.16, 0.38, 0.12), rgb(0.45, 0.48, 0.2)),  # woods, open land
    "spring": (rgb(0.3, 0.55, 0.18), rgb(0.55, 0.62, 0.28)),
    "autumn": (rgb(0.55, 0.28, 0.08), rgb(0.62, 0.48, 0.2)),
    "winter": (rgb(0.5, 0.57, 0.62), rgb(0.74, 0.79, 0.85)),
}
SAND, FOAM, ROCK, SNOW = rgb(0.86, 0.78, 0.56), rgb(0.93, 0.97, 1.0), rgb(0.4, 0.33, 0.27), 0.95


def paint_planet(region: Region) -> None:
    """All of the planet that the region shows, down to the trees."""
    p = region.plane("planet")
    r = p.radius
    inside = p.cover(RADIUS - r)
    if not inside.any():
        return
    height = np.sqrt(np.maximum(1 - (r / RADIUS) ** 2, 0.0))
    face = _surface(region)
    draw = region.scene.draw("light")
    # The light comes from the sun of the wider picture, and from before the planet.
    angle = region.scene.draw("system").uniform(0, 2 * np.pi)
    tall = draw.uniform(0.55, 0.8)
    flat = float(np.sqrt(1 - tall**2))
    normal = p.x * np.float32(np.cos(angle) / RADIUS), p.y * np.float32(np.sin(angle) / RADIUS)
    lit = (normal[0] + normal[1]) * np.float32(flat) + height * np.float32(tall)
    face = face * (0.05 + 1.0 * ramp(lit, -0.25, 0.7))[..., None]
    rim = (1 - height) ** 3 * ramp(lit, -0.2, 0.6)
    air = rgb(0.45, 0.68, 1.0)
    region.paint(face + air * (0.55 * rim)[..., None], inside)
    halo = np.exp(-np.maximum(r - RADIUS, 0) / 0.012) * (1 - inside) * ramp(lit, -0.3, 0.5)
    region.shine(air, 0.5 * halo)


def _surface(region: Region) -> Field:
    """The ground's colour at every pixel, unlit."""
    words = region.scene.words
    p = _unrolled(region.plane("planet"))
    c = _unrolled(region.plane("continent"), 4)
    shore = _shore(region)
    deep, shallow = SEAS[words["sea"]]
    woods, open_land = LANDS[words["season"]]
    seed = region.scene.draw("ground").randint(1 << 30)
    # Shallow water shows as a fringe at every magnification.
    fringe = sum(0.34 * np.exp(np.minimum(shore, 0) / w) for w in (0.012, 0.003, 0.0007))
    waves = fractal(c.x, c.y, seed + 1, c.pixel, base=3, gain=0.6)
    sea = mix(deep, shallow, np.clip(fringe, 0, 1)) * (1 + 0.06 * waves)[..., None]
    patches = fractal(c.x, c.y, seed + 2, c.pixel, base=2.2, gain=0.6)
    land = mix(woods, open_land, ramp(patches + ramp(shore, 0.0, 0.06), 0.1, 1.5))
    ridges = 1 - 0.8 * np.abs(fractal(c.x, c.y, seed + 3, c.pixel, base=1.4, gain=0.55))
    hills = ridges * ramp(shore + 0.012 * patches, 0.006, 0.05)
    land = mix(land, ROCK, 0.85 * ramp(hills, 0.35, 0.75))
    land = mix(land, rgb(SNOW, SNOW, SNOW), ramp(hills, 0.82, 0.97))
    land = land * (1 + 0.45 * np.clip(_slope(hills, c.pixel), -1, 1))[..., None]
    inland = ramp(shore, 0.00055, 0.0009)
    land = mix(SAND, land, inland)
    region.wooded = inland * ramp(hills, 0.6, 0.4)
    ground = mix(sea, land, p.cover(shore))
    surf = ramp(shore, -0.00045, -0.0002) * ramp(shore, 0.0001, -0.00005)
    ground = mix(ground, FOAM, 0.7 * surf * min(1.0, 0.0004 / p.pixel))
    poles = ramp(np.abs(p.y) + 0.015 * patches, 0.36, 0.42)
    ground = mix(ground, rgb(SNOW, SNOW, SNOW), poles)
    return mix(ground, rgb(1, 1, 1), _clouds(region, p, seed))


def _clouds(region: Region, p: Plane, seed: int) -> Field:
    """White streaks, none of them over the place that the zoom goes to."""
    drift = fractal(p.x, p.y, seed + 7, p.pixel, base=2, top=3)
    veil = fractal(p.x + 0.06 * drift, p.y + 0.03 * drift, seed + 8, p.pixel, base=3.5, gain=0.6)
    free = ramp(region.plane("planet").radius, 0.05, 0.2)
    return 0.9 * ramp(veil, 0.55, 1.7) * free


def _slope(height: Field, pixel: float) -> Field:
    """How much a height falls away from the light: shade for hills."""
    down, right = np.gradient(height)
    return (down + right) * np.float32(0.012 / pixel)


def _unrolled(p: Plane, factor: float = 1.0) -> Plane:
    """A plane's places on the globe: flat at the middle, crowded at the limb."""
    radius = np.float32(RADIUS * factor)
    r = np.minimum(p.radius / radius, 1)
    stretch = np.where(r > 1e-3, np.arcsin(r) / np.maximum(r, 1e-3), 1).astype(np.float32)
    return p._replace(x=p.x * stretch, y=p.y * stretch)


def _shore(region: Region) -> Field:
    """The distance to the nearest shore in sides of the planet's picture, on land positive."""
    draw = region.scene.draw("shores")
    seed, angle = draw.randint(1 << 30), draw.uniform(0, 2 * np.pi)
    c = _unrolled(region.plane("continent"), 4)
    middle = AWAY * np.cos(angle), AWAY * np.sin(angle)
    at = np.zeros(1, np.float32)
    here = float(fractal(at, at, seed, 1 / 64, base=1.6, gain=0.52)[0])
    rough = fractal(c.x, c.y, seed, c.pixel, base=1.6, gain=0.52)
    # The coast passes the island at a set distance, whatever the roughness says there.
    rough = (rough - here * np.exp(-((c.radius / 0.1) ** 2))) * np.float32(0.085)
    mainland = (np.float32(CONTINENT) - c.around(*middle).radius + rough) / 4
    island = region.plane("island")
    p = _unrolled(region.plane("planet"))
    others = fractal(p.x, p.y, seed + 9, p.pixel, base=1.5, gain=0.5) * np.float32(0.09) - 0.035
    others = np.minimum(others, (c.radius - 0.8 + 3 * rough) / 4)
    edge = fractal(island.x, island.y, seed + 11, island.pixel, base=1.3, gain=0.55)
    isle = (ISLAND - island.radius + 0.1 * edge) / 64
    # Nothing of the mainland reaches the island's own picture.
    bay = fractal(island.x, island.y, seed + 12, island.pixel, base=0.4, gain=0.6)
    mainland = np.minimum(mainland, (island.radius - 1.0 + 0.25 * bay) / 64)
    return np.maximum(np.maximum(mainland, others), isle).astype(np.float32)
