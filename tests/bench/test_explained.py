"""``bench operators``: which fits are compared, and on what."""

import torch

from zoomstack.bench.model.settings import RATIO
from zoomstack.bench.told import explained
from zoomstack.bench.told.explained import NUMBERS, cases, report
from zoomstack.bench.zooms.operators import SHOWN, UNSEEN, pictures


def test_every_space_that_allows_a_zoom_is_compared_on_all_that_it_can_be_fitted_on():
    found = list(cases())
    assert len(found) == len(set(found))
    spaces = {}
    for case in found:
        spaces.setdefault(case.geometry.zooms[0], {}).setdefault(case.kind, []).append(case)
    kinds = {zoom: list(known) for zoom, known in spaces.items()}
    assert kinds == {
        2.0: [None, "fitted", "twin"],
        4.0: [None, "fitted", "twin"],
        2.6: [None, "twin"],  # operators are of whole factors
    }
    for known in spaces.values():
        assert [(case.shown, case.number) for case in known.pop(None)] == [("", 0)]
        for fits in known.values():
            assert [(c.shown, c.number) for c in fits] == [(s, n) for s in SHOWN for n in NUMBERS]


class NoOperators:
    """Spaces that say what they were asked for."""

    encode = None

    def space(self, kind, geometry, shown, count):
        return kind, geometry, shown, count


def test_what_is_explained_is_measured_on_pictures_that_no_fit_has_seen(monkeypatch):
    asked = []

    def fidelity(space, encode, ratio, held):
        asked.append((space, ratio, held))
        return 0.5, 0.25

    monkeypatch.setattr(explained, "fidelity", fidelity)
    monkeypatch.setattr(explained, "HELD", 2)
    monkeypatch.setattr(explained, "SIDE", 64)
    lines = report(NoOperators()).splitlines()
    assert lines[2] == "| latent |  |  | 2 | 50.0 | 25.0 |"
    assert "| twin | world | 16 | 2.6 | 50.0 | 25.0 |" in lines
    assert len(lines) == 2 + len(asked)
    spaces = [space for space, _, _ in asked if isinstance(space, tuple)]
    fitted = [case for case in cases() if case.kind]
    assert spaces == [(case.kind, case.geometry, case.shown, case.number) for case in fitted]
    for _, ratio, held in asked:
        assert ratio == RATIO
        assert torch.equal(held, pictures("world", 2, 64, UNSEEN))
    for shown in pictures("world", 2, 64):
        assert not any(torch.equal(shown, picture) for picture in held)
