"""A device that notes what it is asked: tensors that stand for those on a GPU.

A GPU works through what it is told while Python runs ahead, until Python asks for a number: then
both wait for each other. What is asked of a ``Slow`` tensor, or of one made from it, is noted in
``questions`` with the place in this repository that asked; ``Arriving`` stands for ``Later``.
"""

import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch
from checkout import ROOT

from zoomstack.joint.later import Later

ASKING = {
    "item", "tolist", "__bool__", "__float__", "__int__", "__index__", "cpu", "numpy", "__array__",
    "equal", "allclose", "nonzero", "is_nonzero", "argwhere", "unique",
}  # fmt: skip
OURS = tuple(str(ROOT / folder) for folder in ("zoomstack", "nodes"))
THROUGH = (str(Path(__file__).resolve().parent), str(Path(torch.__path__[0]).resolve()))

questions: list[str] = []
calls = 0  # of the model, by ``called``: what is handed out before the first is read costs nothing
watching = False


@contextmanager
def watched():
    """Note questions from here on; gives the list of them."""
    global watching
    questions.clear()
    watching = True
    try:
        yield questions
    finally:
        watching = False


def called() -> None:
    """The device has been given more work."""
    global calls
    calls += 1


def asked(what: str) -> None:
    """Note a question of this repository's; others' are their own."""
    frame = sys._getframe(1)
    while watching and frame is not None:
        name = _real(frame.f_code.co_filename)
        if name.startswith(OURS):
            questions.append(f"{what} at {name.removeprefix(str(ROOT))}:{frame.f_lineno}")
        if not name.startswith(THROUGH):
            return
        frame = frame.f_back


@cache
def _real(name: str) -> str:
    """A file's own path: the tests' runner imports the checkout through a link."""
    return str(Path(name).resolve())


class Slow(torch.Tensor):
    """A tensor on that device."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        if name in ASKING or (name == "to" and _leaves(*args, **kwargs)):
            asked(name)
        if name == "__getitem__" and any(
            isinstance(index, Slow) and index.dtype == torch.bool
            for index in (args[1] if isinstance(args[1], tuple) else (args[1],))
        ):
            asked("a mask")
        return super().__torch_function__(func, types, args, kwargs)


def _leaves(tensor, *where, **options):
    """Whether a tensor changes the device."""
    for place in (*where, *options.values()):
        if isinstance(place, torch.Tensor) and isinstance(place, Slow) != isinstance(tensor, Slow):
            return True
        if isinstance(place, str | torch.device) and isinstance(tensor, Slow):
            return True
    return False


class Arriving(Later):
    """A copy that is there once the model has been called again; to read it sooner is to ask."""

    def __init__(self, tensor):
        super().__init__(tensor.as_subclass(torch.Tensor))
        self._made = calls

    @property
    def ready(self):
        return calls > self._made

    def numbers(self):
        if not self.ready:
            asked("a copy read too soon")
        return super().numbers()
