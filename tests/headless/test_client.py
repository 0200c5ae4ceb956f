"""The client against servers that answer late, half, wrongly, or not at all."""

import asyncio
import json
import time

import pytest
from aiohttp import web
from peer_kit import TEXT, against, answering, frame, hanging_up, talking

from zoomstack.headless import client as module
from zoomstack.headless.client import ComfyClient
from zoomstack.headless.reading import Progress
from zoomstack.headless.server import free_port
from zoomstack.setup.errors import BadInput, CommandError, Unreachable

RUN = "run-1"
GRAPH = {"0": {"class_type": "Work", "inputs": {}}}
QUEUED = {"prompt_id": RUN, "number": 1, "node_errors": {}}
WORKING = {"queue_running": [[0, RUN, {}]], "queue_pending": []}
NOTHING = {"queue_running": [], "queue_pending": []}
DONE = {RUN: {"outputs": {}, "status": {"status_str": "success", "messages": []}}}


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)


def event(kind, **data):
    message = {"type": kind, "data": {"prompt_id": RUN, **data}}
    return frame(TEXT, json.dumps(message).encode())


def at_step(value, of=8, node="0", state="running"):
    return event("progress_state", nodes={node: {"value": value, "max": of, "state": state}})


def asked(routes, question):
    """What a client says to ``question``, of a server with ``routes``; and what that has heard."""

    async def work(url):
        async with ComfyClient(url) as client:
            return await question(client)

    return against(routes, work)


def followed(routes):
    """The progress of a run that is queued and followed to its end."""

    async def question(client):
        run = await client.queue(GRAPH)
        return [progress async for progress in client.follow(run)]

    usual = {"/prompt": QUEUED, "/queue": WORKING, f"/history/{RUN}": DONE}
    return asked({**usual, **routes}, question)[0]


ENDED = event("executing", node=None)


def test_progress_is_told_as_it_comes():
    said = followed({"/ws": talking(at_step(1), at_step(8, state="finished"), ENDED)})
    assert said == [Progress("0", 1, 8, False), Progress("0", 8, 8, True)]


def test_a_node_that_counts_nothing_has_no_total():
    said = followed({"/ws": talking(at_step(0, of=1), at_step(1, of=1, state="finished"), ENDED)})
    assert said == [Progress("0", 0, 0, False), Progress("0", 1, 0, True)]


def test_what_is_said_of_another_run_is_no_business_of_ours():
    other = json.dumps({"type": "progress_state", "data": {"prompt_id": "x", "nodes": {}}})
    strange = json.dumps({"type": "progress_state"})
    pieces = [
        frame(TEXT, text.encode())
        for text in (other, strange, '{"type": 3, "data": 4}', "[]", "hm")
    ]
    assert followed({"/ws": talking(*pieces, at_step(1), ENDED)}) == [Progress("0", 1, 8, False)]


@pytest.mark.parametrize("then", [None, hanging_up])
def test_a_stream_that_ends_in_the_middle_is_made_up_for_by_the_history(then):
    pieces = [at_step(1), *([frame(8, b"")] if then is None else [])]
    history = answering({}, {}, DONE)
    said = followed({"/ws": talking(*pieces, then=then), f"/history/{RUN}": history})
    assert said in ([Progress("0", 1, 8, False)], [])  # what is cut off may take it along


def test_without_a_stream_a_run_is_followed_all_the_same():
    assert followed({f"/history/{RUN}": answering({}, {}, DONE)}) == []


def test_a_stream_that_says_nothing_of_the_end_does_not_keep_us():
    history = answering({}, {}, DONE)
    assert len(followed({"/ws": talking(at_step(1)), f"/history/{RUN}": history})) == 1


def test_a_slow_server_is_waited_for():
    slow = {
        "/queue": answering(WORKING, seconds=0.4),
        f"/history/{RUN}": answering({}, {}, DONE, seconds=0.4),
    }
    assert len(followed({"/ws": talking(0.5, at_step(1), 0.5, ENDED), **slow})) == 1


def test_a_run_that_a_server_knows_nothing_of_was_dropped():
    with pytest.raises(CommandError, match="has dropped the run"):
        followed({"/queue": NOTHING, f"/history/{RUN}": {}})


def test_a_server_that_goes_in_the_middle_is_missed():
    async def vanish(request):
        request.transport.abort()
        return web.Response()

    with pytest.raises(Unreachable, match="no ComfyUI answers at"):
        followed({"/ws": talking(at_step(1), then=hanging_up), "/queue": vanish})


