"""Cost is linear in depth: counted in calls of the operators, which no busy machine can change."""

import pytest
from ladders import noise

from zoomstack.joint.blend import blend
from zoomstack.joint.render import render, render_noise
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.plain import PlainSpace


class Counting:
    """A space that counts how often its links are asked for."""

    def __init__(self, geometry):
        self.geometry, self.calls, self._space = geometry, 0, PlainSpace(geometry)

    def link(self, parent, child):
        assert child == parent + 1
        self.calls += 1
        return self._space.link(parent, child)


@pytest.mark.parametrize("operation", [render, render_noise, blend])
def test_one_link_a_neighbouring_pair(operation):
    for levels in (2, 16, 133):
        space = Counting(Geometry(8, 9, (2.0,) * (levels - 1)))
        operation(noise(space.geometry), space)
        assert space.calls == levels - 1
