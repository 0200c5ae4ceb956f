import pytest
import torch
from ladders import LADDERS, NAMES, even, mixed, noise

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.plain import axis_link, plain_space


def photo_for(g, seed=9):
    return noise(g, seed)[0]


def residuals(views, photo, g, level):
    """What is left of the paper's loss, level by level, at and below the anchored one."""
    for deeper in range(level, g.levels):
        if deeper == level:
            yield (views[deeper] - photo).abs().max()
        elif link := plain_space(g).link(level, deeper):
            yield (link.shrink(views[deeper]) - photo[(..., *link.window)]).abs().max()


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("level", [0, 2])
def test_the_exact_solver_leaves_no_residual(g, level):
    photo = photo_for(g)
    views = PhotoAnchor(photo, level=level)(noise(g), g)
    assert max(residuals(views, photo, g, level)) < 1e-3


def test_the_anchored_level_is_the_photo_once_rendered():
    g = mixed()
    photo = photo_for(g)
    views = PhotoAnchor(photo)(noise(g), g)
    shown = render(views, g)[0]
    # Pixels on an inner window's edge mix levels 1 and 2 below; the rest is the photo itself.
    assert ((shown - photo).abs() < 1e-6).float().mean() > 0.98


@pytest.mark.parametrize("solver", ["exact", "adam"])
def test_strength_zero_changes_nothing(solver):
    g = even(2.5)
    views = noise(g)
    assert torch.equal(PhotoAnchor(photo_for(g), strength=0, solver=solver)(views, g), views)


@pytest.mark.parametrize("solver", ["exact", "adam"])
@pytest.mark.parametrize("level", [0, 2])
def test_strength_is_the_share_of_the_way(solver, level):
    g = even(3.0)
    views, photo = noise(g), photo_for(g)
    half, whole = (PhotoAnchor(photo, level, s, solver)(views, g) for s in (0.5, 1.0))
    assert torch.allclose(half, (views + whole) / 2)


def test_the_first_step_of_adam_moves_by_its_learning_rate():
    g = even(2.0)
    moved = PhotoAnchor(photo_for(g), solver="adam", steps=1)(noise(g), g) - noise(g)
    assert moved[1:].abs().max() == pytest.approx(0.1, rel=1e-3)


def test_deep_anchors_are_made_once():
    """A moved focus gives every chain of levels matrices of its own: only those with pixels."""
    generator = torch.Generator().manual_seed(3)
    focus = tuple(
        (float(x), float(y)) for x, y in 0.4 + 0.2 * torch.rand(132, 2, generator=generator)
    )
    g = Geometry(16, 16, (2.0,) * 132, focus)
    anchor, views = PhotoAnchor(photo_for(g), level=60), noise(g)
    anchor(views, g)
    made = axis_link.cache_info().misses
    anchor(views, g)
    assert axis_link.cache_info().misses == made


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_adam_approaches_the_exact_answer_as_its_steps_grow(g):
    photo, views, link = photo_for(g), noise(g), plain_space(g).link(1, 2)
    target = photo[(..., *link.window)]

    def loss(steps):
        anchor = PhotoAnchor(photo, level=1, solver="adam", steps=steps)
        return (link.shrink(anchor(views, g)[2]) - target).square().sum()

    five, fifty, many = loss(5), loss(50), loss(400)
    assert five > fifty > many
    assert many < 1e-3 * five


def test_wider_views_show_the_photo_too():
    g = mixed()
    photo = photo_for(g)
    views = PhotoAnchor(photo, level=2)(noise(g), g)
    for level in (0, 1):
        link = plain_space(g).link(level, 2)
        assert torch.allclose(views[level][(..., *link.window)], link.shrink(photo))


def test_anchors_chain():
    g = even(2.0, levels=5)
    first, last = photo_for(g, 1), photo_for(g, 2)
    views = noise(g)
    for anchor in (PhotoAnchor(first), PhotoAnchor(last, level=4)):
        views = anchor(views, g)
    assert torch.equal(views[4], last)
    outside = plain_space(g).link(0, 4).window
    hidden = torch.ones(g.height, g.width, dtype=torch.bool)
    hidden[outside] = False
    assert torch.allclose(views[0][:, hidden], first[:, hidden])


def test_adam_works_inside_inference_mode():
    g = even(2.0, height=41)  # a geometry that no other test has met
    with torch.inference_mode():
        views = PhotoAnchor(photo_for(g), solver="adam")(noise(g), g)
    assert views.isfinite().all()


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda g: PhotoAnchor(photo_for(g), level=4), "level 4 but there are 4 levels"),
        (lambda g: PhotoAnchor(photo_for(g)[:, 1:]), r"photo is \(2, 52, 74\)"),
        (lambda g: PhotoAnchor(photo_for(g), strength=1.5), "from 0 to 1, not 1.5"),
        (lambda g: PhotoAnchor(photo_for(g), solver="newton"), "one of exact, adam"),
        (lambda g: PhotoAnchor(photo_for(g), start=0.9, end=0.1), "not from 0.9 to 0.1"),
    ],
)
def test_anchors_that_cannot_be_are_refused(make, words):
    g = even(2.0)
    with pytest.raises(ValueError, match=words):
        make(g)(noise(g), g)
