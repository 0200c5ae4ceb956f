"""The reader of the event stream against the letter of RFC 6455."""

import base64
import hashlib
import socket
import threading

import pytest

from zoomstack.headless.websocket import MAGIC, WebSocket


def frame(opcode, payload, last=True):
    size = len(payload)
    head = bytes([128 * last | opcode])
    if size < 126:
        return head + bytes([size]) + payload
    if size < 65536:
        return head + b"\x7e" + size.to_bytes(2, "big") + payload
    return head + b"\x7f" + size.to_bytes(8, "big") + payload


@pytest.fixture
def connect():
    """A WebSocket whose peer has sent these bytes, ``size`` at a time; and what it answered."""
    opened = []

    def connect(sent, size=65536, honest=True):
        listener = socket.create_server(("127.0.0.1", 0))
        answers = []

        def serve():
            peer, _ = listener.accept()
            request = b""
            while b"\r\n\r\n" not in request:
                request += peer.recv(4096)
            key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest()) if honest else b"no"
            head = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + accept
            peer.sendall(head + b"\r\n\r\n")
            for start in range(0, len(sent), size):
                peer.sendall(sent[start : start + size])
            peer.settimeout(2)
            try:
                while data := peer.recv(4096):
                    answers.append(data)
            except OSError:
                pass
            peer.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/ws?clientId=1"
        reader = WebSocket(url)
        opened.append((reader, thread, listener))
        return reader, answers

    yield connect
    for reader, thread, listener in opened:
        reader.close()
        thread.join(5)
        listener.close()


@pytest.mark.parametrize("size", [1, 7, 65536])
@pytest.mark.parametrize("length", [1, 125, 126])
def test_short_messages_in_any_pieces(connect, size, length):
    check_length(connect, size, length)


@pytest.mark.parametrize("size", [7777, 65536])
@pytest.mark.parametrize("length", [65533, 65534, 65535, 65536])
def test_long_messages_in_pieces(connect, size, length):
    check_length(connect, size, length)


def check_length(connect, size, length):
    text = b'"' + b"x" * length + b'"'
    reader, _ = connect(frame(1, text) + frame(1, b"7"), size)
    assert reader.receive(5) == "x" * length
    assert reader.receive(5) == 7


def test_joins_fragments_and_skips_previews(connect):
    preview = frame(2, b"\0\1" * 9, last=False) + frame(0, b'"no"')
    text = frame(1, b'{"a"', last=False) + frame(9, b"now?") + frame(0, b": 1}")
    reader, _ = connect(preview + text + preview + frame(1, b"2"))
    assert reader.receive(5) == {"a": 1}
    assert reader.receive(5) == 2


def test_answers_a_ping_with_its_words_masked(connect):
    reader, answers = connect(frame(9, b"hello") + frame(1, b"1"))
    assert reader.receive(5) == 1
    reader.close()
    for _ in range(100):
        if answers:
            break
        threading.Event().wait(0.02)
    pong = b"".join(answers)
    assert pong[:2] == bytes([128 | 10, 128 | 5])
    assert bytes(b ^ pong[2 + i % 4] for i, b in enumerate(pong[6:])) == b"hello"


def test_silence_is_none_and_a_frame_may_come_in_two_reads(connect):
    reader, _ = connect(frame(1, b"12")[:3])
    assert reader.receive(0.05) is None


def test_an_end_is_an_error(connect):
    reader, _ = connect(frame(8, b""))
    with pytest.raises(ConnectionError, match="closed"):
        reader.receive(5)


def test_a_server_that_does_not_speak_it_is_refused(connect):
    with pytest.raises(ConnectionError, match="does not speak"):
        connect(b"", honest=False)
