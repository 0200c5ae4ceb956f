"""A jobs file on servers that are running: shared, and finished whatever becomes of one of them."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import web
from peer_kit import against
from stub_kit import stub_tree

from zoomstack.farm.__main__ import main
from zoomstack.farm.jobs import read_jobs
from zoomstack.farm.run import met
from zoomstack.farm.servers import ServerWorker
from zoomstack.farm.worker import JobFailed, JobLost
from zoomstack.headless.server import ComfyServer, free_port
from zoomstack.setup.errors import BadInput
from zoomstack.setup.places import REPOSITORY


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return stub_tree(tmp_path_factory.mktemp("stub"))


@pytest.fixture(scope="module")
def servers(tree, tmp_path_factory):
    places = [tmp_path_factory.mktemp("base") for _ in range(2)]
    with ExitStack() as stack:
        comfy = (ComfyServer(tree, Path(sys.executable), place) for place in places)
        yield [stack.enter_context(each) for each in comfy]


@pytest.fixture
def farm(tmp_path, capsys):
    def farm(jobs, *urls, options=()):
        words = [word for url in urls for word in ("--server", url)]
        code = main(["run", *words, "--output", str(tmp_path / "out"), *options, str(jobs)])
        return code, capsys.readouterr().err

    return farm


def written(folder, *nodes, seeds="1..6", more=""):
    """A jobs file over a workflow with nodes of these kinds."""
    inputs = {"Slow": {"seconds": 0.2, "seed": 0}, "LoadImage": {"image": ""}}
    graph = {
        str(i): {"class_type": kind, "inputs": inputs.get(kind, {"seed": 0})}
        for i, kind in enumerate(nodes)
    }
    (folder / "graph.json").write_text(json.dumps(graph))
    path = folder / "zooms.toml"
    path.write_text(f'workflow = "graph.json"\nseed = "{seeds}"\n{more}')
    return path


def until(true):
    """Wait for what comes soon, or never."""
    last = time.monotonic() + 60
    while not true():
        assert time.monotonic() < last
        time.sleep(0.02)


def results(folder):
    return [json.loads(path.read_text()) for path in (folder / "out").glob("*/result.json")]


def test_servers_share_the_jobs_and_the_second_time_nothing_is_done(farm, servers, tmp_path):
    jobs = written(tmp_path, "Slow")
    code, err = farm(jobs, *(server.url for server in servers))
    made = results(tmp_path)
    assert code == 0 and len(made) == 6 and "6 of 6 zooms are in" in err
    assert {one["worker"] for one in made} == {server.url for server in servers}
    assert all((tmp_path / "out" / f"graph-{one['id']}" / "Slow.bin").is_file() for one in made)
    # Each was sent its own seed.
    assert {json.loads(one["texts"][0])["inputs"]["seed"] for one in made} == {*range(1, 7)}
    rows = [*csv.DictReader((tmp_path / "out" / "zooms.csv").open(newline=""))]
    assert [row["seed"] for row in rows] == list("123456")
    assert {row["state"] for row in rows} == {"done"}
    code, err = farm(jobs, servers[0].url)
    assert code == 0 and "6 of 6 jobs are done already" in err and results(tmp_path) == made


@pytest.mark.parametrize("name", ["zooms.csv", "zooms.html"])
def test_the_report_is_written_over_nothing_that_is_not_one(servers, tmp_path, capsys, name):
    jobs, mine = written(tmp_path, "Work", seeds="1..2"), tmp_path / name
    mine.write_text(text := "workflow,seed\ngraph.json,3\n")
    words = ["run", "--server", servers[0].url, "--output", str(tmp_path)]
    given = mine if mine.suffix == ".csv" else jobs
    assert main([*words, str(given)]) == 2 and mine.read_text() == text
    assert f"{mine} is no report of a farm" in capsys.readouterr().err
    assert not (tmp_path / ".farm").exists()
    mine.rename(tmp_path / "mine.csv")
    for _ in range(2):  # over its own it is
        assert main([*words, str(jobs)]) == 0


def test_a_killed_servers_job_goes_to_the_other(farm, tree, servers, tmp_path):
    jobs = written(tmp_path, "Slow")
    with ComfyServer(tree, Path(sys.executable), tmp_path / "base") as mortal:

        def kill():
            until(lambda: json.load(urllib.request.urlopen(f"{mortal.url}/queue"))["queue_running"])
            os.killpg(mortal.process.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        code, err = farm(jobs, mortal.url, servers[1].url)
        killer.join()
    assert code == 0 and len(results(tmp_path)) == 6
    assert f"{mortal.url} is gone and left out" in err and "again by" in err
    assert {one["worker"] for one in results(tmp_path)} >= {servers[1].url}
    assert [path.name for path in (tmp_path / "out").glob(".*")] == [".farm"]


def test_servers_without_what_it_takes_are_named_and_left_out(farm, servers, tmp_path):
    dead = f"http://127.0.0.1:{free_port()}"
    code, err = farm(written(tmp_path, "Work", seeds="1..2"), servers[0].url, dead)
    assert code == 0 and f"{dead} is left out: no ComfyUI answers" in err
    code, err = farm(written(tmp_path, "Work", "ZoomStackSampler"), servers[0].url)
    assert code == 2 and "ZoomStack is not loaded there" in err
    assert farm(written(tmp_path, "Work"), dead)[0] == 3


def test_a_server_without_the_model_is_left_out(tmp_path):
    jobs, _ = read_jobs(written(tmp_path, "Pick", more='[set]\n"Pick.ckpt_name" = "a.ckpt"'))

    async def meeting(url):
        async with ServerWorker(url) as worker:
            return await met([worker], jobs)

    def routes(*files):
        inputs = {"required": {"ckpt_name": [[*files], {}]}, "optional": {"seed": ["INT"]}}
        schema = {"Pick": {"input": inputs, "output_node": True}}
        return {
            "/system_stats": {"system": {"comfyui_version": "9"}},
            "/object_info/{kind}": schema,
        }

    assert len(against(routes("a.ckpt"), meeting)[0]) == 1
    with pytest.raises(BadInput, match="'a.ckpt' is not in the server's list.*models/checkpoints"):
        against(routes("b.ckpt"), meeting)


def test_a_job_that_fails_is_told_and_left_until_it_is_asked_for(farm, servers, tmp_path):
    jobs, url = written(tmp_path, "Work", "Fail", seeds="1..2"), servers[0].url
    code, err = farm(jobs, url)
    assert code == 1 and "failed by" in err and "node 1 (Fail) failed: ValueError: 5 levels" in err
    assert not results(tmp_path)
    code, err = farm(jobs, url)
    assert code == 1 and "2 jobs failed before and are left out; --retry" in err
    assert "failed by" not in err
    words = ["--server", url, "--output", str(tmp_path / "out"), "--retry", str(jobs)]
    assert main(["farm", *words]) == 1


def test_a_photo_travels_with_its_job(farm, servers, tmp_path):
    (tmp_path / "my photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99) + b"IEND\xaeB`\x82")
    jobs = written(tmp_path, "LoadImage", "Work", seeds="1..2", more='photo = "my photo.png"')
    assert farm(jobs, servers[0].url)[0] == 0
    for one in results(tmp_path):
        ((name, size),) = json.loads(one["texts"][0])["uploads"].items()
        assert size == 115 and name.startswith("farm-") and name.endswith(".png")


@pytest.mark.parametrize("change", [Path.unlink, lambda photo: photo.write_bytes(b"another")])
def test_a_photo_that_is_no_more_what_it_was_is_its_own_jobs_failure(tmp_path, change):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(9) + b"IEND\xaeB`\x82")
    (job,), _ = read_jobs(written(tmp_path, "LoadImage", "Work", seeds="1", more='photo = "a.png"'))
    change(job.photo)
    with pytest.raises(JobFailed, match="a.png (cannot be read|has changed)"):
        asked(job, tmp_path, {})


async def bad_gateway(request):
    return web.Response(status=502, text="<h1>Bad Gateway</h1>")


@pytest.mark.parametrize(
    "routes",
    [
        {"/prompt": bad_gateway},
        {"/prompt": {"prompt_id": "x"}, "/queue": bad_gateway},
        {
            "/prompt": {"prompt_id": "x"},
            "/queue": {"queue_running": [], "queue_pending": []},
            "/history/x": {
                "x": {"outputs": {"1": {"images": [{"filename": "a", "type": "output"}]}}}
            },
            "/view": bad_gateway,
        },
    ],
)
def test_what_stands_before_a_server_and_says_no_is_no_jobs_failure(tmp_path, routes):
    """A proxy before a server that is gone answers for it."""
    (job,), _ = read_jobs(written(tmp_path, "Work", seeds="1"))
    with pytest.raises(JobLost, match="answered 502 Bad Gateway"):
        asked(job, tmp_path, routes)


def asked(job, folder, routes):
    """Have a server that answers as ``routes`` say do ``job``."""

    async def doing(url):
        async with ServerWorker(url) as worker:
            await worker.meet([job])
            return await worker.do(job, folder, print)

    known = {"/system_stats": {"system": {}}, "/object_info/{kind}": {}}
    return against({**known, **routes}, doing)


def test_one_workflow_is_not_for_several_servers(farm, servers, tmp_path, capsys):
    written(tmp_path, "Work")
    from zoomstack.headless.__main__ import main as run

    words = ["--server", "http://a:1", "--server", "http://b:1", str(tmp_path / "graph.json")]
    assert run(["run", *words]) == 2
    assert "several servers share a jobs file" in capsys.readouterr().err
    assert farm(tmp_path / "zooms.toml", "http://a:1", "http://a:1/")[0] == 2
    code, err = farm(tmp_path / "zooms.toml", "http://a:1", options=["--set", "Work.seed=3"])
    assert code == 2 and "write what all jobs share at the top" in err


def driving(jobs, output, *urls):
    """The farm as a process of its own."""
    script = (
        f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
        "from zoomstack.farm.__main__ import main; sys.exit(main())"
    )
    words = [word for url in urls for word in ("--server", url)]
    command = [sys.executable, "-c", script, "farm", *words, "--output", str(output), str(jobs)]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def test_after_a_killed_driver_only_what_is_missing_is_done(farm, servers, tmp_path):
    jobs, url = written(tmp_path, "Slow"), servers[0].url
    driver = driving(jobs, tmp_path / "out", url)
    until(lambda: len(results(tmp_path)) >= 2)
    driver.kill()
    driver.communicate()
    before = results(tmp_path)
    assert 2 <= len(before) < 6
    code, err = farm(jobs, url)
    after = results(tmp_path)
    assert code == 0 and f"{len(before)} of 6 jobs are done already" in err
    assert err.count("done by") == 6 - len(before) and len(after) == 6
    assert all(one in after for one in before)
    assert [path.name for path in (tmp_path / "out").glob(".*")] == [".farm"]


def test_two_drivers_at_once_share_the_jobs_of_a_folder(servers, tmp_path):
    jobs = written(tmp_path, "Slow", seeds="1..30")  # none is through before the other is there
    drivers = [driving(jobs, tmp_path / "out", server.url) for server in servers]
    said = [driver.communicate(timeout=300)[1].decode() for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0]
    assert sum(one.count(": done by") for one in said) == len(results(tmp_path)) == 30
    assert all(": done by" in one and "30 of 30 zooms are in" in one for one in said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_cancels_on_the_server_and_leaves_nothing_half(servers, tmp_path, number):
    half = tmp_path / "half"
    more = f'[set]\n"Wait.half" = {json.dumps(str(half))}'
    jobs = written(tmp_path, "Wait", seeds="1..2", more=more)
    driver = driving(jobs, tmp_path / "out", servers[0].url)
    until(half.exists)
    driver.send_signal(number)
    err = driver.communicate(timeout=300)[1].decode()
    assert driver.returncode == 130 and "interrupted" in err
    assert not half.exists()
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.name for path in files if "claims" not in path.parts} == {
        "zooms.csv",
        "zooms.html",
    }
