"""The report: what became of each job, as a table and as a page in which nothing runs."""

import csv
import io
import re

import pytest

from zoomstack import ZoomStack, save_stack
from zoomstack.farm.frame import worst_frame
from zoomstack.farm.jobs import Job
from zoomstack.farm.report import Line, numbers, sheet, table
from zoomstack.joint.render import render
from zoomstack.measure.seam import seams, visible
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitting.scenery import scenery

NASTY = "<script>alert(1)</script>\" onload='x' &"


def line(state="done", words="", files=(), **told):
    job = Job("0" * 12, "coast", "{}", (), None, (("seed", "7"), ("2.text", NASTY)), "")
    return Line(job, state, {"files": [*files], **told}, words)


def test_its_numbers_are_those_that_the_zooms_nodes_showed():
    blend = "agreement of neighbouring levels: 30.1 dB mean, 24.5 dB worst (levels 0-1): 24.5 35.7"
    assert numbers([blend]) == {"agreement": 24.5}
    report = (
        "fine\n\n| level | prompt | agrees with the next, dB | frame of the next |\n"
        "| ---: | --- | --- | --- |\n| 0 | a / b | 25.0 | 1.20 |\n| 1 | c | 21.5 | 1.45 |\n"
        "| 2 | d |  |  |"
    )
    assert numbers([blend, report]) == {"agreement": 21.5, "frame": 1.45}
    assert numbers(["something", "| a |\n| b |"]) == {}


def test_a_frame_is_measured_of_the_stack_that_a_zoom_left(tmp_path):
    geometry = Geometry(64, 64, (2.0, 2.0))
    levels = render(scenery(3, 64, 64, seed=3), geometry)
    save_stack(tmp_path / "flat.safetensors", ZoomStack(levels, geometry))
    least = max(visible(levels, seams(geometry, 1)))
    levels = levels.clone()
    levels[0, :, 16:48, 16:48] = 0.5  # nobody sees it: the deeper levels lie over it
    levels[2] *= 0.4
    save_stack(tmp_path / "seen.safetensors", ZoomStack(levels, geometry))
    (tmp_path / "none.safetensors").write_text("none")
    flat, seen = (worst_frame(tmp_path, ["a.png", f"{n}.safetensors"]) for n in ("flat", "seen"))
    assert flat == pytest.approx(least) and seen > 1.2 * flat
    assert worst_frame(tmp_path, ["a.png"]) is None
    assert worst_frame(tmp_path, ["none.safetensors"]) is None
    assert line(frame=seen).numbers == {"frame": seen}


def test_nothing_in_the_page_is_more_than_text():
    bad = [f"{NASTY}.mp4", 'a" onerror="x.png']
    page = sheet([line(files=bad, worker=NASTY), line("failed", NASTY)], NASTY)
    assert "<script" not in page and not re.search(r"<[^>]*\son\w+=", page)
    assert page.count("<figure") == page.count("</figure>") == 2
    assert "default-src &#x27;none&#x27;" in page
    assert "/%3Cscript%3E" in page


def test_the_table_has_a_line_a_job_and_no_formulas():
    lines = [line(seconds=2.5, worker="a"), line("failed", "=HYPERLINK(1)"), line("open", "-x")]
    rows = [*csv.DictReader(io.StringIO(table(lines), newline=""))]
    assert [row["state"] for row in rows] == ["done", "failed", "open"]
    assert rows[0]["seconds"] == "2.5" and rows[0]["seed"] == "7"
    assert rows[1]["words"] == "'=HYPERLINK(1)" and rows[2]["words"] == "'-x"


@pytest.mark.parametrize("file, tag", [("z.mp4", "<video"), ("l.png", "<img"), ("s.bin", "none")])
def test_a_zoom_is_shown_as_what_it_left(file, tag):
    assert tag in sheet([line(files=["stack.safetensors", file])], "zooms").partition("<main>")[2]
