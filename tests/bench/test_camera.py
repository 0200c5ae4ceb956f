"""How a rolling camera is measured: a good one has no noise, and a bad one is found out."""

from dataclasses import replace

from zoomstack.bench.speed.rows.camera import SIDE, moved, spot
from zoomstack.film.film import Film
from zoomstack.film.path import Path
from zoomstack.scene.geometry import Geometry


class Late(Film):
    """One that shows its frames in pairs."""

    def picture(self, number):
        return super().picture(number - number % 2)


def test_frozen_frames_and_jerks_of_a_rolling_camera_are_counted():
    g = Geometry(SIDE, SIDE, (2.0,))
    levels = spot(g, 40 + 20j, 6.0)
    path = Path(g.zooms, 60.0, duration=1.0, start=0.4, end=0.7)
    good, bad = (kind(levels, g, path, roll=0.1) for kind in (Film, Late))
    frozen, noise = moved(good, 40 + 20j, 6.0)
    assert (frozen, noise < 0.02) == (0, True)
    frozen, jerks = moved(replace(bad), 40 + 20j, 6.0)
    assert frozen >= 28 and jerks > 10 * noise
