"""What strangers may send: any ladder, any geometry, any file. An answer or a ``ValueError``."""

import json
import math
import os
import re
import struct
import time

import hypothesis.strategies as st
import pytest
import torch
from hostile import ABOUT, stack_bytes
from hypothesis import HealthCheck, given, settings

from zoomstack.export.length import metres
from zoomstack.export.page import page
from zoomstack.files.stack_file import load_stack, save_stack
from zoomstack.film.path import Path
from zoomstack.film.ways import DIRECTIONS, EASINGS
from zoomstack.joint.blend import blend
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.ladder import parse_ladder
from zoomstack.scene.stack import ZoomStack
from zoomstack.setup.places import REPOSITORY

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
any_float = st.floats(allow_nan=True, allow_infinity=True)
number = st.one_of(any_float, st.integers(-(10**30), 10**30), st.just(2.0), st.floats(1, 4))

# Any number of seconds or frames a second, but no film that no machine could hold the numbers of.
span = number.filter(lambda value: not 1e9 < abs(value) < math.inf)

# --- ladders --------------------------------------------------------------------------------------

written = st.one_of(
    st.floats(1.001, 1e6).map(lambda v: f"p={v!r}"),
    st.tuples(st.floats(-1, 2), st.floats(-1, 2)).map(lambda f: f"focus={f[0]!r},{f[1]!r}"),
    st.sampled_from(["p=", "focus=1", "p=nan", "=", "p=1e999", "focus=.5,.5", "p=3."]),
)
line = st.one_of(
    st.text(max_size=30),
    st.tuples(st.lists(written, max_size=4), st.text(max_size=9)).map(
        lambda parts: f"[{' '.join(parts[0])}] {parts[1]}"
    ),
)


@given(st.lists(line, max_size=8).map("\n".join), number, st.text(max_size=30))
def test_any_brackets_are_a_ladder_whose_levels_fit_or_a_value_error(text, zoom, negative):
    try:
        ladder = parse_ladder(text, zoom, negative=negative)
    except ValueError as error:
        assert str(error).endswith(".")
        return
    geometry = ladder.geometry(64, 48)
    assert geometry.levels == ladder.levels == len(ladder.negatives)
    for parent in range(ladder.levels - 1):
        for axis, size in zip(geometry.placement(parent, parent + 1), (64, 48), strict=True):
            assert -1e-3 <= axis.left and axis.left + axis.size / axis.zoom <= size + 1e-3
            assert 0 <= axis.window.start <= axis.window.stop <= size


@pytest.mark.parametrize(
    "text",
    [
        "a\n[" + "p=2 " * 100_000 + "] b",
        "a\n[" + "=" * 1_000_000,
        "a\n" + "[" * 1_000_000 + "=]",
        "a\n[p=" + "9" * 1_000_000 + "] b",
        "a\n[p=" + "9" * 1_000_000 + "x] b",
        "a\n[p=2" + " " * 1_000_000 + "x] b",
        "\n" * 1_000_000 + "a",
        "a" * 1_000_000,
        "a\n[focus=" + "1" * 500_000 + "," + "1" * 500_000 + "] b",
    ],
    ids=[
        "options",
        "equals",
        "brackets",
        "digits",
        "no number",
        "blanks",
        "lines",
        "letters",
        "focus",
    ],
)
def test_a_megabyte_of_anything_is_read_in_linear_time(text):
    """No timing of ours: where it took the square of a second's work, it would take for ever."""
    for part in (text, text * 2):
        start = time.process_time()
        try:
            parse_ladder(part)
        except ValueError:
            pass
        assert time.process_time() - start < 20


# --- geometry, paths and lengths ------------------------------------------------------------------


