"""What a cluster is asked for, and what dies with whoever started it. Ray itself: tests/host."""

import argparse
import socket
import subprocess
import sys
import time

import pytest

from zoomstack.farm.cluster.guard import Guard
from zoomstack.farm.cluster.start import joined, share
from zoomstack.setup.errors import BadInput, Unreachable
from zoomstack.setup.places import REPOSITORY

STARTED = """
import subprocess, sys
sys.path.insert(0, {repository!r})
from pathlib import Path
from zoomstack.farm.cluster.guard import Guard

child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, start_new_session=True)
with Guard(child.pid, Path({folder!r})):
    print(child.pid, flush=True)
    input()
"""


@pytest.mark.parametrize(
    "resources, asked, count, owns",
    [
        ({"GPU": 4, "CPU": 64}, (None, None), 4, {"num_gpus": 1, "num_cpus": 0}),
        ({"GPU": 4, "CPU": 64}, (2, None), 2, {"num_gpus": 1, "num_cpus": 0}),
        ({"GPU": 1, "CPU": 8}, (2, 3), 2, {"num_gpus": 0, "num_cpus": 3}),
        ({"CPU": 8}, (None, None), 1, {"num_gpus": 0, "num_cpus": 8}),
        ({"CPU": 8}, (3, None), 3, {"num_gpus": 0, "num_cpus": 2}),
    ],
)
def test_each_worker_owns_a_gpu_or_some_cores(resources, asked, count, owns):
    assert share(resources, *asked) == (count, owns)


@pytest.mark.parametrize(
    "resources, asked",
    [({"GPU": 1, "CPU": 8}, (2, None)), ({"CPU": 2}, (3, None)), ({"CPU": 8}, (2, 5))],
)
def test_what_a_cluster_has_not_is_not_waited_for(resources, asked):
    with pytest.raises(BadInput, match="the cluster has"):
        share(resources, *asked)


@pytest.mark.parametrize("form", ["{}:{}", "ray://{}:{}"])
def test_where_nobody_is_no_cluster_is_looked_for(form):
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        address = form.format(*bound.getsockname())
        with pytest.raises(Unreachable, match=f"no Ray cluster answers at {address} "):
            joined(argparse.Namespace(ray=address))


def test_what_was_started_goes_with_who_is_killed(tmp_path):
    psutil = pytest.importorskip("psutil")
    folder = tmp_path / "home"
    folder.mkdir()
    script = STARTED.format(repository=str(REPOSITORY), folder=str(folder))
    owner = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()
    last = time.monotonic() + 20
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE or folder.exists():
        assert time.monotonic() < last
        time.sleep(0.02)


def test_what_ends_in_good_order_is_not_killed(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    other = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    with Guard(other.pid, folder):
        pass
    assert other.poll() is None and not folder.exists()
    other.communicate(b"\n")
