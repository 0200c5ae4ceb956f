"""Real type: any script that a font at hand has, lines that fit, readable over light and dark."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from zoomstack.film.captions import at_hand
from zoomstack.film.captions.breaking import broken
from zoomstack.film.captions.fonts import Fonts
from zoomstack.film.captions.setting import Setting

TEXT = "A forest, seen from far above; the coast of an ocean"


@pytest.fixture(scope="module")
def fonts():
    return Fonts()


def shown(ink, ground):
    """A line over a plain ground."""
    return ground * (1 - ink.shade) * (1 - ink.fill) + ink.fill


def luminance(value):
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("size", [18, 43, 86])
@pytest.mark.parametrize("ground", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_letters_stand_out_over_light_and_dark(fonts, size, ground):
    """By the contrast ratio of WCAG 2: 4.5 is what it asks of small text."""
    ink = Setting(fonts, size).lines(TEXT, 40 * size)
    letters = ink.fill > 0.9
    around = binary_dilation(ink.fill > 0.5, iterations=max(1, size // 20)) & (ink.fill < 0.05)
    light, dark = (luminance(np.median(shown(ink, ground)[part])) for part in (letters, around))
    assert (light + 0.05) / (dark + 0.05) > 4.5


def test_every_letter_is_drawn_in_a_font_that_has_it(fonts):
    """Greek and Cyrillic in one font each; letters that no one font has, in several."""
    for text in ("Forêt d’été, café", "Ένας γαλαξίας", "Лес осенью", "Łódź"):
        try:
            ((whole, name),) = fonts.runs(text)
        except ValueError:
            pytest.skip(f"no font here has {text!r}")
        assert whole == text and all(at_hand.has(name, letter) for letter in text)
    drawn = Setting(fonts, 40)
    greek, latin = (drawn.lines(text, 900).fill.sum() for text in ("αβγδε", "abcde"))
    assert 0.5 < greek / latin < 2


def test_letters_that_no_font_has_are_named_with_the_remedy():
    bare = Fonts()
    bare.names = (at_hand.OWN,)  # a machine with Pillow's own font alone
    with pytest.raises(ValueError, match=r"字 \(U\+5B57\) 漢 \(U\+6F22\).*caption_font.*Noto Sans"):
        bare.runs("a 漢字")
    assert Setting(bare, 30).counted("× 1.6·10⁻⁷").fill.sum() > 50  # signs have stand-ins


def test_a_font_is_a_file_or_a_name_and_anything_else_is_refused(tmp_path):
    name = next((n for n in at_hand.installed() if n.lower().endswith(".ttf")), None)
    if name is None:
        pytest.skip("this machine has no font of its own")
    stem = name.replace("\\", "/").rsplit("/", 1)[1][:-4]
    assert Fonts(name).names[0] == name
    assert at_hand.face(Fonts(stem.lower()).names[0], 20).getname() == (
        at_hand.face(name, 20).getname()
    )
    (tmp_path / "font.ttf").write_bytes(b"no font")
    for wrong in ("nonsense", str(tmp_path / "font.ttf"), str(tmp_path)):
        with pytest.raises(ValueError, match="is no font"):
            Fonts(wrong)


def test_long_texts_are_broken_where_words_are():
    wide = 20
    lines = broken(TEXT, 9, lambda line: len(line) <= wide)
    assert " ".join(lines) == TEXT and max(map(len, lines)) <= wide
    short = broken(TEXT, 2, lambda line: len(line) <= wide)
    assert len(short) == 2 and short[1].endswith("…") and len(short[1]) <= wide
    assert broken("x" * 45, 9, lambda line: len(line) <= wide) == ["x" * 20, "x" * 20, "x" * 5]
    assert broken("森の中の小さな湖、秋の紅葉。", 9, lambda line: len(line) <= 9) == [
        "森の中の小さな湖、", "秋の紅葉。",
    ]  # fmt: skip
    assert broken("a\u200bb\u2066c \ufe0f\n d", 9, lambda line: True) == ["abc d"]
    assert broken("", 3, lambda line: True) == []


@pytest.mark.parametrize("text", ["x" * 5000, "ab cd " * 5000])
def test_what_is_not_shown_of_a_long_text_is_not_measured(text):
    """Each look measures the whole line: one for every letter of a long word took minutes."""
    looked = []

    def fits(line):
        looked.append(line)
        return len(line) <= 20

    lines = broken(text, 3, fits)
    assert [len(line) for line in lines] == [20] * 3 and lines[-1].endswith("…")
    assert len(looked) < 100


def test_lines_stay_within_their_width_and_number(fonts):
    setting = Setting(fonts, 32)
    ink = setting.lines(TEXT * 5, 400)
    assert ink.fill.shape == (3 * setting.leading + 2 * setting.pad, ink.fill.shape[1])
    assert ink.fill.shape[1] <= 400
    # Nothing is cut off: the ink ends before its borders do.
    assert max(ink.fill[0].max(), ink.fill[-1].max(), ink.fill[:, 0].max()) == 0


def test_lines_that_run_leftwards_begin_at_the_right(fonts):
    text = "אבג דהו זחט " * 3 + "א"
    try:
        fonts.runs(text)
    except ValueError:
        pytest.skip("no font here has Hebrew")
    setting = Setting(fonts, 32)
    ink = setting.lines(text, 330).fill
    last = ink[-setting.leading - setting.pad :].sum(0)
    columns = np.flatnonzero(last)
    assert len(ink) > 2 * setting.leading
    assert columns.max() > ink.shape[1] - setting.pad - 6 and columns.min() > setting.pad + 20


def test_numbers_that_count_do_not_tremble(fonts):
    setting = Setting(fonts, 40)
    widths = {setting.counted(f"{number} km").fill.shape[1] for number in (111, 234, 808, 999)}
    assert len(widths) == 1, "digits are as wide as each other"
    raised = setting.counted("10⁷").fill
    rows = np.flatnonzero(raised[:, -setting.pad - 12 :].sum(1) > 0.5)
    all_rows = np.flatnonzero(raised.sum(1) > 0.5)
    assert rows.max() < all_rows.max() - 8, "the exponent stands above the line"