@given(
    st.integers(-2, 40), st.integers(-2, 40), st.lists(number, max_size=4),
    st.lists(st.tuples(number, number), max_size=4), any_float,
)  # fmt: skip
@few
def test_any_numbers_are_a_geometry_that_renders_or_a_value_error(h, w, zooms, focus, feather):
    try:
        geometry = Geometry(h, w, tuple(zooms), tuple(focus))
        stack = torch.rand(geometry.levels, 1, h, w)
        views = render(blend(stack, geometry, feather=feather), geometry)
    except (ValueError, OverflowError) as error:
        assert isinstance(error, ValueError) or any(abs(zoom) > 1e15 for zoom in zooms)
        return
    assert views.shape == stack.shape and views.isfinite().all()


@given(
    st.lists(st.floats(1.01, 64), max_size=5), span, span, span,
    st.sampled_from(DIRECTIONS), st.sampled_from(list(EASINGS)), span, span, span, st.booleans(),
)  # fmt: skip
@few
def test_any_numbers_are_a_path_through_the_levels_or_a_value_error(
    zooms, fps, seconds, duration, direction, easing, start, end, turn, closed
):
    try:
        timing = (fps, seconds, duration, direction, easing, start, end, turn)
        path = Path(tuple(zooms), *timing, closed)
        count = len(path)
    except ValueError:
        return
    for index in {0, count // 3, count - 1} if count < 10**6 else {0}:
        level, offset = path[index]
        assert 0 <= level <= len(zooms) - (closed and len(zooms) > 0) and 0 <= offset < 1


@given(st.text(max_size=40))
def test_any_text_is_a_length_or_a_value_error(text):
    try:
        assert math.isfinite(metres(text))
    except ValueError as error:
        assert "is no length" in str(error)


# --- stack files ----------------------------------------------------------------------------------

plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), any_float, st.text(max_size=9)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def loaded(path, data):
    """The stack in these bytes, its parts in agreement; None for a ``ValueError``."""
    path.write_bytes(data)
    try:
        stack = load_stack(path)
    except ValueError:
        return None
    g, (count, channels, height, width) = stack.geometry, stack.levels.shape
    assert (count, height, width) == (g.levels, g.height, g.width) and channels > 0
    assert len(stack.prompts) in (0, count)
    assert all(isinstance(prompt, str) for prompt in stack.prompts)
    assert stack.seed is None or isinstance(stack.seed, int)
    return stack


def test_the_file_that_tells_no_lie_is_read(tmp_path):
    assert loaded(tmp_path / "a.safetensors", stack_bytes()).geometry.levels == 3


@given(st.dictionaries(st.sampled_from(list(ABOUT)), plain, min_size=1))
@few
def test_any_description_is_read_or_refused(tmp_path, about):
    try:
        data = stack_bytes(about)
    except (ValueError, UnicodeEncodeError):
        return
    loaded(tmp_path / "a.safetensors", data)


@given(plain)
@few
def test_any_description_at_all_is_read_or_refused(tmp_path, about):
    assert loaded(tmp_path / "a.safetensors", stack_bytes(json.dumps(about))) is None


@given(st.binary(max_size=300), st.integers(0, 700))
@few
def test_bytes_in_the_middle_are_read_or_refused(tmp_path, noise, at):
    data = stack_bytes()
    loaded(tmp_path / "a.safetensors", data[:at] + noise + data[at + len(noise) :])


KINDS = [
    "F8_E4M3",
    "F8_E5M2",
    "F8_E8M0",
    "F4",
    "F6_E2M3",
    "I64",
    "U8",
    "BOOL",
    "C64",
    "X",
    "",
    "f32",
]


@pytest.mark.parametrize("dtype", KINDS)
def test_only_floats_of_16_to_64_bits_are_levels(tmp_path, dtype):
    for data in (b"\0" * 216, None):
        assert loaded(tmp_path / "a.safetensors", stack_bytes(dtype=dtype, data=data)) is None


