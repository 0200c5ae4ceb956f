"""Jobs files: what they stand for, that the same is always the same job, and what is refused."""

import json

import pytest

from zoomstack.farm.jobs import read_jobs
from zoomstack.setup.errors import BadInput

GRAPH = {
    "1": {"class_type": "PromptLadder", "inputs": {"prompts": "a\nb"}},
    "2": {"class_type": "KSampler", "inputs": {"seed": 9, "steps": 20, "cfg": 3.0}},
    "3": {"class_type": "Refine", "inputs": {"noise_seed": 12, "model": ["1", 0]}},
    "4": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"IEND\xaeB`\x82"


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "zooms"
    home.mkdir()
    (home / "graph.json").write_text(json.dumps(GRAPH))
    (home / "coast.txt").write_text("a coast\na shell\n")
    (home / "a.png").write_bytes(PNG)
    (tmp_path / "secret.txt").write_text("a secret")
    return home


def jobs_of(folder, text, name="jobs.toml", **options):
    (folder / name).write_text(text, "utf-8")
    return read_jobs(folder / name, **options)


def inputs(job):
    return {node: value["inputs"] for node, value in job.workflow().items()}


def test_a_grid_is_the_product_of_its_lists_and_ranges(folder):
    text = 'workflow = "graph.json"\nseed = "3..5"\n[set]\n"KSampler.steps" = [10, 20]\n'
    jobs, left_out = jobs_of(folder, text)
    made = [(inputs(job)["2"]["seed"], inputs(job)["2"]["steps"]) for job in jobs]
    assert made == [(s, n) for s in (3, 4, 5) for n in (10, 20)] and not left_out
    assert jobs[1].varied == (("seed", "3"), ("KSampler.steps", "20"))
    assert len({job.folder for job in jobs}) == 6
    assert jobs[0].assigned == (("2", "steps"),)


def test_seeds_of_several_nodes_keep_their_distance(folder):
    (job,), _ = jobs_of(folder, 'workflow = "graph.json"\nseed = 100')
    assert inputs(job)["2"]["seed"] == 100 and inputs(job)["3"]["noise_seed"] == 103


def test_toml_and_csv_name_the_same_jobs(folder):
    toml = (
        'workflow = "graph.json"\nladder = "x\\ny"\n[[job]]\nname = "one"\nprompts = "coast.txt"\n'
        '[[job]]\nname = "two"\nphoto = "a.png"\nseed = [1, 7]\n[job.set]\n"2.cfg" = 2.5\n'
    )
    sheet = (
        "name;workflow;ladder;prompts;photo;seed;2.cfg\n"
        'one;graph.json;;coast.txt;;;\n\ntwo;graph.json;"x\ny";;a.png;[1, 7];2.5\n'
    )
    written, _ = jobs_of(folder, toml)
    listed, _ = jobs_of(folder, sheet, "jobs.csv")
    assert [job.folder for job in written] == [job.folder for job in listed]
    assert len(written) == 3 and inputs(written[0])["1"]["prompts"] == "a coast\na shell\n"
    assert inputs(written[2])["2"] == {"seed": 7, "steps": 20, "cfg": 2.5}


def test_columns_that_a_spreadsheet_leaves_empty_mean_nothing(folder):
    """It saves every column that somebody once touched, and every line as long as the longest."""
    plain, _ = jobs_of(folder, "workflow,seed\ngraph.json,1\n", "plain.csv")
    touched, _ = jobs_of(folder, ",workflow,,seed,,\n,graph.json, ,1,,\n,,,,,\n", "touched.csv")
    longer, _ = jobs_of(folder, "workflow,seed\ngraph.json,1,, \n", "longer.csv")
    assert plain[0].id == touched[0].id == longer[0].id


def test_a_job_is_what_it_is_and_equal_lines_are_one(folder):
    sheet = "workflow,seed\ngraph.json,1\ngraph.json,2\ngraph.json,1\n"
    jobs, left_out = jobs_of(folder, sheet, "jobs.csv")
    assert len(jobs) == 2
    assert "line 4: the same job as" in left_out[0] and "line 2; it is made once" in left_out[0]
    again, _ = jobs_of(folder, "seed,workflow\n2,graph.json\n", "other.csv")
    assert again[0].id == jobs[1].id


@pytest.mark.parametrize("change", ["graph.json", "coast.txt", "a.png"])
def test_another_content_of_a_file_is_another_job(folder, change):
    text = 'workflow = "graph.json"\nprompts = "coast.txt"\nphoto = "a.png"'
    (before,), _ = jobs_of(folder, text)
    old = (folder / change).read_bytes()
    (folder / change).write_bytes(old.replace(b"20", b"21").replace(b"coast", b"cliff"))
    if change == "a.png":
        (folder / change).write_bytes(PNG[:8] + bytes(9) + PNG[16:])
    (after,), _ = jobs_of(folder, text)
    assert before.id != after.id


@pytest.mark.parametrize(
    "name, folder_begins",
    [
        ("coast 2 (wide)", "coast-2-wide-"),
        ("日本", "日本-"),
        ("Ku\u0308ste", "K\u00fcste-"),  # as a Mac writes it, and as others do
        ("हिन्दी", "हिन्दी-"),
        ("../..", "zoom-"),
        ("a/b\\c:d*\u202ee", "a-b-c-d-e-"),
        ("x" * 300, "x" * 60 + "-"),
        ("\U00020000" * 60, "\U00020000" * 50 + "-"),
    ],
)
def test_a_folder_has_its_jobs_name_in_letters_that_any_system_takes(folder, name, folder_begins):
    (job,), _ = jobs_of(
        folder, f'workflow = "graph.json"\nname = {json.dumps(name, ensure_ascii=False)}'
    )
    assert job.folder == folder_begins + job.id
    (folder / f".{job.folder}-12345678").mkdir()  # half of it: a system has 255 bytes for a name


def test_jobs_of_other_names_are_other_jobs_in_any_script(folder):
    jobs, left_out = jobs_of(folder, "name,workflow\n東京,graph.json\n大阪,graph.json\n", "a.csv")
    assert len({job.id for job in jobs}) == 2 and not left_out


def test_a_workflow_that_ships_is_known_by_its_name(folder):
    (job,), _ = jobs_of(folder, 'workflow = "text-to-zoom"\nseed = 4')
    assert job.name == "text-to-zoom" and inputs(job)["3"]["seed"] == 4


@pytest.mark.parametrize(
    "text, words",
    [
        ("seed = 1..100", "is not TOML"),
        ('workflow = "graph.json"\nsede = 3', "a job has no 'sede'; it has name, workflow"),
        ('workflow = "graph.jsn"', "'graph.jsn' is no file in"),
        ("seed = 3", "names no workflow"),
        ('workflow = "graph.json"\nprompts = "../secret.txt"', "is not below"),
        ('workflow = "graph.json"\nprompts = "link.txt"', "is not below"),
        ('workflow = "graph.json"\nprompts = "/etc/passwd"', "is not below"),
        ('workflow = "graph.json"\nprompts = "a\\u0000b"', "is not below"),
        ('workflow = "graph.json"\nladder = " "', "ladder is empty; write one prompt a line"),
        ('workflow = "graph.json"\nladder = "a"\nprompts = "coast.txt"', "leave one out"),
        ('workflow = "graph.json"\nseed = "9..3"', "ends before it begins"),
        ('workflow = "graph.json"\nseed = "1..99999999999999999999"', "stands for 9999999999"),
        ('workflow = "graph.json"\nseed = "1..9"\n[set]\n"2.cfg" = "1..9"', "stands for 81 jobs"),
        ('workflow = "graph.json"\nseed = []', "seed: the list is empty"),
        ('workflow = "graph.json"\nseed = -1', "-1 is no whole number from 0 on"),
        ('workflow = "graph.json"\nseed = true', "True is no whole number"),
        ('workflow = "graph.json"\nseed = 1.5', "1.5 is no whole number"),
        ('workflow = "graph.json"\nseed = [[1, 5]]', "[1, 5] is no whole number"),
        ('workflow = "graph.json"\nseed = {first = 1}', "{'first': 1} is no whole number"),
        ('workflow = "graph.json"\nseed = 1979-05-27', "is no whole number"),
        (f'workflow = "graph.json"\nseed = {"1" * 5000}', "is not TOML"),
        ('workflow = "graph.json"\nname = 3', "name: 3 is no text"),
        ('workflow = "graph.json"\n[set]\nKSampler.steps = 3', "put NODE.INPUT into quotes"),
        ('workflow = "graph.json"\n[set]\n"KSampler.cfg" = 1979-05-27', "is no number, text"),
        ('workflow = "graph.json"\n[set]\n"KSampler.cfg" = nan', "is no number, text"),
        ('workflow = "graph.json"\n[set]\n"Sampler.cfg" = 3', "no node has the id, title or class"),
        ('workflow = "graph.json"\nset = 3', "set is no table"),
        ('workflow = "graph.json"\njob = 3', "is no list of jobs"),
        ('workflow = "graph.json"\n[[job]]\nseed = 1\n[[job]]\nsed = 2', "[[job]] 2: a job has no"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder, text, words):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    with pytest.raises(BadInput) as refused:
        jobs_of(folder, text, most=50)
    assert words in str(refused.value)
    assert str(refused.value).startswith(str(folder / "jobs.toml"))


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "holds no jobs"),
        ("workflow,seed\n", "holds no jobs"),
        ("workflow,sede\n", "line 1: no column is called 'sede'"),
        ("workflow,.cfg\n", "no column is called '.cfg'"),
        ("workflow,,seed\ngraph.json,7,1\n", "line 2: '7' stands in column 2, which has no name"),
        ("seed,seed\n", "two columns are called 'seed'"),
        ("workflow,seed\ngraph.json,1,2\n", "line 2 has 3 cells under 2 columns"),
        ('workflow\n"a"b\n', "line 2 is not CSV"),
        ("workflow,seed\ngraph.json,1\ngraph.json,x\n", "line 3: seed: 'x' is no whole number"),
        ("workflow,seed\ngraph.json,[null]\n", "line 2: seed: None is no whole number"),
        ("workflow,seed\n" + "".join(f"graph.json,{i}\n" for i in range(51)), "more than 50 jobs"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_line(folder, text, words):
    with pytest.raises(BadInput) as refused:
        jobs_of(folder, text, "jobs.csv", most=50)
    assert words in str(refused.value) and str(folder / "jobs.csv") in str(refused.value)
