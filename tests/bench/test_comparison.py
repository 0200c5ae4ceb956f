"""A comparison: which jobs it has, in which order, and what each is held against."""

from zoomstack.bench.comparison import Comparison
from zoomstack.bench.model.settings import Settings
from zoomstack.bench.store import Store
from zoomstack.bench.zooms.rows import BY_NAME

TINY = Settings(size=64, levels=3, steps=4)


def a_comparison(folder, *names, seeds=2):
    return Comparison([BY_NAME[name] for name in names], seeds, TINY, folder, "stamp")


def test_all_rows_of_a_seed_come_before_the_next_seed_with_what_they_are_held_against(tmp_path):
    jobs = a_comparison(tmp_path, "p4", "default").jobs()
    first = ["p4", "default", "p4-alone", "independent"]
    assert [(job.row.name, job.seed) for job in jobs] == [
        (name, seed) for seed in (0, 1) for name in first
    ]


def test_findings_are_paired_with_those_of_the_reference_of_the_same_seed(tmp_path):
    work = a_comparison(tmp_path, "default", "fitted", "p4")
    store = Store(tmp_path / "findings.jsonl")
    for job in work.jobs():  # as if they were done
        store.add({"key": work.order(job).key, "row": job.row.name, "seed": job.seed})
    results = work.work(lambda: None, 1)
    found = {
        row.name: [tuple((side["row"], side["seed"]) for side in pair) for pair in pairs]
        for row, pairs in results.items()
    }
    # "fitted" samples what "default" does: both have the finding that came last.
    assert found == {
        name: [((own, seed), (other, seed)) for seed in (0, 1)]
        for name, own, other in (
            ("default", "fitted", "independent"),
            ("fitted", "fitted", "independent"),
            ("p4", "p4", "p4-alone"),
        )
    }


def test_of_two_findings_with_one_key_the_later_counts_when_the_file_is_read(tmp_path):
    store = Store(tmp_path / "findings.jsonl")
    for seconds in (1.0, 2.0):
        store.add({"key": "a", "seconds": seconds})
    for known in (store, Store(store.path)):
        assert known.get("a") == {"key": "a", "seconds": 2.0}
        assert known.get("b") is None
