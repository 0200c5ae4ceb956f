"""The wide end of the world: a galaxy, its core, and a sun with planets."""

from __future__ import annotations

import numpy as np

from .noise import Field, fractal, noise, ramp
from .region import Region, mix, rgb
from .stars import at, glow, spots

STARLIGHT = {
    "blue": (rgb(0.38, 0.55, 1.0), rgb(1.0, 0.8, 0.5)),  # arms, core
    "golden": (rgb(0.95, 0.68, 0.35), rgb(1.0, 0.78, 0.36)),
    "violet": (rgb(0.72, 0.42, 1.0), rgb(1.0, 0.66, 0.74)),
}
SUNLIGHT = {
    "yellow": rgb(1.0, 0.78, 0.3),
    "red": rgb(1.0, 0.42, 0.2),
    "white": rgb(0.88, 0.93, 1.0),
}
PLANETS = (
    rgb(0.85, 0.45, 0.3),
    rgb(0.9, 0.78, 0.5),
    rgb(0.55, 0.75, 0.85),
    rgb(0.7, 0.6, 0.75),
    rgb(0.6, 0.8, 0.6),
)
ORBIT = 0.27  # sides of the picture from the sun to the planet that the zoom goes to
SUN = 0.085  # the sun's radius, sides


def paint_galaxy(region: Region) -> None:
    """Spiral arms round a bright core, before the stars of the field."""
    p = region.plane("galaxy")
    draw = region.scene.draw("galaxy")
    cool, warm = STARLIGHT[region.scene.words["stars"]]
    tilt, squash = draw.uniform(0, np.pi), draw.uniform(0.6, 1.0)
    arms, wind = draw.choice([2, 2, 3]), draw.uniform(2.6, 3.6) * draw.choice([-1, 1])
    phase, seed = draw.uniform(0, 6.3), draw.randint(1 << 30)
    disc = p.around(0, 0, tilt)
    disc = disc._replace(y=disc.y / np.float32(squash))
    r = disc.radius + np.float32(1e-4)
    clouds = fractal(p.x, p.y, seed, p.pixel, base=7, gain=0.62)
    turn = np.arctan2(disc.y, disc.x) - np.float32(wind) * np.log(r + np.float32(0.04))
    wave = np.cos(turn * np.float32(arms) + np.float32(phase) + 0.25 * clouds)
    arm = ramp(wave, -0.35, 1.0)
    reach = ramp(r, 0.5, 0.12) * np.exp(-r * 2.2)
    inner = np.exp(-((r / 0.115) ** 1.7))
    light = reach * (0.1 + 1.35 * arm * ramp(r, 0.08, 0.2)) * np.clip(1 + 0.3 * clouds, 0.2, 2)
    region.canvas[:] = rgb(0.012, 0.014, 0.035)
    region.shine(cool, light)
    region.shine(cool * 0.5 + 0.5, 0.5 * light * arm)
    # The core's own haze thins out towards the sun, which lights its surroundings itself.
    hollow = ramp(region.plane("sun").radius, 0.15, 1.1)
    haze = inner * np.clip(0.9 + 0.2 * clouds, 0.2, 1.6)
    region.shine(warm, haze * (0.24 + 0.85 * hollow))
    lanes = ramp(fractal(p.x, p.y, seed + 5, p.pixel, base=6, gain=0.6), 0.3, 2.0)
    region.shade(lanes * 0.5 * ramp(r, 0.34, 0.1) * (0.3 + 0.7 * hollow))
    _paint_stars(region, warm, inner)


