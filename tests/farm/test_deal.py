"""The dealer: who gets what, and what becomes of a job whose worker does not bring it back."""

import asyncio

import pytest

from zoomstack.farm.deal import deal
from zoomstack.farm.jobs import Job
from zoomstack.farm.ledger import MOST_LOST, Ledger
from zoomstack.farm.worker import JobFailed, JobLost, WorkerGone


def job(count):
    return Job(f"{count:012x}", "zoom", "{}", (), None, (), "")


class Hand:
    """A worker that does what the test says: ``deeds`` are raised in turn, or files written."""

    def __init__(self, name, deeds=(), load=0, can=lambda job: True):
        self.name, self.deeds, self.given, self.can, self.made = name, [*deeds], load, can, []

    def lacks(self, job):
        return "" if self.can(job) else f"no model for {job.id[-1]}"

    async def load(self):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given

    async def do(self, job, folder, say):
        (folder / "film.mp4").write_text(self.name)
        await asyncio.sleep(0.005)
        if self.deeds and (deed := self.deeds.pop(0)):
            raise deed
        self.made.append(job.id)
        return {"files": ["film.mp4"]}


class Log(list):
    def begun(self, worker, job):
        self.append(("begun", worker.name, job.id))

    def step(self, worker, at):
        pass

    def ended(self, worker, job, verdict, words):
        self.append((verdict, worker.name, job.id))

    def gone(self, worker, words):
        self.append(("gone", worker.name, words))

    def held(self, count):
        pass


def dealt(folder, jobs, *workers):
    log = Log()
    with Ledger(folder) as ledger:
        found = asyncio.run(deal(jobs, workers, ledger, log))
        return found, log, [ledger.failure(job) for job in jobs]


def made_by(folder, job):
    return (folder / job.folder / "film.mp4").read_text()


def test_each_job_is_made_once_whoever_makes_it(tmp_path):
    jobs, hands = [job(i) for i in range(9)], [Hand("a"), Hand("b"), Hand("c")]
    found, log, _ = dealt(tmp_path, jobs, *hands)
    assert sorted(each for hand in hands for each in hand.made) == [one.id for one in jobs]
    assert {one.id for one in found.done} == {one.id for one in jobs}
    assert all(hand.made for hand in hands)


def test_the_least_loaded_is_first(tmp_path):
    _, log, _ = dealt(tmp_path, [job(0)], Hand("busy", load=3), Hand("idle"), Hand("so", load=1))
    assert log[0] == ("begun", "idle", job(0).id)


def test_a_gone_workers_job_is_made_by_another(tmp_path):
    jobs = [job(i) for i in range(4)]
    dying, other = Hand("dying", [None, WorkerGone("killed")]), Hand("other")
    found, log, failures = dealt(tmp_path, jobs, dying, other)
    assert len(found.done) == 4 and len(dying.made) == 1 and len(other.made) == 3
    assert ("gone", "dying", "killed") in log and failures == [None] * 4
    assert [kind for kind, *_ in log].count("again") == 1
    assert not [*tmp_path.glob(".zoom-*")]


def test_a_worker_that_is_found_dead_before_it_gets_anything_is_left_out(tmp_path):
    dead = Hand("dead", load=WorkerGone("refused"))
    found, log, _ = dealt(tmp_path, [job(0), job(1)], dead, Hand("other"))
    assert len(found.done) == 2 and not dead.made
    assert log[0] == ("gone", "dead", "refused")


def test_without_workers_what_is_left_is_told_and_nothing_is_claimed(tmp_path):
    found, _, _ = dealt(tmp_path, [job(0), job(1)], Hand("a", [WorkerGone("killed")]))
    assert found.open == {job(i).id: "no worker is left" for i in range(2)} and not found.done
    found, _, _ = dealt(tmp_path, [job(0), job(1)], Hand("b"))
    assert len(found.done) == 2