@pytest.mark.parametrize(
    "lie",
    [
        {"shape": (3, 3, 4, 2**40)},
        {"shape": (3, 2**62, 4, 6)},
        {"shape": (3, -3, 4, 6)},
        {"shape": (3, 0, 4, 6)},
        {"shape": (3, 0, 10**9, 10**9), "about": {"height": 10**9, "width": 10**9}},
        {"shape": (0, 3, 4, 6)},
        {"shape": (216,)},
        {"shape": (3, 3, 4, 6, 1)},
        {"offsets": [0, 10**12]},
        {"offsets": [10**12, 0]},
        {"offsets": [-864, 0]},
        {"data": b"\0" * 863},
        {"data": b"\0" * 865},
        {"length": 2**63},
        {"length": 2**64 - 1},
        {"length": 100_000_001},
        {"length": 0},
        {"about": {"zooms": [2.0]}},
        {"about": {"prompts": ["only"]}},
        {"about": {"prompts": "abc"}},
        {"about": {"prompts": [1, 2, 3]}},
        {"about": {"prompts": {"a": 1, "b": 2, "c": 3}}},
        {"about": {"height": 4.5}},
        {"about": {"seed": "x" * 10**6}},
        {"about": {"seed": "9" * 10**5}},
        {"about": "[" * 100_000},
        {"about": "{"},
        {"metadata": {"version": "1e3"}},
        {"metadata": {"version": "-1"}},
        {"metadata": {"version": "\u0661"}},
        {"metadata": {"version": "9" * 10**5}},
    ],
    ids=lambda lie: str(lie)[:50],
)
def test_a_file_that_lies_is_refused(tmp_path, lie):
    stack = loaded(tmp_path / "a.safetensors", stack_bytes(**lie))
    assert stack is None or lie in ({"about": {"height": 4.5}}, {"metadata": {"version": "\u0661"}})


def test_a_header_of_many_megabytes_is_read_or_refused(tmp_path):
    loaded(tmp_path / "a.safetensors", stack_bytes(metadata={"x": "a" * 20_000_000}))
    header = b'{"a":' * 2_000_000
    loaded(tmp_path / "a.safetensors", struct.pack("<Q", len(header)) + header)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_opened(tmp_path, make):
    make(tmp_path / "a.safetensors")
    for path in (tmp_path / "a.safetensors", "/dev/zero", "/dev/full", tmp_path / "b"):
        with pytest.raises(ValueError, match="There is no stack file"):
            load_stack(path)


# --- what metadata may not do ---------------------------------------------------------------------

WORDS = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"]};alert(3)//\u2028&lt;'


def test_prompts_are_text_in_a_page_whatever_they_say(tmp_path):
    stack = ZoomStack(torch.rand(3, 3, 16, 16), Geometry(16, 16, (2.0, 2.0)), (WORDS,) * 3)
    save_stack(tmp_path / "a.safetensors", stack, {"x": "cos\nsystem\n(S'touch /tmp/x'\ntR."})
    back = load_stack(tmp_path / "a.safetensors")
    assert back.prompts == stack.prompts
    text, plain = ("".join(page(each)) for each in (back, stack._replace(prompts=("a",) * 3)))
    for tag in ("<script", "</script", "<img", "onerror=alert(2)>"):
        assert text.count(tag) == plain.count(tag)


def sources(folder, *endings):
    return [path for path in (REPOSITORY / folder).rglob("*") if path.suffix in endings]


def test_no_line_of_ours_turns_text_into_code_or_markup():
    script = re.compile(
        r"\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"setTimeout\(\s*[\"'`]|srcdoc|createContextualFragment|DOMParser"
    )
    python = re.compile(
        r"\bpickle\b\.|\btorch\.load\(|(?<![\w.])(?:eval|exec)\(|os\.system|shell=True"
    )
    found = [
        f"{path.name}: {match[0]}"
        for pattern, paths in (
            (script, sources("web", ".js", ".mjs", ".html")),
            (python, [*sources("zoomstack", ".py"), *sources("nodes", ".py")]),
        )
        for path in paths
        for match in pattern.finditer(path.read_text("utf-8"))
        if "weights_only=True" not in path.read_text("utf-8")[match.start() :][:200]
    ]
    assert found == []