def _paint_stars(region: Region, warm: Field, inner: Field) -> None:
    """Stars at every magnification: near ones show as discs, far ones as points."""
    p = region.plane("galaxy")
    seed = region.scene.draw("stars").randint(1 << 30)
    finest = int(np.floor(np.log2(1 / (7 * p.pixel))))
    light = np.zeros(inner.shape, np.float32)
    for level in range(max(finest - 3, 2), finest + 1):
        every = spots(p, 2.0**level, seed + level)
        # In the core there are stars everywhere, in the field few.
        lucky = every.only(every.luck < 0.1 + 0.8 * at(inner, every))
        size = (0.018 + 0.03 * lucky.fate**2) / (2.0**level * p.pixel)
        light += glow(region.size, lucky, np.maximum(size, 0.42), 0.35 + 0.9 * lucky.fate)
    region.shine(mix(rgb(0.85, 0.92, 1.0), warm, np.minimum(inner * 1.4, 1)), light)


def paint_system(region: Region) -> None:
    """A sun, the orbits round it, and the planets on them but the one that the zoom goes to."""
    p = region.plane("sun")
    draw = region.scene.draw("system")
    colour = SUNLIGHT[region.scene.words["sun"]]
    angle, tilt = draw.uniform(0, 2 * np.pi), draw.uniform(0, np.pi)
    squash = draw.uniform(0.62, 0.95)
    sun_x, sun_y = ORBIT * np.cos(angle), ORBIT * np.sin(angle)
    q = p.around(sun_x, sun_y)
    r = q.radius
    disc = q.around(0, 0, tilt)
    path = np.hypot(disc.x, disc.y / np.float32(squash))
    own = _along(-sun_x, -sun_y, tilt, squash)
    gap = ramp(p.radius, 0.085, 0.13)  # the line ends before the planet that it leads to
    ratios = (0.52, 1.0, 1.45, 2.05, 2.8)
    width = max(0.0014, 0.6 * p.pixel)
    strength = min(1.0, 0.0028 / p.pixel)  # thinner than a pixel: fainter
    for index, ratio in enumerate(ratios):
        radius = own * ratio * draw.uniform(0.95, 1.05) if ratio != 1.0 else own
        line = np.exp(-(((path - np.float32(radius)) / width) ** 2)) * np.float32(0.5 * strength)
        region.shine(rgb(0.75, 0.8, 0.95), line * (gap if ratio == 1.0 else 1))
        where, size = draw.uniform(0, 2 * np.pi), draw.uniform(0.018, 0.036)
        if ratio == 1.0:
            continue
        across = radius * np.cos(where), radius * squash * np.sin(where)
        x = sun_x + np.cos(tilt) * across[0] - np.sin(tilt) * across[1]
        y = sun_y + np.sin(tilt) * across[0] + np.cos(tilt) * across[1]
        if np.hypot(x, y) > 0.16:  # clear of the planet in the middle
            _small_planet(region, x, y, size, PLANETS[index], (sun_x, sun_y))
    glow = 0.75 * np.exp(-r / 0.055) + 0.13 * np.exp(-r / 0.2)
    region.shine(colour, glow)
    grain = fractal(q.x, q.y, draw.randint(1 << 30), p.pixel, base=22, top=4)
    face = colour * (1.12 + 0.1 * grain)[..., None] + 0.35 * ramp(r, SUN, 0)[..., None]
    region.paint(face, p.cover(SUN - r, 0.006))


def _along(x: float, y: float, tilt: float, squash: float) -> float:
    """The size of the orbit through (x, y), as seen from the sun."""
    c, s = np.cos(tilt), np.sin(tilt)
    return float(np.hypot(c * x + s * y, (c * y - s * x) / squash))


def _small_planet(
    region: Region, x: float, y: float, size: float, colour: Field, sun: tuple[float, float]
) -> None:
    q = region.plane("sun").around(x, y)
    away = float(np.hypot(sun[0] - x, sun[1] - y))
    lit = (q.x * (sun[0] - x) + q.y * (sun[1] - y)) / np.float32(away * size)
    bands = 1 + 0.18 * noise(q.x * 0, q.y * np.float32(0.8 / size), 3)
    face = colour * (ramp(lit, -0.9, 0.8) * 0.9 + 0.12)[..., None] * bands[..., None]
    region.paint(face, q.cover(np.float32(size) - q.radius))
