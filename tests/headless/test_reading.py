"""Names that a server sends are only names; its complaints become sentences."""

import json

import pytest

from zoomstack.headless.reading import Made, rejection, run_error
from zoomstack.headless.saved import local_paths, saved_in

GRAPH = {"3": {"class_type": "KSampler", "inputs": {}, "_meta": {"title": "Sample"}}}


@pytest.mark.parametrize(
    ("subfolder", "filename", "inside"),
    [
        ("", "a.png", "a.png"),
        ("video", "a.mp4", "video/a.mp4"),
        ("../..", "a.png", "a.png"),
        ("/etc", "../../passwd", "etc/passwd"),
        ("a\\..\\..\\b", "x\\..\\y.png", "a/b/y.png"),
        ("C:\\windows", "C:evil.png", "windows/C_evil.png"),
        ("", "..", "output"),
        ("", "", "output"),
    ],
)
def test_a_file_lands_below_the_output_folder(tmp_path, subfolder, filename, inside):
    entry = {"subfolder": subfolder, "filename": filename, "type": "output"}
    (saved,) = saved_in({"images": [entry]})
    ((file, path),) = local_paths(saved, tmp_path).items()
    assert path == tmp_path / inside and saved.files[file] == entry
    assert path.resolve().is_relative_to(tmp_path.resolve())


def test_only_saved_files_and_texts_count():
    saved = {"filename": "a.png", "subfolder": "", "type": "output"}
    preview = {"filename": "b.png", "subfolder": "", "type": "temp"}
    value = {"images": [saved, preview], "animated": [True], "text": ["24 dB", 3], "n": 4}
    made = Made("3", value)
    assert [list(one.files.values()) for one in made.saved()] == [[saved]]
    assert made.texts() == ["24 dB"]


def together(subfolder, name, *files):
    whole = {"filename": name, "subfolder": subfolder, "type": "output", "files": files}
    return {"zoomstack_files": [json.dumps(whole)]}


def test_what_belongs_together_is_renamed_together(tmp_path):
    (saved,) = saved_in(together("a", "zoom", "zoom.dzi", "zoom_files/3/0_0.jpg"))
    paths = local_paths(saved, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths.values()] == [
        "a/zoom.dzi", "a/zoom_files/3/0_0.jpg"
    ]  # fmt: skip
    # Another tile of an earlier image: mixed with these they would be neither's.
    (tmp_path / "a" / "zoom_files" / "4").mkdir(parents=True)
    paths = local_paths(saved, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths.values()] == [
        "a/zoom-2.dzi", "a/zoom-2_files/3/0_0.jpg"
    ]  # fmt: skip
    assert saved.files["zoom_files/3/0_0.jpg"] == {
        "filename": "0_0.jpg", "subfolder": "a/zoom_files/3", "type": "output"
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        together("../..", "zoom", "../../../etc/passwd", "/etc/zoom"),
        together("/", "..", "../x", ".."),
        together("", "zoom", "other.png"),
        {"zoomstack_files": ["{", 3, None, "[]", '{"filename": 1}']},
    ],
)
def test_no_list_of_files_leads_outside(tmp_path, value):
    for saved in saved_in(value):
        for path in local_paths(saved, tmp_path / "out").values():
            assert path.resolve().is_relative_to((tmp_path / "out").resolve())


def test_a_refusal_names_node_input_and_value():
    extra = {"input_name": "sampler_name", "received_value": "euller"}
    one = {"type": "value_not_in_list", "message": "Value not in list", "extra_info": extra}
    report = {"3": {"errors": [{**one, "details": "sampler_name: 'euller' not in [...]"}]}}
    answer = {"error": {"message": "Prompt outputs failed validation"}, "node_errors": report}
    lines = rejection(answer, GRAPH).splitlines()
    assert lines[0].endswith("Prompt outputs failed validation")
    expected = "node 3 (KSampler, 'Sample'): sampler_name: Value not in list ("
    assert lines[1].strip().startswith(expected)


def test_a_failure_names_node_kind_and_words():
    failure = {
        "node_id": "3",
        "exception_type": "torch.OutOfMemoryError",
        "exception_message": "2 GB\n",
    }
    entry = {"status": {"status_str": "error", "messages": [["execution_error", failure]]}}
    said = run_error(entry, GRAPH)
    assert said == "node 3 (KSampler, 'Sample') failed: OutOfMemoryError: 2 GB"


def test_a_run_that_succeeded_has_no_error():
    assert run_error({"status": {"status_str": "success", "messages": []}}, GRAPH) == ""
