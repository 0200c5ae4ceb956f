"""A real Chromium for the tests of what the pack shows in a browser, and ComfyUI's page in it.

Chromium is the system's (or the one that ZOOMSTACK_CHROMIUM names), driven by Playwright for
Python; where either is missing the tests that need them are skipped and say so, or fail where
ZOOMSTACK_BROWSER is "required". ZOOMSTACK_SHOTS names a folder that keeps the screenshots.
"""

import base64
import io
import json
import os
import shutil
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# Software rendering, so that every machine draws the same and none needs a graphics card.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic")
NAMES = ("chromium", "chromium-browser", "google-chrome")
RENDERERS = {"classic": False, "nodes2": True}
# Everything is slow on two cores without a graphics card.
TIMEOUT = 240_000

# Not before the graph that it opens by itself is there, which would take the place of a test's own.
READY = """() => {
  const manager = window.app?.extensionManager;
  return !!manager?.workflow.activeWorkflow && !manager.spinner
    && !document.querySelector(".p-blockui-mask");
}"""
TEMPLATE = """async (name) => {
  const answer = await fetch(`/api/workflow_templates/zoomstack/${name}.json`);
  await app.loadGraphData(await answer.json());
}"""
SAYS = """(words) => [...document.querySelectorAll(".zs-said-words")]
  .some((said) => said.checkVisibility() && new RegExp(words).test(said.textContent))"""
# Told by the page's own events; how it ended stays, for whoever asks later.
RUN = """() => {
  window.ended = null;
  const end = (how) => (window.ended = how);
  const good = ({ detail }) => end({ id: detail.prompt_id });
  const bad = ({ detail }) => end({ fault: JSON.stringify(detail) });
  app.api.addEventListener("execution_success", good, { once: true });
  app.api.addEventListener("execution_error", bad, { once: true });
  app.queuePrompt(0, 1).then(
    (taken) => taken || end({ fault: JSON.stringify(app.lastNodeErrors) }),
    (error) => end({ fault: String(error) }),
  );
}"""
# Of a run that has not ended: what the page has open, and what its server is at.
AT_WORK = """async () => {
  const answer = await app.api.fetchApi("/queue");
  const { queue_running: running, queue_pending: pending } = await answer.json();
  const log = await (await app.api.fetchApi("/internal/logs")).json();
  const nodes = app.graph.nodes.map((node) => node.comfyClass ?? node.title);
  return JSON.stringify({ running, pending, nodes, socket: app.api.socket?.readyState })
    + String(log).slice(-3000);
}"""


def missing(what):
    """Skip the test that needs ``what``, or fail it where tests in a browser are required."""
    stop = pytest.fail if os.environ.get("ZOOMSTACK_BROWSER") == "required" else pytest.skip
    stop(what)


