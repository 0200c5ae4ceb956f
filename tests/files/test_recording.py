"""A run that broke off goes on from its record to the same bits, or says why it does not."""

import itertools
import shutil

import pytest
import torch

from zoomstack.files.fingerprint import fingerprint
from zoomstack.files.recording import Recording

INPUTS = {"seed": "1", "model": "a"}


class Killed(BaseException):
    """What no handler may catch: the process ends here."""


def model(x):
    return (x * 1.7).sin(), x.to(torch.bfloat16)


def run(folder, calls=9, dies_at=None, inputs=INPUTS, said=None, seconds=2.0, finish=True):
    """A loop whose state is its own: (where it ends, how often the model was asked).

    A second goes by with each question, and with each write.
    """
    say = (lambda line: None) if said is None else said.append
    clock = itertools.count()
    recording = Recording(folder, inputs, say, seconds, lambda: next(clock))
    asked, x, history = 0, torch.linspace(0, 1, 15).view(3, 5), torch.zeros(3, 5)
    for number in range(calls):

        def ask(x=x):
            nonlocal asked
            asked += 1
            return model(x)

        if number == dies_at:
            raise Killed
        first, second = recording.answer(fingerprint(x, number), ask)
        history = 0.5 * history + second.float()
        x = first + 0.1 * history
        first.zero_()  # a sampler may write into what it is given
    if finish:
        recording.finish()
    return x, asked


def killed(folder, dies_at, **options):
    with pytest.raises(Killed):
        run(folder, dies_at=dies_at, **options)


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("dies_at", range(9))
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path, dies_at):
    whole, _ = run(tmp_path / "whole")
    killed(tmp_path / "a", dies_at)
    again, asked = run(tmp_path / "a")
    assert torch.equal(again, whole)
    assert asked == 9 - (dies_at - dies_at % 2)
    assert not (tmp_path / "a").exists()


def test_it_may_be_killed_many_times(tmp_path):
    whole, _ = run(tmp_path / "whole", calls=40)
    for dies_at in (10, 11, 19, 30):
        killed(tmp_path / "a", dies_at, calls=40)
    said = []
    again, asked = run(tmp_path / "a", calls=40, said=said)
    assert torch.equal(again, whole) and asked < 20
    assert said == ["going on from the checkpoint of a run that broke off"]


def test_a_cancelled_run_keeps_all_that_it_was_told(tmp_path):
    recording = Recording(tmp_path / "a", INPUTS)
    for number in range(3):
        recording.answer(str(number), lambda: (torch.ones(1),))
    assert not (tmp_path / "a").exists()  # no second has gone by
    recording.keep()
    again = Recording(tmp_path / "a", INPUTS)
    for number in range(3):
        again.answer(str(number), pytest.fail)


def test_writes_are_seconds_apart(tmp_path):
    with pytest.raises(Killed):
        run(tmp_path / "a", calls=100, dies_at=99, seconds=5.0)
    assert len(files(tmp_path)) == 99 // 5


def test_the_disk_it_takes_is_that_of_the_answers(tmp_path):
    killed(tmp_path / "a", 99, calls=100)
    size = sum((tmp_path / path).stat().st_size for path in files(tmp_path))
    answers = 99 * (15 * 4 + 15 * 2)
    assert 0.5 * answers < size < answers + len(files(tmp_path)) * 2000 + 99 * 250


def test_every_dtype_comes_back_as_it_was(tmp_path):
    kinds = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
    given = tuple(torch.randn(2, 3).to(kind) for kind in kinds)
    given[0][0, 0], given[2][0, 0] = float("nan"), -0.0
    first = Recording(tmp_path / "a", INPUTS)
    first.answer("?", lambda: given)
    first.keep()
    back = Recording(tmp_path / "a", INPUTS).answer("?", pytest.fail)
    assert fingerprint(back) == fingerprint(given)


# --- records that do not fit ----------------------------------------------------------------------


def test_other_inputs_are_named_and_the_old_record_goes_with_the_first_new_part(tmp_path):
    killed(tmp_path / "a", 8)
    before, said = files(tmp_path), []
    killed(tmp_path / "a", 1, inputs={**INPUTS, "seed": "2"}, said=said)
    assert files(tmp_path) == before  # nothing new to take its place yet
    assert said == ["the checkpoint is not used, being of other inputs: seed"]
    killed(tmp_path / "a", 8, inputs={**INPUTS, "seed": "2"})
    assert not set(files(tmp_path)) & set(before)
    _, asked = run(tmp_path / "a")
    assert asked == 9


