"""``render`` hands its options on to the environment."""

from pathlib import Path
from types import SimpleNamespace

from zoomstack.cli import main as cli
from zoomstack.cli import render
from zoomstack.setup.handover import module


def test_the_options_go_on_to_the_environment(monkeypatch):
    host, seen = SimpleNamespace(python=Path("py"), packages=Path("path")), []
    monkeypatch.setattr(render, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(render, "become", lambda *command, **rest: seen.append((command, rest)))
    words = ["zoom.safetensors", "--frames", "3-9", "--out", "there", "--roll", "1"]
    cli.main(["render", *words])
    begin = module(host.python, "zoomstack.headless.film", words)
    assert seen == [((begin,), {"PYTHONPATH": Path("path")})]
