"""Headless runs: what arrives, what is said when it does not, and the exit code for scripts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stub_kit import graph, stub_tree

from zoomstack.headless.__main__ import main
from zoomstack.headless.server import ComfyServer, free_port
from zoomstack.setup.places import REPOSITORY


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    tree = stub_tree(tmp_path_factory.mktemp("stub"))
    with ComfyServer(tree, Path(sys.executable), tree / "base") as comfy:
        yield comfy.url


@pytest.fixture
def run(tmp_path, server, capsys):
    def run(*arguments, url=server):
        output = tmp_path / "out"
        code = main(["run", *arguments, "--server", url, "--output", str(output)])
        said = capsys.readouterr()
        files = sorted(path for path in output.rglob("*") if path.is_file())
        return code, said.out, said.err, files

    return run


def test_brings_home_what_was_saved_and_prints_where(run, tmp_path):
    code, out, err, files = run(graph(tmp_path, "Work"))
    assert code == 0
    assert [file.read_bytes() for file in files] == [b"pixels"]
    assert out.split() == [str(files[0])]
    assert "node 0 (Work): 8/8" in err


def test_all_files_of_an_export_come_home_and_the_first_is_told(run, tmp_path):
    for again in ("", "-2"):
        code, out, _, files = run(graph(tmp_path, "Tiles"))
        deep = tmp_path / "out" / "deep"
        assert code == 0 and out.split() == [str(deep / f"zoom{again}.dzi")]
        assert {deep / f"zoom{again}_files" / str(i) / "0_0.jpg" for i in range(2)} < {*files}
    assert len(files) == 6


def test_a_node_that_ends_without_a_word_was_not_stopped(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Work", "Hush"))
    assert code == 0 and "node 1 (Hush): 8/8" in err and "stopped" not in err


def test_never_writes_over_an_earlier_result(run, tmp_path):
    run(graph(tmp_path, "Work"))
    _, _, _, files = run(graph(tmp_path, "Work"))
    assert [file.name for file in files] == ["Work-2.bin", "Work.bin"]


def test_changes_reach_the_server(run, tmp_path):
    prompts = tmp_path / "ladder.txt"
    prompts.write_text("a planet\na coast\n")
    path = graph(tmp_path, "Work", "PromptLadder")
    code, _, err, _ = run(path, "--set", "Work.steps=7", "--prompts", str(prompts))
    assert code == 0 and '"steps": 7' in err


def test_a_photo_is_uploaded(run, tmp_path):
    photo = tmp_path / 'my "photo" \u00e4.png'
    photo.write_bytes(b"x" * 1234)
    code, _, err, _ = run(graph(tmp_path, "LoadImage", "Work"), "--photo", str(photo))
    assert code == 0 and '"my__photo___.png": 1234' in err


def test_a_missing_photo_is_named(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "LoadImage"), "--photo", str(tmp_path / "no.png"))
    assert code == 2 and "no.png is not a file" in err


def test_an_input_that_the_node_does_not_have_is_refused(run, tmp_path):
    code, _, err, files = run(graph(tmp_path, "Work"), "--set", "Work.stepz=7")
    assert code == 2 and not files
    assert "no input 'stepz'; it has: half, prompts, steps" in err


def test_a_refused_workflow_says_which_input_of_which_node(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Work", steps=0))
    assert code == 2
    assert "node 0 (Work): steps: Value 0 smaller than min of 1" in err


def test_all_that_the_server_lacks_is_told_at_once_and_before_it_is_handed_in(run, tmp_path):
    path = tmp_path / "graph.json"
    nodes = {
        "1": {"class_type": "Pick", "inputs": {"ckpt_name": "smal.safetensors", "seed": 3}},
        "2": {"class_type": "Wrok", "inputs": {}},
        "3": {"class_type": "ZoomStackSampler", "inputs": {}},
        "4": {"class_type": "Work", "inputs": {"steps": ["9", 0]}},
    }
    path.write_text(json.dumps(nodes))
    code, _, err, files = run(str(path))
    assert code == 2 and not files and "ComfyUI refused" not in err
    for words in (
        "no node type 'Wrok' (node 2): install the packs",
        "no node type 'ZoomStackSampler' (node 3): ZoomStack is not loaded there",
        "needs ComfyUI 0.30.0 or newer, and this is stub",
        "'Wrok' may be 'Work'",
        "node 1 (Pick): model is missing; connect a MODEL",
        "node 4 (Work): steps comes from node 9, which is not in the workflow",
        "ckpt_name: 'smal.safetensors' is not in the server's list; it has 'small.safetensors', "
        "'large.safetensors'; put the file into its models/checkpoints",
        "node 1 (Pick) has no input 'seed'; it has: ckpt_name, half, model, prompts, steps; "
        "ComfyUI passes over it",
    ):
        assert words in err


def test_a_value_that_is_not_listed_is_the_servers_to_judge(run, tmp_path):
    """LoadImage takes more than it lists; a checkpoint that is refused is told in our words."""
    code, _, err, _ = run(graph(tmp_path, "LoadImage", "Work", image="folder/b.png"))
    assert code == 0
    code, _, err, _ = run(graph(tmp_path, "Pick", ckpt_name="smal.safetensors", model=["0", 0]))
    assert code == 2 and "node 0 (Pick): ckpt_name: 'smal.safetensors' is not in" in err
    assert "Value not in list" not in err


def test_a_failing_node_is_named_with_its_words(run, tmp_path):
    code, out, err, _ = run(graph(tmp_path, "Fail"))
    assert code == 1 and out == ""
    assert "node 0 (Fail) failed: ValueError: 5 levels" in err


def test_what_others_made_before_a_node_failed_is_kept(run, tmp_path):
    code, out, err, files = run(graph(tmp_path, "Work", "Fail"))
    assert code == 1 and out == ""
    assert [file.read_bytes() for file in files] == [b"pixels"]
    assert f"kept {files[0]}" in err


def test_a_file_that_breaks_off_is_not_kept(run, tmp_path):
    code, _, err, files = run(graph(tmp_path, "Lie"))
    assert code != 0 and not files
    assert "Lie.bin" in err


@pytest.mark.parametrize(
    "url", [f"http://127.0.0.1:{free_port()}", "http://[::1]:9"], ids=["IPv4", "IPv6"]
)
def test_a_server_that_is_not_there(run, tmp_path, url):
    code, _, err, _ = run(graph(tmp_path, "Work"), url=url)
    assert code == 3 and f"no ComfyUI answers at {url}" in err


def test_an_address_that_is_none(run, tmp_path):
    code, _, err, _ = run(graph(tmp_path, "Work"), url="localhost:8188")
    assert code == 2 and "like http://127.0.0.1:8188" in err


def test_a_python_without_what_it_takes_is_named(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
        "from zoomstack.headless.__main__ import main; sys.exit(main())"
    )
    command = [sys.executable, "-I", "-S", "-c", script, "run", graph(tmp_path, "Work")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "has no aiohttp, which ComfyUI needs too; give --python" in done.stderr
