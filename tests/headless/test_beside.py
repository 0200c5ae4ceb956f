"""What stands beside a server: a folder of its own, extra paths, a Python that can run it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zoomstack.headless.beside import KEPT_SERVERS, extra_paths, server_folder
from zoomstack.setup import environment
from zoomstack.setup.errors import CommandError
from zoomstack.setup.places import REPOSITORY, check_writable


def test_servers_have_a_folder_each_and_only_old_ones_go(tmp_path, monkeypatch):
    folders = []
    for number in range(2 * KEPT_SERVERS):
        monkeypatch.setattr(time, "strftime", lambda form, n=number: f"2026-{n:02}")
        folders.append(server_folder(tmp_path))
        (folders[-1] / "server.log").write_text("said")
    assert len({*folders}) == 2 * KEPT_SERVERS and all(one.is_dir() for one in folders), "of today"
    old = time.time() - 25 * 3600
    for one in folders:
        os.utime(one, (old, old))
    monkeypatch.setattr(time, "strftime", lambda form: "2026-99")
    last = server_folder(tmp_path)
    assert sorted((tmp_path / "servers").iterdir()) == [*folders[-KEPT_SERVERS + 1 :], last]


def test_extra_paths_are_yaml_whatever_the_folder_is_called(tmp_path):
    base = tmp_path / 'a: "b" #\u00e4\U0001f30d'
    text = extra_paths(tmp_path, base).read_text("utf-8")
    assert json.loads(text)["zoomstack"] == {
        "checkpoints": str(base / "models" / "checkpoints"),
        "custom_nodes": str(base / "custom_nodes"),
    }
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(text) == json.loads(text)


def test_a_users_python_is_the_trees_own_or_the_one_that_is_active(tmp_path, monkeypatch):
    monkeypatch.setattr(environment.sys, "prefix", str(tmp_path))  # no environment of ours
    found = {name: object() for name in environment.COMFYUI_NEEDS}
    monkeypatch.setattr(environment, "find_spec", lambda name: found.get(name))
    assert environment.own_python(tmp_path) == Path(sys.executable)
    (tmp_path / environment.STAMP).write_text("ours")
    assert environment.own_python(tmp_path) is None
    (tmp_path / environment.STAMP).unlink()
    del found["torch"]
    assert environment.own_python(tmp_path) is None
    own = environment.python_in(tmp_path / "venv")
    own.parent.mkdir(parents=True)
    own.write_text("")
    found["torch"] = object()
    assert environment.own_python(tmp_path) == own


def test_a_clone_that_is_read_only_names_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"cannot be written to .* ZOOMSTACK_HOST_DIR"):
        check_writable(tmp_path / "file" / ".host")


@pytest.mark.parametrize("place", ["zoomstack", "zoomstack/__main__.py"])
def test_it_starts_by_its_path_from_another_folder(tmp_path, place):
    command = [sys.executable, "-I", "-S", str(REPOSITORY / place), "run", "nowhere.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("error: nowhere.json cannot be read")
