"""One folder and several drivers: each job is done once, by somebody, and is whole."""

import json
import signal
import subprocess
import sys
import time

import pytest

from zoomstack.farm.jobs import Job
from zoomstack.farm.ledger import MOST_LOST, Ledger
from zoomstack.setup.places import REPOSITORY

DRIVE = """
import sys, time
sys.path.insert(0, {repository!r})
from pathlib import Path
from zoomstack.farm.jobs import Job
from zoomstack.farm.ledger import Ledger

with Ledger(Path({folder!r})) as ledger:
    for count in range({count}):
        job = Job(f"{{count:012x}}", "zoom", "{{}}", (), None, (), "")
        if ledger.claim(job):
            print(count, flush=True)
            if {hang}:
                time.sleep(60)
            with ledger.filling(job) as (folder, told):
                (folder / "made").write_text("x")
"""


def job(count, name="zoom"):
    return Job(f"{count:012x}", name, "{}", (), None, (("seed", str(count)),), "jobs.csv, line 2")


def driving(folder, count, hang=False):
    script = DRIVE.format(repository=str(REPOSITORY), folder=str(folder), count=count, hang=hang)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_drivers_that_race_do_each_job_once(tmp_path):
    count = 60
    drivers = [driving(tmp_path, count) for _ in range(3)]
    done = [int(line) for one in drivers for line in one.communicate()[0].split()]
    assert sorted(done) == [*range(count)]
    folders = [path for path in tmp_path.iterdir() if path.name != ".farm"]
    assert len(folders) == count
    assert all((path / "result.json").is_file() for path in folders)
    assert not [path for path in (tmp_path / ".farm").rglob("*") if path.is_file()]


def test_a_killed_drivers_job_is_free_at_once_and_its_half_is_gone(tmp_path):
    driver = driving(tmp_path, 1, hang=True)
    assert driver.stdout.readline()
    with Ledger(tmp_path) as ledger:
        assert not ledger.claim(job(0))  # it lives
        half = tmp_path / f".{job(0).folder}-abc"
        half.mkdir()
        (half / "film.mp4").write_text("half")
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        driver.stdout.close()
        assert ledger.claim(job(0))
        assert not half.exists()


def test_a_driver_elsewhere_is_dead_when_it_has_been_silent_for_long_enough(tmp_path):
    with Ledger(tmp_path, stale=0.3) as ledger:
        (ledger.hidden / "drivers" / "elsewhere-1-aa").write_bytes(b"000000000001")
        (ledger.hidden / "claims" / f"{job(0).id}.1").write_text("elsewhere-1-aa")
        assert not ledger.claim(job(0))
        time.sleep(0.2)
        (ledger.hidden / "drivers" / "elsewhere-1-aa").write_bytes(b"000000000002")
        assert not ledger.claim(job(0))
        time.sleep(0.2)
        assert not ledger.claim(job(0))  # it has spoken in between
        time.sleep(0.2)
        assert ledger.claim(job(0))


def test_a_claim_without_a_name_is_held_until_it_has_been_so_for_long_enough(tmp_path):
    with Ledger(tmp_path, stale=0.2) as ledger:
        (ledger.hidden / "claims" / f"{job(0).id}.7").touch()
        assert not ledger.claim(job(0))
        time.sleep(0.3)
        assert ledger.claim(job(0))


@pytest.mark.parametrize("token", [bytes(40), b"\xff" * 40, b"x" * 5000])
def test_a_claim_that_a_power_cut_left_without_sense_holds_nothing(tmp_path, token):
    with Ledger(tmp_path) as ledger:
        claims = ledger.hidden / "claims"
        (claims / f"{job(0).id}.3").write_bytes(token)
        (claims / f"{job(0).id}.3 (conflicted copy)").write_bytes(b"somebody")
        assert ledger.claim(job(0))