def test_a_refusal_names_its_reasons():
    async def refuse(request):
        error = {"message": "Prompt outputs failed validation"}
        return web.json_response({"error": error, "node_errors": {}}, status=400)

    with pytest.raises(BadInput, match="Prompt outputs failed validation"):
        followed({"/prompt": refuse})


def test_a_refusal_without_reasons_is_said_with_its_number():
    async def fail(request):
        return web.Response(status=500, text="<html>")

    with pytest.raises(CommandError, match="/prompt answered 500 Internal Server Error"):
        followed({"/prompt": fail})


def test_a_workflow_that_would_run_in_part_is_taken_back():
    half = {**QUEUED, "node_errors": {"0": {"errors": [{"message": "too small"}]}}}
    routes = {"/prompt": half, "/queue": {}, "/interrupt": {}}

    async def question(client):
        with pytest.raises(BadInput, match="too small"):
            await client.queue(GRAPH)

    _, heard = asked(routes, question)
    assert heard[1:3] == [
        ("/queue", json.dumps({"delete": [RUN]})),
        ("/interrupt", json.dumps({"prompt_id": RUN})),
    ]


@pytest.mark.parametrize(
    "stats", [{"no": "comfy"}, [1], "text", web.Response(text="<html>"), web.Response(status=404)]
)
def test_what_is_no_comfyui_is_told_so(stats):
    async def handler(request):
        return stats

    routes = {"/system_stats": handler if isinstance(stats, web.Response) else stats}
    with pytest.raises(Unreachable, match="is no ComfyUI"):
        asked(routes, ComfyClient.ping)


def test_where_nobody_listens_the_reason_is_given():
    async def ping():
        async with ComfyClient(f"http://127.0.0.1:{free_port()}/") as client:
            await client.ping()

    words = (
        r"no ComfyUI answers at http://127.0.0.1:\d+ \(\[Errno \d+\] Connection refused\); start"
    )
    with pytest.raises(Unreachable, match=words):
        asyncio.run(ping())


def test_a_proxy_is_for_the_rest_of_the_world(monkeypatch):
    stats = {"/system_stats": {"system": {"comfyui_version": "7"}}}

    async def both(url):
        monkeypatch.setenv("http_proxy", url)
        async with ComfyClient("http://comfy.invalid") as elsewhere:
            far = await elsewhere.ping()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        async with ComfyClient(url) as here:
            return far, await here.ping()

    assert against(stats, both)[0] == ("7", "7")


def view(*pieces, then=None, **headers):
    """A handler of /view that writes ``pieces``."""

    async def handler(request):
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        for piece in pieces:
            await answer.write(piece)
        if then:
            then(request)
        return answer

    return {"/view": handler}


def fetching(target):
    async def question(client):
        await client.fetch({"filename": "a.bin", "subfolder": "x y", "type": "output"}, target)

    return question


def test_a_large_file_arrives_whole(tmp_path):
    pieces = [bytes([i]) * 100_003 for i in range(50)]
    asked(view(*pieces), fetching(tmp_path / "deep" / "a.bin"))
    assert (tmp_path / "deep" / "a.bin").read_bytes() == b"".join(pieces)


@pytest.mark.parametrize("headers", [{"Content-Length": "1000"}, {}])
def test_a_file_that_breaks_off_is_not_kept(tmp_path, headers):
    (tmp_path / "a.bin").write_bytes(b"before")
    with pytest.raises(Unreachable, match="of a.bin; it was not kept: run again"):
        asked(view(b"only this", then=hanging_up, **headers), fetching(tmp_path / "a.bin"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"before"


def test_a_cancel_of_a_server_that_is_gone_or_hangs_raises_nothing(monkeypatch):
    monkeypatch.setattr(module, "CANCEL_SECONDS", 0.3)
    start = time.monotonic()
    asked({}, lambda client: client.cancel(RUN))
    asked({"/queue": answering({}, seconds=3)}, lambda client: client.cancel(RUN))
    assert time.monotonic() - start < 20


def test_a_node_type_is_asked_for_by_its_name_whatever_it_is():
    schema = {"A/b c": {"input": {"required": {"x": []}, "optional": {"y": []}}}}
    known, _ = asked(
        {"/object_info/{node}": schema}, lambda client: client.schemas(["A/b c", "other", "other"])
    )
    assert known == {**schema, "other": None}