def damage(path, kind):
    data = bytearray(path.read_bytes())
    if kind == "truncated":
        data = data[: len(data) // 2]
    if kind == "empty":
        data = b""
    if kind == "a bit":
        data[-3] ^= 4
    if kind == "text":
        data = b"no record at all"
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["truncated", "empty", "a bit", "text"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_damaged_part_is_told_and_not_used_nor_what_follows(tmp_path, kind, which):
    whole, _ = run(tmp_path / "whole", calls=20)
    killed(tmp_path / "a", 19, calls=20)
    path = tmp_path / files(tmp_path)[which]
    damage(path, kind)
    said = []
    again, asked = run(tmp_path / "a", calls=20, said=said)
    assert torch.equal(again, whole)
    good = int(path.stem)
    assert asked == 20 - good
    assert f"no use after {good} model calls: {path.name} is damaged" in said[-1]


def test_what_follows_a_damaged_part_goes(tmp_path):
    killed(tmp_path / "a", 19, calls=20)
    parts = files(tmp_path)
    damage(tmp_path / parts[1], "a bit")
    killed(tmp_path / "a", int(parts[1].stem) + 1, calls=20)
    assert files(tmp_path) == parts[:1]


def test_a_part_that_is_missing_ends_the_replay(tmp_path):
    whole, _ = run(tmp_path / "whole", calls=20)
    killed(tmp_path / "a", 19, calls=20)
    path = tmp_path / files(tmp_path)[1]
    path.unlink()
    again, asked = run(tmp_path / "a", calls=20)
    assert torch.equal(again, whole) and asked == 20 - int(path.stem)


def test_an_answer_to_another_question_is_not_given(tmp_path):
    """Whatever the inputs' fingerprint missed: the noise, a sampler of another version."""
    first = Recording(tmp_path / "a", INPUTS)
    for question in "xyz":
        first.answer(question, lambda: (torch.zeros(1),))
    first.keep()
    said = []
    again = Recording(tmp_path / "a", INPUTS, said.append)
    one = (torch.ones(1),)
    assert again.answer("x", pytest.fail)[0] == 0
    assert again.answer("other", lambda: one)[0] == 1
    assert "after 1 model calls: the sampler asks for something else there" in said[-1]
    assert again.answer("z", lambda: one)[0] == 1


def test_what_a_killed_write_left_does_no_harm(tmp_path):
    whole, _ = run(tmp_path / "whole")
    killed(tmp_path / "a", 8)
    folder = (tmp_path / files(tmp_path)[0]).parent
    (folder / ".000004-x1.record").write_bytes(b"half")
    again, asked = run(tmp_path / "a")
    assert torch.equal(again, whole) and asked < 9
    assert not (tmp_path / "a").exists()


# --- disks that do not write ----------------------------------------------------------------------


def test_where_nothing_can_be_written_the_run_goes_on(tmp_path):
    whole, _ = run(tmp_path / "whole")
    (tmp_path / "a").write_text("a file where the folder should be")
    said = []
    again, asked = run(tmp_path / "a", said=said)
    assert torch.equal(again, whole) and asked == 9
    assert len(said) == 1 and said[0].startswith("the checkpoint cannot be written (")
    assert (tmp_path / "a").read_text().startswith("a file")


def test_a_record_that_goes_while_it_is_replayed_ends_the_replay(tmp_path):
    killed(tmp_path / "a", 8)
    recording = Recording(tmp_path / "a", INPUTS)
    shutil.rmtree(tmp_path / "a")
    assert recording.answer("?", lambda: (torch.ones(1),))[0] == 1


# --- fingerprints ---------------------------------------------------------------------------------


def test_what_differs_has_another_fingerprint():
    values = [
        None, True, 1, 1.0, "1", b"1", "", [], [1], [[1]], (1, 1), {}, {"a": 1}, {"a": "1"}, {1},
        torch.zeros(2), torch.zeros(1, 2), torch.zeros(2).half(), torch.tensor([0.0, -0.0]),
        torch.tensor(0.0), Killed(), object(), ["ab", "c"], ["a", "bc"], float("nan"),
    ]  # fmt: skip
    names = [fingerprint(value) for value in values]
    assert len(set(names)) == len(names)
    assert fingerprint("a", "b") != fingerprint("ab") != fingerprint(["a", "b"])


def test_what_is_the_same_has_the_same():
    x = torch.randn(3, 4)
    assert fingerprint({"a": 1, "b": x}) == fingerprint({"b": x.clone(), "a": 1})
    assert fingerprint(x.T.contiguous()) == fingerprint(x.T)
    with torch.inference_mode():
        assert fingerprint(x * 1) == fingerprint(x)
    assert fingerprint(object()) == fingerprint(object())  # told apart by class only
