"""A server of our own starts, answers, says why it died, and never outlives us."""

import os
import sys
import urllib.request
from pathlib import Path

import pytest
from stub_kit import stub_tree

from zoomstack.headless.server import ComfyServer
from zoomstack.setup.errors import CommandError


@pytest.fixture
def tree(tmp_path):
    return stub_tree(tmp_path / "comfy tree")


def server(tree, **options):
    return ComfyServer(tree, Path(sys.executable), tree.parent / "base", **options)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_inside_the_block_and_is_gone_after_it(tree):
    with server(tree) as comfy:
        with urllib.request.urlopen(f"{comfy.url}/system_stats") as answer:
            assert answer.status == 200
        pid = comfy.process.pid
        assert is_alive(pid)
    assert not is_alive(pid)


def test_listens_on_this_machine_only_and_gets_a_base_directory(tree, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tree))
    with server(tree) as comfy:
        assert comfy.url.startswith("http://127.0.0.1:")
        said = comfy.log.read_text()
    assert str(tree.parent / "base") in said
    assert "--cpu" in said and "--disable-api-nodes" in said
    assert "PYTHONPATH None" in said


def test_leaves_out_cpu_where_a_gpu_may_be(tree):
    with server(tree, cpu=False) as comfy:
        assert "--cpu" not in comfy.log.read_text()


def test_two_at_once_have_ports_of_their_own(tree):
    with server(tree, log=tree / "a.log") as one, server(tree, log=tree / "b.log") as two:
        assert one.url != two.url


def test_a_server_that_dies_shows_its_last_words(tree, monkeypatch):
    monkeypatch.setenv("STUB_DIES", "1")
    with pytest.raises(CommandError, match=r"exit code 1(.|\n)*no module named torch"):
        server(tree).start()


def test_a_server_that_does_not_come_up_is_ended(tree, monkeypatch):
    monkeypatch.setenv("STUB_SLEEPS", "1")
    comfy = server(tree)
    pids = []
    with pytest.raises(CommandError, match="not up after 1 s"):
        comfy.start(timeout=1, tick=lambda: pids.append(comfy.process.pid))
    assert pids and not is_alive(pids[0])


def test_an_interruption_while_it_starts_ends_it(tree, monkeypatch):
    monkeypatch.setenv("STUB_SLEEPS", "1")
    comfy = server(tree)
    pids = []

    def interrupt():
        pids.append(comfy.process.pid)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        comfy.start(tick=interrupt)
    assert not is_alive(pids[0])
