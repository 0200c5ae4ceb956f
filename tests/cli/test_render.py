"""``render`` hands its options on to the environment: a film in parts to who deals them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from zoomstack.cli import main as cli
from zoomstack.cli import render
from zoomstack.setup.handover import module


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ([], "zoomstack.headless.film"),
        (["--parts", "3"], "zoomstack.farm.reel"),
        (["--workers", "2"], "zoomstack.farm.reel"),
        (["--join"], "zoomstack.farm.reel"),
        (["--describe", "openjd"], "zoomstack.farm.reel"),
    ],
)
def test_the_options_go_on_to_the_environment(monkeypatch, more, name):
    host, seen = SimpleNamespace(python=Path("py"), packages=Path("path")), []
    monkeypatch.setattr(render, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(render, "become", lambda *command, **rest: seen.append((command, rest)))
    words = ["zoom.safetensors", "--frames", "3-9", "--out", "there", "--roll", "1", *more]
    cli.main(["render", *words])
    begin = module(host.python, name, words)
    assert seen == [((begin,), {"PYTHONPATH": Path("path")})]
