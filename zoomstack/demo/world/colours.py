"""Colours that several painters share."""

from __future__ import annotations

from .region import rgb

BLADES = {  # dark, light, veins
    "green": (rgb(0.1, 0.33, 0.08), rgb(0.36, 0.62, 0.16), rgb(0.7, 0.82, 0.4)),
    "red": (rgb(0.42, 0.05, 0.06), rgb(0.82, 0.2, 0.12), rgb(0.98, 0.66, 0.42)),
    "orange": (rgb(0.55, 0.2, 0.04), rgb(0.93, 0.5, 0.1), rgb(1.0, 0.84, 0.48)),
    "yellow": (rgb(0.6, 0.42, 0.06), rgb(0.95, 0.8, 0.22), rgb(1.0, 0.95, 0.65)),
    "frosted": (rgb(0.34, 0.44, 0.48), rgb(0.68, 0.77, 0.8), rgb(0.93, 0.97, 1.0)),
}
