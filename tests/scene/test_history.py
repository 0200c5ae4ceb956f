from datetime import datetime

from zoomstack.scene.history import Event, maker, moved, now

SAMPLED = Event("sample", levels=(0, 1, 2), seed=1, prompts=("a", "b", "c"))
AGAIN = Event("again", "2026-11-28T11:30:00+00:00", (1,), 2)


def test_levels_that_lie_elsewhere_take_their_events_along():
    sampled, again = moved((SAMPLED, AGAIN), {0: 2, 1: 0})
    assert sampled == SAMPLED._replace(levels=(0, 2), prompts=("b", "a"))
    assert again == AGAIN._replace(levels=(0,))


def test_an_event_outlives_what_it_made():
    assert moved((AGAIN,), {}) == (AGAIN._replace(levels=()),)


def test_the_last_to_make_a_level_is_its_maker():
    assert maker((SAMPLED, AGAIN), 1) is AGAIN
    assert maker((SAMPLED, AGAIN), 2) is SAMPLED
    assert maker((AGAIN,), 0) is None


def test_the_time_is_of_no_zone_but_utc():
    assert datetime.fromisoformat(now()).utcoffset().total_seconds() == 0