def test_a_job_that_fails_by_itself_is_tried_once(tmp_path):
    jobs, hand = [job(0), job(1)], Hand("a", [JobFailed("5 levels")])
    found, _, failures = dealt(tmp_path, jobs, hand)
    assert found.failed == [jobs[0]] and found.done == [jobs[1]] and hand.made == [jobs[1].id]
    assert failures[0].words == "5 levels" and failures[0].final
    assert not (tmp_path / jobs[0].folder).exists()


def test_a_job_that_breaks_its_workers_is_given_up(tmp_path):
    hands = [Hand(f"hand {i}", [WorkerGone("killed")]) for i in range(MOST_LOST)]
    found, log, failures = dealt(tmp_path, [job(0)], *hands)
    assert found.failed == [job(0)] and failures[0].lost == MOST_LOST
    assert [kind for kind, *_ in log].count("again") == MOST_LOST - 1


def test_a_worker_that_dropped_a_job_goes_on(tmp_path):
    hand = Hand("a", [JobLost("restarted")])
    found, log, _ = dealt(tmp_path, [job(0), job(1)], hand)
    assert len(found.done) == 2 and len(hand.made) == 2


def test_a_job_waits_for_the_worker_that_can_make_it(tmp_path):
    jobs = [job(i) for i in range(4)]
    odd = Hand("odd", can=lambda job: int(job.id, 16) % 2)
    none = Hand("none", can=lambda job: False)
    found, _, _ = dealt(tmp_path, jobs, odd, none)
    assert odd.made == [job(1).id, job(3).id] and not none.made
    assert found.open[job(0).id] == "odd: no model for 0; none: no model for 0"


def test_two_dealers_on_a_folder_share_the_jobs(tmp_path):
    jobs, hands = [job(i) for i in range(8)], [Hand("a"), Hand("b")]

    async def both():
        with Ledger(tmp_path) as one, Ledger(tmp_path) as other:
            return await asyncio.gather(
                deal(jobs, hands[:1], one, Log()), deal(jobs, hands[1:], other, Log())
            )

    found = asyncio.run(both())
    assert sorted(hands[0].made + hands[1].made) == [one.id for one in jobs]
    assert all(hand.made for hand in hands)
    assert all(len(dealt.done) == 8 for dealt in found)


def test_what_failed_with_one_dealer_is_not_tried_by_another(tmp_path):
    first, other = Hand("a", [JobFailed("5 levels")]), Hand("b")
    logs = Log(), Log()

    async def both():
        with Ledger(tmp_path) as one, Ledger(tmp_path) as two:
            return await asyncio.gather(
                deal([job(0)], [first], one, logs[0]), deal([job(0)], [other], two, logs[1])
            )

    found = asyncio.run(both())
    assert [dealt.failed for dealt in found] == [[job(0)]] * 2 and not other.made
    assert logs[1] == [("given up", "b", job(0).id)]


def test_a_folder_that_is_in_the_way_is_told_and_holds_nothing_else_up(tmp_path):
    jobs, hand = [job(0), job(1)], Hand("a")
    (tmp_path / jobs[0].folder).mkdir()
    (tmp_path / jobs[0].folder / "film.mp4").write_text("a film")
    found, _, _ = dealt(tmp_path, jobs, hand)
    assert found.done == [jobs[1]] and hand.made == [jobs[1].id]
    assert "move it away" in found.open[jobs[0].id]


def test_what_is_cancelled_is_whole_or_not_there_and_anybodys(tmp_path):
    jobs = [job(i) for i in range(20)]

    async def stopped():
        with Ledger(tmp_path) as ledger:
            task = asyncio.create_task(deal(jobs, [Hand("a")], ledger, Log()))
            await asyncio.sleep(0.04)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(stopped())
    before = {path.name for path in tmp_path.iterdir()} - {".farm"}
    assert 0 < len(before) < 20 and not any(name.startswith(".") for name in before)
    hand = Hand("b")
    found, _, _ = dealt(tmp_path, jobs, hand)
    assert len(hand.made) == 20 - len(before) and len(found.done) == 20
