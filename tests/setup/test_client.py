"""What talks to a server lies in a folder of its own, made once, of the host's own versions."""

import re
import sys
from pathlib import Path

import pytest

from zoomstack.setup import client
from zoomstack.setup.environment import LOCK as HOST_LOCK
from zoomstack.setup.errors import CommandError


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have been started; their target folder is made."""
    started = []

    def run(command, title, remedy, **options):
        started.append(command)
        Path(command[command.index("--target") + 1]).mkdir(parents=True)

    monkeypatch.setattr(client, "run", run)
    return started


def pins(lock):
    return set(re.findall(r"^([\w.-]+==[\w.]+)", lock.read_text("ascii"), re.M))


def test_is_fetched_once_from_the_lock_with_hashes(tmp_path, commands):
    folder = client.client_packages(tmp_path)
    assert folder.parent == tmp_path
    assert client.client_packages(tmp_path) == folder
    (command,) = commands
    assert "--require-hashes" in command and command[-1] == client.LOCK


@pytest.mark.parametrize("uv", [None, Path("uv")])
def test_uv_is_not_fetched_for_it_but_used_where_it_is(tmp_path, commands, monkeypatch, uv):
    monkeypatch.setattr(client, "uv_there", lambda host: uv)
    client.client_packages(tmp_path)
    (command,) = commands
    begin = [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "install"]
    assert command[: len(begin)] == begin and sys.executable in command


def test_another_lock_makes_it_anew(tmp_path, commands, monkeypatch):
    (client.client_packages(tmp_path) / "stale.py").touch()
    changed = tmp_path / "client.lock"
    changed.write_text("tqdm==1")
    monkeypatch.setattr(client, "LOCK", changed)
    assert not (client.client_packages(tmp_path) / "stale.py").exists()


def test_what_broke_off_is_not_taken_for_done(tmp_path, commands, monkeypatch):
    fetched = client.run

    def break_off(command, title, remedy, **options):
        fetched(command, title, remedy)
        raise CommandError("no network")

    with monkeypatch.context() as broken:
        broken.setattr(client, "run", break_off)
        with pytest.raises(CommandError):
            client.client_packages(tmp_path)
    client.client_packages(tmp_path)
    assert len(commands) == 2


def test_its_versions_are_the_hosts():
    assert pins(client.LOCK) < pins(HOST_LOCK)
    assert {name.partition("==")[0] for name in pins(client.LOCK)} >= {"aiohttp", "tqdm"}
