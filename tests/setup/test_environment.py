"""The environment is made once; its stamp, not the network, says that it is there."""

import hashlib
import sys
from pathlib import Path

import pytest

from zoomstack.setup import environment, host
from zoomstack.setup import uv as uv_module
from zoomstack.setup.errors import BadInput, CommandError
from zoomstack.setup.places import LOCKS, REPOSITORY, link

VERSION = sys.version_info[:2]


@pytest.fixture
def started(monkeypatch):
    """The commands that would have been started; a venv is made as far as one file."""
    commands = []

    def run(command, title, remedy, **options):
        commands.append([str(word) for word in command])
        if "venv" in commands[-1]:
            python = environment.python_in(Path(command[-1]))
            python.parent.mkdir(parents=True)
            python.write_text("")

    monkeypatch.setattr(environment, "run", run)
    monkeypatch.setattr(environment, "find_uv", lambda host: Path("uv"))
    return commands


def test_is_made_from_the_lock_with_hashes_by_this_python(tmp_path, started):
    python = environment.locked_environment(tmp_path)
    assert python.parent.parent.name == f"env-cp{VERSION[0]}{VERSION[1]}"
    venv, sync = started
    assert sys.executable in venv
    assert sync[:4] == ["uv", "pip", "sync", "--require-hashes"]
    assert str(python) in sync and sync[-1] == str(environment.LOCK)


def test_the_second_time_nothing_is_started(tmp_path, started, monkeypatch):
    first = environment.locked_environment(tmp_path)
    started.clear()
    monkeypatch.setattr(environment, "find_uv", lambda host: pytest.fail("uv was looked for"))
    assert environment.locked_environment(tmp_path) == first
    assert started == []


def test_another_lock_is_synced_into_the_same_environment(tmp_path, started, monkeypatch):
    environment.locked_environment(tmp_path)
    started.clear()
    changed = tmp_path / "host.lock"
    changed.write_text("rich==1")
    monkeypatch.setattr(environment, "LOCK", changed)
    environment.locked_environment(tmp_path)
    assert [command[1:3] for command in started] == [["pip", "sync"]]


def test_an_installation_that_broke_off_is_not_taken_for_done(tmp_path, started, monkeypatch):
    finished = environment.run

    def break_off(command, title, remedy, **options):
        finished(command, title, remedy, **options)
        if "sync" in command:
            raise CommandError("no network")

    with monkeypatch.context() as broken:
        broken.setattr(environment, "run", break_off)
        with pytest.raises(CommandError):
            environment.locked_environment(tmp_path)
    started.clear()
    environment.locked_environment(tmp_path)
    assert "sync" in started[-1]


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_a_python_without_packages_is_refused_before_anything_is_fetched(
    tmp_path, monkeypatch, version
):
    monkeypatch.setattr(environment.sys, "version_info", (*version, 1, "final", 0))
    monkeypatch.setenv("ZOOMSTACK_HOST_DIR", str(tmp_path))
    message = rf"this is Python {version[0]}\.{version[1]}.*3\.10 to 3\.13"
    with pytest.raises(BadInput, match=message):
        host.prepare()
    assert list(tmp_path.iterdir()) == []


def test_an_old_uv_on_the_path_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(uv_module.shutil, "which", lambda name: "/usr/bin/uv")
    monkeypatch.setattr(uv_module, "_version", lambda uv: (0, 1, 44))
    asked = []

    def run(command, title, remedy, **options):
        asked.append(command)
        uv = tmp_path / "uv" / "bin" / ("uv.exe" if sys.platform == "win32" else "uv")
        uv.parent.mkdir(parents=True)
        uv.write_text("")

    monkeypatch.setattr(uv_module, "run", run)
    assert uv_module.find_uv(tmp_path).is_relative_to(tmp_path)
    assert "--require-hashes" in asked[0] and str(tmp_path / "uv") in asked[0]
    monkeypatch.setattr(uv_module, "_version", lambda uv: (0, 13, 8))
    assert uv_module.find_uv(tmp_path) == Path("/usr/bin/uv")


@pytest.mark.parametrize("name", ["host.lock", "client.lock", "ray.lock", "uv.txt"])
def test_the_locks_have_hashes_and_no_addresses(name):
    text = (LOCKS / name).read_text("ascii")
    assert "://" not in text and "--index" not in text.replace("no-emit-index-url", "")
    pins = [line for line in text.splitlines() if "==" in line and line[0] not in " #"]
    assert pins and text.count("--hash=sha256:") >= len(pins)


def test_a_failing_program_is_quoted_with_the_remedy():
    from zoomstack.setup.command import run

    script = "import sys; print('\\n'.join(map(str, range(99)))); sys.exit('no route to host')"
    with pytest.raises(CommandError) as caught:
        run([sys.executable, "-c", script], "Fetching", "check the network")
    message = str(caught.value)
    assert "exit code 1; check the network" in message
    assert "no route to host" in message and "| 0\n" not in message


def test_the_base_directory_holds_this_pack_and_survives_a_second_time(tmp_path):
    base = host.base_directory(tmp_path / "base")
    settings = base / "user" / "default" / "comfy.settings.json"
    settings.write_text("{}")
    assert host.base_directory(base) == base
    assert settings.read_text() == "{}"
    packs = list((base / "custom_nodes").iterdir())
    assert [pack.resolve() for pack in packs] == [REPOSITORY]


def test_a_link_is_moved_but_a_folder_is_never_removed(tmp_path):
    old, new, at = tmp_path / "old", tmp_path / "new", tmp_path / "links" / "here"
    old.mkdir()
    new.mkdir()
    link(old, at)
    link(new, at)
    assert at.resolve() == new.resolve() and old.is_dir()
    (tmp_path / "real").mkdir()
    with pytest.raises(CommandError, match="is in the way"):
        link(new, tmp_path / "real")


def test_the_repository_is_not_where_the_tests_look_for_modules():
    # There our nodes/ would shadow ComfyUI's nodes.py.
    folders = {Path(folder or ".").resolve() for folder in sys.path}
    assert REPOSITORY not in folders


def test_the_pinned_digest_is_a_digest():
    from zoomstack.setup import comfyui

    assert len(comfyui.SHA256) == hashlib.sha256().digest_size * 2
