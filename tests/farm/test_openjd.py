"""What a render farm is told: valid by the farm's own tools, and its commands make the film."""

import json
import os
import re
import shlex
import subprocess
import sys
import wave

import av
import pytest
from checkout import ROOT, TREE
from ladders import mixed, pictures

from zoomstack.cli.main import _parser
from zoomstack.farm.reel.__main__ import main
from zoomstack.farm.reel.options import check, in_parts
from zoomstack.farm.reel.plan import cuts
from zoomstack.files.stack_file import save_stack
from zoomstack.scene.stack import ZoomStack
from zoomstack.setup.places import FARM, OPENJD

G = mixed(48, 64)
# Words that look like the description's own, and others that JSON must quote.
FILM = ["--fps", "4", "--duration", "3", "--frames", "1-9", "--crf", "20", "--subtitles"]
FILM += ["--caption-lines", 'a {{Param.Stack}} / "c" / ü / {d} / e']


@pytest.fixture
def described(tmp_path, capsys):
    """The job in ``tmp_path`` that ``render --describe openjd`` writes."""
    lines = tuple("abcde"[: G.levels])
    save_stack(tmp_path / "zoom.safetensors", ZoomStack(pictures(G).float(), G, lines))
    out = ["--out", str(tmp_path / "zoom.mp4"), "--part-frames", "4", "--describe", "openjd"]
    host = ["--comfyui", str(TREE), "--python", sys.executable]
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 16000, "NONE", ""))
        file.writeframes(bytes(32000))
    host += ["--audio", str(tmp_path / "tone.wav")]
    assert main([str(tmp_path / "zoom.safetensors"), *out, *FILM, *host]) == 0
    assert "9 frames, at most 3 a part" in capsys.readouterr().out
    return tmp_path / "zoom.openjd.json", tmp_path / "zoom.openjd.values.json"


def openjd(*words, **variables):
    """Open Job Description's own command, by the Python that runs us."""
    folder = os.environ.get(OPENJD)
    if not folder:
        pytest.skip(f"no openjd here: {FARM}=required fetches it")
    variables = {**os.environ, "PYTHONPATH": folder, **variables}
    command = [sys.executable, "-m", "openjd", *map(str, words)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=600)


def frames_in(film):
    with av.open(str(film)) as source:
        assert source.streams.audio
        return [frame.pts for frame in source.decode(video=0)]


def test_a_farm_s_own_tool_finds_nothing_wrong_with_it(described):
    job, _ = described
    checked = openjd("check", job)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    broken = json.loads(job.read_text("utf-8"))
    broken["steps"][1]["dependencies"][0]["dependsOn"] = "Nothing"
    job.write_text(json.dumps(broken), "utf-8")
    assert openjd("check", job).returncode != 0


def test_it_names_no_path_of_this_machine(described, tmp_path):
    job, values = described
    text = job.read_text("utf-8")
    assert not [path for path in json.loads(values.read_text("utf-8")).values() if path in text]
    assert str(tmp_path) not in text and str(ROOT) not in text


def test_a_film_of_any_name_is_described_in_words_that_may_be_typed(tmp_path, capsys):
    stack, film = tmp_path / "zoom.safetensors", tmp_path / "my \"zoom's\tname; $HOME {{é}}.mp4"
    save_stack(stack, ZoomStack(pictures(G).float(), G))
    assert main([str(stack), "--out", str(film), "--describe", "openjd", "--frames", "3-3"]) == 0
    words = shlex.split(capsys.readouterr().out.partition("To run it here: ")[2])
    job, given = (film.with_suffix(end) for end in (".openjd.json", ".openjd.values.json"))
    assert words == ["openjd", "run", str(job), "-p", f"file://{given}"]
    # What the specification has of a job's name.
    name = json.loads(job.read_text("utf-8"))["name"]
    assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f]{1,128}", name) and "{{" not in name


def test_its_commands_make_the_film(described, tmp_path, capsys):
    """As a farm runs them, chunk by chunk, in an order of its own."""
    job, values = (json.loads(path.read_text("utf-8")) for path in described)
    chunks = [f"{part[0]}-{part[-1]}" for part in cuts(range(1, 10), frames=3)]
    parts, join = job["steps"]
    assert join["dependencies"] == [{"dependsOn": "Parts"}]
    (space,) = parts["parameterSpace"]["taskParameterDefinitions"]
    assert space["range"] == "1-9" and space["chunks"]["rangeConstraint"] == "CONTIGUOUS"
    for step, chunk in [*((parts, chunk) for chunk in reversed(chunks)), (join, "")]:
        (file,) = step["script"]["embeddedFiles"]
        assert "{{" not in file["data"]
        about = tmp_path / file["filename"]
        about.write_text(file["data"], "utf-8")
        known = {f"Param.{name}": value for name, value in values.items()}
        known |= {"Task.File.About": str(about), "Task.Param.Frames": chunk}
        program, *words = step["script"]["actions"]["onRun"]["args"]
        for name, value in known.items():
            words = [word.replace(f"{{{{{name}}}}}", value) for word in words]
        assert program == "{{Param.Pack}}/zoomstack"
        options = _parser().parse_args(words)
        check(options)
        assert in_parts(options)
        assert main(words[1:]) == 0
    assert "9 of 12 frames (1 to 9), 64 x 48, in 3 parts" in capsys.readouterr().out
    assert len(frames_in(tmp_path / "zoom.mp4")) == 9
    assert "a {{Param.Stack}}" in (tmp_path / "zoom.vtt").read_text("utf-8")


@pytest.mark.slow
def test_a_farm_runs_it(described, tmp_path):
    job, values = described
    given = ["-p", f"file://{values}", "-p", f"Python={sys.executable}", "-p", "FramesAPart=5"]
    done = openjd("run", job, *given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Chunks run: 3" in done.stdout
    assert len(frames_in(tmp_path / "zoom.mp4")) == 9
