"""How far in a view is and how wide, in words, at any power of ten."""

import math

import pytest

from zoomstack.film.captions.scale import UNITS, bar, length, magnification, power


@pytest.mark.parametrize(
    "times, text",
    [
        (1, "× 1.0"), (2, "× 2.0"), (2.449, "× 2.4"), (9.96, "× 10"), (1024, "× 1,024"),
        (16384, "× 16,384"), (1.6e6, "× 1.6·10⁶"), (9.99e9, "× 1.0·10¹⁰"), (0.25, "× 0.25"),
        (0.9999, "× 1.0"), (1 / 64, "× 0.016"), (2e-5, "× 2.0·10⁻⁵"),
    ],
)  # fmt: skip
def test_a_magnification_reads_well(times, text):
    assert magnification(math.log10(times)) == text


def test_no_power_of_ten_is_too_large():
    assert magnification(1204.11) == "× 1.3·10¹²⁰⁴"
    assert length(900.5).endswith("billion light years")
    assert bar(-900.0).name.endswith("fm")


@pytest.mark.parametrize(
    "metres, text, tens",
    [
        (2400, "2.4 km", "10³ m"), (1e7, "10,000 km", "10⁷ m"), (12_700_000, "12,700 km", "10⁷ m"),
        (1, "1.0 m", "10⁰ m"), (0.3, "300 mm", "10⁻¹ m"), (5e-6, "5.0 µm", "10⁻⁵ m"),
        (8e11, "5.3 AU", "10¹² m"), (1e21, "106 thousand light years", "10²¹ m"),
        (1e25, "1.1 billion light years", "10²⁵ m"),
    ],
)  # fmt: skip
def test_a_width_has_its_unit_and_its_power_of_ten(metres, text, tens):
    assert length(math.log10(metres)) == text
    assert power(math.log10(metres), "m") == tens


@pytest.mark.parametrize("known", [True, False])
def test_a_bar_is_round_and_as_long_as_it_says(known):
    units = dict(UNITS)
    for step in range(-900, 1500):
        tens = step * 0.021
        share, name = bar(tens, known)
        assert 0.1 < share <= 0.3 + 1e-9, (tens, share)
        number, _, unit = name.partition(" ")
        if known and "·" not in number:
            meant = math.log10(float(number.replace(",", "")) * units[unit])
            assert meant == pytest.approx(tens + math.log10(share), abs=1e-6)
            assert str(meant) and number.replace(",", "").strip("0") in ("1", "2", "5")
    assert bar(0.0, False).name == "1/5 of the widest view"
    assert bar(math.log10(4), False).name == "the widest view"
