"""The loop never waits for the device: nothing is asked of a tensor inside a step."""

import device
import pytest
import torch
from device import Arriving, Slow
from encoders import encoder

from zoomstack.joint import denoiser
from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.denoiser import JointDenoiser
from zoomstack.joint.later import Later
from zoomstack.joint.sample import sample
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.choose import Fits
from zoomstack.spaces.plain import plain_space

G = {
    "plain": Geometry(15, 18, (2.5, 1.7), ((0.47, 0.5), (0.5, 0.5))),
    "fitted": Geometry(16, 24, (2.0, 2.0)),
    "twin": Geometry(15, 18, (2.5, 2.0), ((0.47, 0.5), (0.5, 0.5))),
}
SIGMAS = [9.0, 4.0, 2.0, 1.0, 0.0]


def space_of(name):
    like = torch.zeros(()).as_subclass(Slow)
    if name == "plain":
        return plain_space(G[name])
    return Fits().space(name, G[name], encoder(), 4, like)


@pytest.mark.parametrize("solver", ["exact", "adam", "held"])
@pytest.mark.parametrize("name", G)
def test_no_coupled_step_asks_the_device(name, solver, monkeypatch):
    """With shared noise, with a photo that acts in a part of the steps, and with levels held."""
    monkeypatch.setattr(denoiser, "Later", Arriving)
    space = space_of(name)
    shape = (space.geometry.levels, 8, space.geometry.height, space.geometry.width)
    generator = torch.Generator().manual_seed(0)

    def drawn(*sigmas):
        return torch.randn(shape, generator=generator).as_subclass(Slow)

    def denoise(x, sigma):
        device.called()
        return torch.tanh(x)

    if solver == "held":
        joint = JointDenoiser(denoise, space, held={0: drawn()[0], 2: drawn()[2]}, sigmas=SIGMAS)
    else:
        anchor = PhotoAnchor(drawn()[0], level=1, solver=solver, start=0.25)
        joint = JointDenoiser(denoise, space, [anchor], sigmas=SIGMAS)

    def run():
        noise = joint.noise(drawn())
        return [
            step.x for step in sample(joint, noise, SIGMAS, 1.0, lambda *_: joint.noise(drawn()))
        ]

    run()  # what is made once may ask once
    with device.watched() as questions:
        steps = run()
    assert isinstance(steps[-1], Slow), "the test watched nothing"
    assert not questions


def test_the_kit_knows_a_question():
    with device.watched() as questions:
        JointDenoiser(lambda x, sigma: x, G["plain"], start=0.5, sigmas=SIGMAS).couple(
            torch.zeros(3, 1, 15, 18).as_subclass(Slow), torch.ones(3).as_subclass(Slow)
        )
    assert len(questions) == 1 and "schedule.py" in questions[0]


def test_a_copy_holds_what_the_tensor_held():
    tensor = torch.tensor([[1.5, 2.0], [float("inf"), -3.0]])
    later = Later(tensor)
    assert later.ready and later.numbers() == [1.5, 2.0, float("inf"), -3.0]
    assert Later(torch.tensor([True, False])).numbers() == [True, False]
