"""The tests run in a browser where there is one, and say so where there is none."""

from pathlib import Path

import pytest

from zoomstack.cli import testing
from zoomstack.setup import aside, browser
from zoomstack.setup.errors import CommandError
from zoomstack.setup.host import Host
from zoomstack.setup.places import FARM, RAY


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    for name in (browser.PROGRAM, browser.WISH):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have been started; their target folder is made."""
    started = []

    def run(command, title, remedy, **options):
        words = [str(word) for word in command]
        started.append(words)
        Path(words[words.index("--target") + 1]).mkdir(parents=True)

    monkeypatch.setattr(aside, "run", run)
    monkeypatch.setattr(aside, "find_uv", lambda host: Path("uv"))
    return started


def on_path(monkeypatch, *names):
    monkeypatch.setattr(browser.shutil, "which", lambda name: name if name in names else None)


def test_what_it_needs_is_fetched_once_from_locks_with_hashes(tmp_path, commands, monkeypatch):
    on_path(monkeypatch, "google-chrome")
    found = browser.find_browser(tmp_path, Path("python"))
    assert found.program == Path("google-chrome")
    assert found.packages.parent == tmp_path
    assert browser.find_browser(tmp_path, Path("python")) == found
    assert found.front_end.is_relative_to(tmp_path) and found.front_end.name == "static"
    assert [command[-1] for command in commands] == [str(browser.LOCK), str(browser.FRONT_END)]
    assert all("--require-hashes" in command for command in commands)


def test_without_a_chromium_nothing_is_fetched(tmp_path, commands, monkeypatch):
    on_path(monkeypatch)
    assert browser.find_browser(tmp_path, Path("python")) is None
    assert commands == []


def test_a_browser_can_be_required(tmp_path, commands, monkeypatch):
    on_path(monkeypatch)
    monkeypatch.setenv(browser.WISH, "required")
    with pytest.raises(CommandError, match="no Chromium is there; install Chromium"):
        browser.find_browser(tmp_path, Path("python"))


def test_a_browser_can_be_named(tmp_path, monkeypatch):
    program = tmp_path / "my chromium"
    monkeypatch.setenv(browser.PROGRAM, str(program))
    with pytest.raises(CommandError, match="which is not a file"):
        browser.find_chromium()
    program.write_text("")
    assert browser.find_chromium() == program


@pytest.mark.parametrize("there", [True, False])
def test_one_line_at_the_end_says_that_there_was_no_browser(tmp_path, monkeypatch, capsys, there):
    host = Host(tmp_path, tmp_path, Path("python"), tmp_path, cpu=True, packages=tmp_path / "path")
    page = tmp_path / "static"
    found = browser.Browser(Path("chromium"), tmp_path / "browser", page) if there else None
    seen = {}
    monkeypatch.setattr(testing, "prepare", lambda *given: host)
    monkeypatch.setattr(testing, "demo_checkpoint", lambda host: tmp_path / "model")
    monkeypatch.setattr(testing, "find_browser", lambda *given: found)
    monkeypatch.setattr(testing, "ray_packages", lambda *given: tmp_path / "ray")
    monkeypatch.setattr(testing, "aside", lambda *given: tmp_path / "openjd")
    monkeypatch.delenv(RAY, raising=False)
    monkeypatch.setenv(FARM, "required" if there else "")
    monkeypatch.setattr(testing.subprocess, "call", lambda command, **options: seen.update(options))
    testing.test([])
    said = capsys.readouterr().err
    assert said.count("\n") == (0 if there else 1)
    assert ("the tests in a browser were skipped" in said) is not there
    assert (str(tmp_path / "browser") in seen["env"]["PYTHONPATH"]) is there
    assert (RAY in seen["env"]) is there  # what a farm needs comes where it is asked for


@pytest.mark.parametrize("lock", [browser.LOCK, browser.FRONT_END], ids=lambda lock: lock.stem)
def test_the_locks_have_hashes_and_no_addresses(lock):
    text = lock.read_text("ascii")
    assert "://" not in text and "--index" not in text.replace("no-emit-index-url", "")
    pins = [line for line in text.splitlines() if "==" in line and line[0] not in " #"]
    assert pins and text.count("--hash=sha256:") >= len(pins)
