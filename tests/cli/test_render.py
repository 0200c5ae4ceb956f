"""``render`` hands its options on to the environment: a film in parts to who deals them."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from zoomstack.cli import main as cli
from zoomstack.cli import render
from zoomstack.setup.handover import module


@pytest.mark.parametrize(
    ("more", "name", "path"),
    [
        ([], "zoomstack.headless.film", "path"),
        (["--parts", "3"], "zoomstack.farm.reel", "path"),
        (["--workers", "2"], "zoomstack.farm.reel", "path"),
        (["--join"], "zoomstack.farm.reel", "path"),
        (["--describe", "openjd"], "zoomstack.farm.reel", "path"),
        (["--ray", "local"], "zoomstack.farm.reel", f"path{os.pathsep}rays"),
    ],
)
def test_the_options_go_on_to_the_environment(monkeypatch, more, name, path):
    host, seen = SimpleNamespace(python=Path("py"), packages=Path("path"), folder=Path("host")), []
    monkeypatch.setattr(render, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(render, "ray_packages", lambda folder, python: Path("rays"))
    monkeypatch.setattr(render, "become", lambda *command, **rest: seen.append((command, rest)))
    words = ["zoom.safetensors", "--frames", "3-9", "--out", "there", "--roll", "1", *more]
    cli.main(["render", *words])
    begin = module(host.python, name, words)
    assert seen == [((begin,), {"PYTHONPATH": path})]


def test_a_farm_describes_a_film_as_render_does(monkeypatch, tmp_path):
    host, seen = SimpleNamespace(python=Path("py"), packages=Path("path")), []
    monkeypatch.setattr(render, "prepare", lambda comfyui, python: host)
    monkeypatch.setattr(render, "become", lambda command, **rest: seen.append(command))
    output = ["--output", str(tmp_path / "there")]
    cli.main(["farm", "--describe", "openjd", "zoom.safetensors", *output])
    film = str(tmp_path / "there" / "zoom.mp4")
    words = ["zoom.safetensors", "--out", film, "--describe", "openjd"]
    assert seen == [module(host.python, "zoomstack.farm.reel", words)]
    assert cli.main(["farm", "--describe", "openjd", *output]) == 2
