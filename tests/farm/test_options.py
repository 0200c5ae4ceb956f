"""What the command line of a farm refuses, before anything is fetched or started."""

import os

import pytest

from zoomstack.cli import place
from zoomstack.cli.main import main

JOBS = 'workflow = "text-to-zoom"\nseed = "1..3"\n'


@pytest.mark.parametrize(
    "words, said",
    [
        (["farm"], "name a jobs file"),
        (["farm", "graph.json"], "is no jobs file; its name ends in .toml or .csv"),
        (["farm", "zooms.toml", "--workers", "2"], "--workers 2: give a number from 1 on, and"),
        (["farm", "zooms.toml", "--ray", "local", "--cores", "0"], "--cores 0: give a number"),
        (
            ["farm", "zooms.toml", "--ray", "local", "--server", "http://a:1"],
            "--ray starts ComfyUIs and --server names running ones",
        ),
        (["farm", "zooms.toml", "--server", "a:1"], "'a:1' is no server address"),
        (["run", "zooms.toml", "--server", "http://a:1", "--set", "a.b=3"], "--set is for one"),
        (["run", "zooms.toml", "--server", "http://a:1", "--python", "py"], "leave out --comfyui"),
        (["farm", "zooms.toml", "--node", "start '"], "cannot be read"),
        (["farm", "none.csv"], "none.csv cannot be read: No such file"),
    ],
)
def test_is_refused_in_words(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZOOMSTACK_HOST_DIR", str(tmp_path / "host"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zooms.toml").write_text(JOBS)
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "host").exists() and not (tmp_path / "output").exists()


@pytest.mark.parametrize("command", ["run", "farm"])
def test_for_running_servers_a_small_folder_of_packages_is_enough(command, tmp_path, monkeypatch):
    """As ``run`` of one workflow: no environment is made, and the words are given on."""
    seen = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOOMSTACK_HOST_DIR", str(tmp_path / "host"))
    monkeypatch.setattr(place, "client_packages", lambda host: host / "client")
    monkeypatch.setattr(
        place, "become", lambda *given, **variables: seen.append((given, variables))
    )
    (tmp_path / "zooms.toml").write_text(JOBS)
    words = [command, "--server", "http://a:1", "--server", "http://b:1", "zooms.toml"]
    main(words)
    (((line,), variables),) = seen
    assert line[-len(words) :] == words and "zoomstack.farm" in line
    assert variables["PYTHONPATH"].split(os.pathsep)[0] == str(tmp_path / "host" / "client")