def test_a_folder_without_its_result_is_in_the_way_and_stays(tmp_path):
    film = tmp_path / job(0).folder / "film.mp4"
    with Ledger(tmp_path) as ledger:
        assert not ledger.in_the_way(job(0))
        film.parent.mkdir()
        film.write_text("a film")
        for text in ("", "[1]", '{"id": '):
            film.with_name("result.json").write_text(text)
            assert ledger.result(job(0)) is None
            assert "result.json" in ledger.in_the_way(job(0))
        film.with_name("result.json").write_text('{"id": "0"}')
        assert ledger.result(job(0)) and not ledger.in_the_way(job(0))
        assert film.read_text() == "a film"


def test_what_a_server_says_is_kept_in_any_letters(tmp_path):
    odd = "half a pair: \ud83d"
    strange = job(0)._replace(sent=json.dumps({"1": odd}, ensure_ascii=False))
    with Ledger(tmp_path) as ledger:
        ledger.claim(strange)
        with ledger.filling(strange) as (_, told):
            told["texts"] = [odd]
        assert ledger.result(strange)["texts"] == [odd]
        kept = (tmp_path / strange.folder / "workflow.json").read_text("utf-8")
        assert json.loads(kept) == strange.workflow()
        assert ledger.claim(job(1)) and ledger.fail(job(1), odd) == ledger.failure(job(1))


def test_a_job_that_is_given_back_is_anybodys(tmp_path):
    with Ledger(tmp_path) as one, Ledger(tmp_path) as other:
        assert one.claim(job(0)) and one.claim(job(0)) and not other.claim(job(0))
        one.release(job(0))
        assert other.claim(job(0)) and not one.claim(job(0))
    with Ledger(tmp_path) as later:
        assert later.claim(job(0))


def test_what_was_taken_for_dead_and_was_not_does_not_write_over_the_others(tmp_path):
    with Ledger(tmp_path) as slow, Ledger(tmp_path) as quick:
        assert slow.claim(job(0))
        with pytest.raises(FileExistsError, match="made by another driver"):
            with slow.filling(job(0)) as (folder, _):
                (folder / "film").write_text("slow")
                (slow.hidden / "claims" / f"{job(0).id}.1").write_bytes(b"free")
                assert quick.claim(job(0))
                with quick.filling(job(0)) as (theirs, _):
                    (theirs / "film").write_text("quick")
        assert (tmp_path / job(0).folder / "film").read_text() == "quick"
        assert [path.name for path in tmp_path.iterdir() if path.name != ".farm"] == [job(0).folder]


def test_a_result_says_what_it_is_of_and_nothing_half_is_there(tmp_path):
    with Ledger(tmp_path) as ledger:
        assert ledger.claim(job(3)) and ledger.result(job(3)) is None
        with pytest.raises(KeyError), ledger.filling(job(3)) as (folder, _):
            (folder / "film").write_text("half")
            raise KeyError
        assert not (tmp_path / job(3).folder).exists()
        with ledger.filling(job(3)) as (folder, told):
            told["seconds"] = 2.5
        assert ledger.result(job(3))["varied"] == {"seed": "3"}
        assert json.loads((tmp_path / job(3).folder / "workflow.json").read_text()) == {}
        assert not ledger.claim(job(3))


def test_failures_are_kept_and_lost_workers_are_counted(tmp_path):
    with Ledger(tmp_path) as ledger:
        ledger.claim(job(0))
        assert ledger.fail(job(0), "5 levels").final
        for lost in range(1, MOST_LOST + 1):
            ledger.claim(job(1))
            assert ledger.fail(job(1), "gone", lost=True) == ("gone", lost, lost == MOST_LOST)
        assert not ledger.claim(job(0)) and not ledger.claim(job(1))
    with Ledger(tmp_path) as ledger:
        assert ledger.failure(job(0)).words == "5 levels"
        ledger.forgive([job(0)])
        assert ledger.failure(job(0)) is None and ledger.failure(job(1)).final
        assert ledger.claim(job(0))