def chromium():
    """The browser's program."""
    found = os.environ.get("ZOOMSTACK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        missing("no Chromium here: install it (apt install chromium) to run browser tests")
    return found


@contextmanager
def browsing():
    """A running Chromium, as Playwright's Browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("no Playwright here: pip install playwright to run browser tests")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), headless=True, args=list(ARGUMENTS)
        )
        try:
            yield running
        finally:
            running.close()


@contextmanager
def page_of(browser, allowed, **options):
    """A page in a profile of its own that reaches ``allowed`` addresses alone.

    Fails at the end where a script has failed on it or it has asked for any other address.
    """
    context = browser.new_context(**options)
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    trouble = []

    def decide(route):
        url = route.request.url
        if url.startswith((*allowed, "data:", "blob:")):
            route.continue_()
        else:
            trouble.append(f"it asked for {url[:100]}")
            route.abort()

    context.route("**/*", decide)
    page.on("pageerror", lambda error: trouble.append(f"a script failed: {error}"))
    try:
        yield page
        assert not trouble, trouble
    finally:
        context.close()


def set_option(server, name, value):
    """Change one of the front end's settings, which it keeps on the server."""
    request = urllib.request.Request(
        f"{server.url}/settings/{name}", json.dumps(value).encode(), method="POST"
    )
    urllib.request.urlopen(request).close()


def open_comfy(page, server, renderer="classic", theme="dark"):
    """ComfyUI's page with an empty graph, in the ``classic`` renderer or ``nodes2``."""
    set_option(server, "Comfy.VueNodes.Enabled", RENDERERS[renderer])
    set_option(server, "Comfy.ColorPalette", theme)
    page.goto(server.url, wait_until="domcontentloaded")
    wait_for_comfy(page)
    assert page.evaluate("() => LiteGraph.vueNodesMode") == RENDERERS[renderer]


def wait_for_comfy(page):
    page.wait_for_function(READY)


def says(page, words):
    """Wait until a node says something that matches ``words``, a pattern, to who looks at it."""
    page.wait_for_function(SAYS, arg=words)


def insist(page, act, done):
    """Do something with the mouse until it is done: a page that is busy still may miss it."""
    for turns in (20, 40, 80, 160):
        act()
        for _ in range(turns):
            if done():
                return
            page.wait_for_timeout(500)
    raise AssertionError("the page has not heard it")


def load_graph(page, graph):
    """Open a workflow in the graph's format and wait until its nodes are there."""
    page.evaluate("graph => app.loadGraphData(graph)", graph)
    page.wait_for_function("count => app.graph.nodes.length === count", arg=len(graph["nodes"]))


def load_template(page, name):
    """Open a shipped workflow as the template browser does."""
    page.evaluate(TEMPLATE, name)


def run_graph(page):
    """Queue what is open and wait until it has run; the id of the run."""
    start_graph(page)
    return finish_graph(page)


def start_graph(page):
    """Queue what is open; ``finish_graph`` waits until it has run."""
    page.evaluate(RUN)


def finish_graph(page):
    """The id of the run that was started, when it has ended."""
    from playwright.sync_api import TimeoutError as TooLate

    try:
        ended = page.wait_for_function("() => window.ended", timeout=2 * TIMEOUT).json_value()
    except TooLate as error:
        raise AssertionError(f"it has not ended: {page.evaluate(AT_WORK)}") from error
    assert "fault" not in ended, ended["fault"]
    return ended["id"]


def graph_of(nodes, links=(), size=(380, 160)):
    """A workflow of ``nodes`` (id, type, widget values) and ``links``: from which node and slot to
    which node and input, and the wire's type.

    Laid out in a row, the last node of ``size``; inputs and outputs are those that links need.
    """
    made = []
    for column, (number, kind, values) in enumerate(nodes):
        inputs = [
            {"name": name, "type": wire, "link": link}
            for link, (_, _, target, name, wire) in enumerate(links, start=1) if target == number
        ]  # fmt: skip
        slots = {slot: wire for source, slot, _, _, wire in links if source == number}
        outputs = [
            {"name": wire, "type": wire, "slot_index": slot,
             "links": [link for link, one in enumerate(links, 1) if one[:2] == (number, slot)]}
            for slot, wire in sorted(slots.items())
        ]  # fmt: skip
        made.append({
            "id": number, "type": kind, "pos": [40 + 420 * column, 60],
            "size": list(size) if column == len(nodes) - 1 else [380, 160],
            "flags": {}, "order": column, "mode": 0, "inputs": inputs, "outputs": outputs,
            "properties": {}, "widgets_values": values,
        })  # fmt: skip
    wires = []
    for link, (source, slot, target, name, wire) in enumerate(links, start=1):
        names = [one["name"] for one in next(n for n in made if n["id"] == target)["inputs"]]
        wires.append([link, source, slot, target, names.index(name), wire])
    return {
        "last_node_id": max(number for number, _, _ in nodes), "last_link_id": len(wires),
        "nodes": made, "links": wires, "groups": [], "config": {}, "extra": {}, "version": 0.4,
    }  # fmt: skip


def pixels(page, canvas):
    """What a canvas shows, (H, W, 3) in 0 to 255; ``canvas`` is JavaScript for the element."""
    uri = page.evaluate(f"() => ({canvas}).toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB"))


def shots_folder(folder):
    """Where artefacts are kept: what ZOOMSTACK_SHOTS names, or ``folder``."""
    place = Path(os.environ.get("ZOOMSTACK_SHOTS") or folder)
    place.mkdir(parents=True, exist_ok=True)
    return place


def shot(target, folder, name):
    """A screenshot of a page or an element, kept where ZOOMSTACK_SHOTS says or in ``folder``."""
    path = shots_folder(folder) / f"{name}.png"
    target.screenshot(path=path)
    return path
