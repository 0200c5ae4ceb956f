"""Bars: few lines in a log, one that fits on a terminal, and one line that stays in both."""

import io
import os
import re
import subprocess
import sys

import pytest

from zoomstack.headless.progress import Bar, Bars
from zoomstack.headless.reading import Progress
from zoomstack.setup.places import REPOSITORY


def test_a_bar_in_a_log_is_few_lines(capsys):
    with Bar("Sampling") as bar:
        for step in range(101):
            bar.update(step, 100)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[:3] == ["Sampling: 25/100", "Sampling: 50/100", "Sampling: 75/100"]
    assert len(lines) == 4 and lines[3].startswith("Sampling: 100/100 0.")


def test_work_that_is_not_counted_leaves_one_line(capsys):
    with Bar("Loading") as bar:
        bar.update()
        bar.update()
    assert re.fullmatch(r"Loading: 0\.\d s\n", capsys.readouterr().err)


def test_work_that_fails_says_so(capsys):
    with pytest.raises(ValueError), Bar("Fitting") as bar:
        bar.update(2, 4)
        raise ValueError("a long story")
    assert capsys.readouterr().err.splitlines()[-1].startswith("Fitting: failed 0.")


def test_nodes_are_shown_one_at_a_time_and_none_twice(capsys):
    bars = Bars({"1": {"class_type": "A"}, "2": {"class_type": "B"}})
    for node, done, total, finished in (
        ("1", 1, 8, False), ("1", 8, 8, True), ("1", 8, 8, True),  # said again
        ("2", 0, 0, False), ("3", 1, 1, True),  # was never begun
    ):  # fmt: skip
        bars.show(Progress(node, done, total, finished))
    bars.close("stopped")
    lines = [re.sub(r"[\d.]+ s", "T s", line) for line in capsys.readouterr().err.splitlines()]
    assert lines == ["node 1 (A): 8/8 T s", "node 2 (B): stopped T s"]


SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from zoomstack.headless.progress import Bar
with Bar("Sampling \\u03b1\\u03b2 " + "long " * 9) as bar:
    bar.update()
    for step in range(5):
        bar.update(step, 4)
        time.sleep(0.15)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_on_a_terminal_one_line_is_redrawn_and_one_stays(encoding):
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(REPOSITORY)],
        stderr=theirs,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=True,
    )
    os.close(theirs)
    said = io.FileIO(ours).read(1 << 20).decode("utf-8")
    drawn, _, kept = said.rstrip("\r\n").rpartition("\r")
    assert kept.startswith("Sampling ") and re.search(r": 4/4 \d", kept)  # slow machines too
    pictures = drawn.split("\r")
    assert len(pictures) > 4 and any("2/4" in one for one in pictures)
    assert "\n" not in drawn and max(map(len, pictures)) <= 80
