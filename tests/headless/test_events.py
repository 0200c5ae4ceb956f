"""What a server says while it works, against the letter of RFC 6455."""

import asyncio
import json
import time

import pytest
from peer_kit import BINARY, CLOSE, CONTINUED, PING, TEXT, against, frame, hanging_up, talking

from zoomstack.headless.events import Events
from zoomstack.headless.session import Session
from zoomstack.setup.errors import Unreachable


def heard(*pieces, count=1, seconds=5.0, then=None):
    """The next ``count`` messages of a server that says ``pieces``; and what it was answered."""

    async def listen(url):
        async with Session(url) as session:
            events = Events(await session.websocket("/ws?clientId=1"))
            return [await events.next(seconds) for _ in range(count)]

    return against({"/ws": talking(*pieces, then=then)}, listen)


def told(value):
    return frame(TEXT, json.dumps(value).encode())


@pytest.mark.parametrize("size", [1, 7, 65536])
@pytest.mark.parametrize("length", [1, 125, 126, 65534, 65536])
def test_messages_of_any_length_in_any_pieces(size, length):
    if size == 1 and length > 126:
        size = 997
    sent = told({"x": "y" * length}) + told({"n": 7})
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    said, _ = heard(*pieces, count=2)
    assert said == [{"x": "y" * length}, {"n": 7}]


def test_fragments_are_joined_and_previews_passed_over():
    preview = frame(BINARY, b"\0\1" * 9, last=False) + frame(CONTINUED, b'{"no": 1}')
    text = frame(TEXT, b'{"a"', last=False) + frame(PING, b"now?") + frame(CONTINUED, b": 1}")
    said, _ = heard(preview + text + preview + told({"b": 2}), count=2)
    assert said == [{"a": 1}, {"b": 2}]


def test_a_preview_larger_than_most_is_no_trouble():
    said, _ = heard(frame(BINARY, bytes(20_000_000)), told({"a": 1}))
    assert said == [{"a": 1}]


def test_a_ping_is_answered_with_its_words():
    async def listen(url):
        async with Session(url) as session:
            events = Events(await session.websocket("/ws"))
            await events.next(5)
            await asyncio.sleep(0.2)

    _, heard = against({"/ws": talking(frame(PING, b"hello"), told({"a": 1}))}, listen)
    assert [bytes(message.data) for message in heard] == [b"hello"]


@pytest.mark.parametrize("text", [b"no JSON", b"[1, 2]", b"null", b'"text"', b'{"half": '])
def test_what_is_no_object_is_passed_over(text):
    said, _ = heard(frame(TEXT, text), told({"a": 1}))
    assert said == [{"a": 1}]


def test_silence_is_none_and_nothing_is_lost_by_it():
    said, _ = heard(told({"a": 1})[:3], 0.3, told({"a": 1})[3:], count=5, seconds=0.1)
    assert said[0] is None and {"a": 1} in said


def test_previews_without_end_are_no_message():
    start = time.monotonic()
    said, _ = heard(*[frame(BINARY, b"preview"), 0.01] * 200, seconds=0.3)
    assert said == [None] and time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("pieces", "then"),
    [
        ([frame(CLOSE, b"")], None),
        ([frame(CLOSE, (1001).to_bytes(2, "big") + b"away")], None),
        ([told({"a": 1})[:4]], hanging_up),
        ([], hanging_up),
        ([b"\xff\xff nothing of RFC 6455"], None),
        ([frame(TEXT, b"\xff\xfe no UTF-8")], None),
    ],
)
def test_an_end_is_an_error(pieces, then):
    with pytest.raises(ConnectionError, match="closed the event stream"):
        heard(*pieces, then=then)


def test_where_nobody_speaks_it_nobody_answers():
    async def listen(url):
        async with Session(url) as session:
            await session.websocket("/ws")

    for routes in ({}, {"/ws": {"error": "no"}}):
        with pytest.raises(Unreachable):
            against(routes, listen)
