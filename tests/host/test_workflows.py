"""The shipped workflows, templates and help pages, in a real ComfyUI server."""

import copy
import json
import re
import urllib.parse
import urllib.request

import av
import numpy as np
import pytest
import torch
from browser_kit import RENDERERS, open_comfy, page_of
from checkout import TEMPLATES
from PIL import Image
from run_kit import executed
from safetensors import safe_open
from safetensors.torch import save_file

from zoomstack import agreement, load_stack
from zoomstack.film.frames import frames
from zoomstack.film.path import Path as CameraPath
from zoomstack.headless import workflow as edit
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry
from zoomstack.setup.places import API_WORKFLOWS
from zoomstack.spaces.fitting.scenery import scenery

HIDDEN = ("prompt", "extra_pnginfo", "unique_id")  # inputs that no user sees
ZOOMS = (
    "edit-a-level", "endless-zoom", "outpaint-zoom", "photo-to-zoom", "regional-prompts",
    "remake-a-level", "super-resolution-zoom", "text-to-zoom", "two-pass", "zoom-with-upscale",
)  # fmt: skip
NAMES = (
    *ZOOMS, "bring-your-own-zoom", "picture-to-ladder", "reprompt", "wide-panorama", "zoom-tree"
)  # fmt: skip
OWN, MUSIC = "my zoom", "my music.mp3"  # what bring-your-own-zoom names
NODES = {
    "PromptLadder", "LevelConditioning", "ZoomStackSampler", "ZoomStackApply", "PhotoAnchor",
    "LaplacianBlend", "ZoomVideoRender", "SaveZoomStack", "LoadZoomStack", "ZoomStackExplorer",
    "ExportZoomStack", "MultiScalePatch", "OutpaintZoom", "SuperResZoom", "BlendedEdit",
    "ZoomStackReport", "ReworkZoom", "ExtendZoom", "BranchZoom", "CutZoom", "JoinZooms",
    "AlignZoom", "LadderRequest", "RepromptLadder",
}  # fmt: skip
NOTES = {"Note", "MarkdownNote"}  # the front end's own; the server knows nothing of them
FOLDER = "zoomstack"  # of the pack among the custom nodes

SIDE, FPS, SECONDS, HOLD = 128, 8, 0.5, 0.25
LEVELS = 4  # of a longer ladder the first ones
FEW = {"steps": 2, "width": SIDE, "height": SIDE}
CHEAP = {
    "ZoomStackSampler": FEW,
    "OutpaintZoom": FEW,
    "SuperResZoom": FEW,
    "ReworkZoom": {"steps": 2, "levels": "2"},
    "BranchZoom": {"steps": 2, "level": 1},
    "BlendedEdit": {"steps": 2, "size": SIDE, "segment": SIDE, "resamplings": 1},
    "KSampler": {"steps": 2},
    "LatentUpscale": {"width": SIDE * 3 // 2, "height": SIDE * 3 // 2},
    "ZoomVideoRender": {
        "fps": FPS, "seconds_per_level": SECONDS, "hold_start": HOLD, "hold_end": HOLD,
        "width": 0, "height": 0,
    },
}  # fmt: skip
# The side of the finished levels.
SIDES = {name: SIDE for name in ZOOMS} | {"two-pass": SIDE * 3 // 2, "zoom-with-upscale": SIDE * 4}


@pytest.fixture(scope="module")
def ready(server):
    """The server, with the picture and the upscale model that the workflows name."""
    photo().save(server.base / "input" / "example.png")
    (server.base / "input" / OWN).mkdir(exist_ok=True)
    for name, picture in zip("bca", zoomed_pictures(), strict=True):  # in another order
        picture.save(server.base / "input" / OWN / f"{name}.png")
    hum(server.base / "input" / MUSIC)
    models = server.base / "models" / "upscale_models"
    models.mkdir(parents=True, exist_ok=True)
    save_file(nearest_upscaler(4), models / upscale_model_name())
    return server


def photo():
    """A picture with land, sea and a shore, wider than high."""
    y, x = np.mgrid[0:300, 0:420] / 300
    shore = y - 0.5 - 0.15 * np.sin(5 * x) - 0.03 * np.sin(23 * x)
    land = 1 / (1 + np.exp(-60 * shore))[..., None]
    colours = land * (0.3, 0.45, 0.15) + (1 - land) * (0.05, 0.25, 0.55)
    return Image.fromarray((255 * colours).round().astype(np.uint8))


def zoomed_pictures():
    """Three pictures of a scene, each twice as near as the one before, the last ones with casts."""
    g = Geometry(SIDE, SIDE, (2.0, 2.0))
    levels = render(scenery(3, SIDE, SIDE, seed=3), g)
    casts = (1.0, 1.0, 1.0), (0.9, 0.8, 1.0), (1.0, 0.85, 0.75)
    for level, cast in zip(levels, casts, strict=True):
        pixels = (level * torch.tensor(cast).view(3, 1, 1)).movedim(0, -1)
        yield Image.fromarray((pixels * 255).round().byte().numpy())


def hum(path):
    """Half a second of a low tone."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mp3", rate=44100)
        tone = np.sin(np.arange(22050) * 2 * np.pi * 110 / 44100).astype(np.float32)[None] * 0.5
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2, 0), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def nearest_upscaler(scale, width=4):
    """An SRVGGNetCompact of zeros: it adds nothing to its nearest-neighbour enlargement."""
    zeros = {
        "body.0": (width, 3, 3, 3),
        "body.1": (width,),
        "body.2": (width, width, 3, 3),
        "body.3": (width,),
        "body.4": (3 * scale**2, width, 3, 3),
    }
    weights = {f"{name}.weight": torch.zeros(shape) for name, shape in zeros.items()}
    biases = {f"{n}.bias": torch.zeros(s[0]) for n, s in zeros.items() if len(s) == 4}
    return weights | biases


def upscale_model_name():
    graph = edit.load(API_WORKFLOWS / "zoom-with-upscale.json")
    return graph[edit.find(graph, "UpscaleModelLoader")]["inputs"]["model_name"]


def cheap(name):
    """The shipped workflow at a size and length for a test."""
    graph = edit.load(API_WORKFLOWS / f"{name}.json")
    for node in graph.values():
        node["inputs"].update(CHEAP.get(node["class_type"], {}))
        if node["inputs"].get("direction") == "loop":  # which rests nowhere
            node["inputs"].update(hold_start=0.0, hold_end=0.0)
        if node["class_type"] == "PromptLadder":
            node["inputs"]["prompts"] = "\n".join(lines_of(node)[:LEVELS])
    return graph


def rows(graph):
    ladder = next(n for n in graph.values() if n["class_type"] == "PromptLadder")
    return lines_of(ladder)


def lines_of(ladder):
    return [line for line in ladder["inputs"]["prompts"].splitlines() if line.strip()]


def get(server, path):
    """The answer to GET: its body and its content type."""
    with urllib.request.urlopen(server.url + urllib.parse.quote(path)) as answer:
        return answer.read(), answer.headers.get_content_type()


def object_info(server):
    return json.loads(get(server, "/object_info")[0])


def psnr(a, b):
    return float(-10 * torch.log10((a - b).square().mean()))


def pictures(paths):
    """(N, 3, H, W) in [0, 1]."""
    stacked = np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])
    return torch.from_numpy(stacked).movedim(-1, 1).float() / 255


@pytest.mark.parametrize("name", ZOOMS)
def test_a_workflow_leaves_consistent_levels_and_their_video(ready, tmp_path, name):
    graph = cheap(name)
    prompts, side = rows(graph), SIDES[name]
    result = executed(ready.url, graph, tmp_path)
    by_ending = {}
    for file in result.files:
        by_ending.setdefault(file.suffix, []).append(file)
    assert set(by_ending) == {".mp4", ".png", ".safetensors"}
    assert "agreement of neighbouring levels" in "".join(result.texts)

    (saved,) = by_ending[".safetensors"]
    stack = load_stack(saved)
    assert stack.prompts == tuple(line.split("] ")[-1] for line in prompts)
    assert stack.levels.shape == (len(prompts), 3, side, side)
    assert stack.levels.dtype == torch.float16
    levels = stack.levels.float()
    assert min(agreement(levels, stack.geometry)) > 60
    assert levels.std(dim=(1, 2, 3)).min() > 0.01  # not blank

    shown = pictures(sorted(by_ending[".png"]))
    assert psnr(shown, levels) > 50  # rounding to 8 bits
    assert json.loads(Image.open(by_ending[".png"][0]).info["prompt"]).keys() == graph.keys()
    with safe_open(saved, "pt") as file:
        assert json.loads(file.metadata()["prompt"]).keys() == graph.keys()

    zooms, closed = stack.geometry.zooms, stack.geometry.closed
    hold = 0.0 if closed else HOLD
    how = {"direction": "loop"} if closed else {"easing": "smooth"}
    camera = CameraPath.through(
        stack.geometry, fps=FPS, seconds_per_level=SECONDS, hold_start=hold, hold_end=hold, **how
    )
    with av.open(by_ending[".mp4"][0]) as video:
        assert json.loads(video.metadata["prompt"]).keys() == graph.keys()
        seen = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        assert video.streams.video[0].average_rate == FPS
    assert len(seen) == round(FPS * (2 * hold + SECONDS * len(zooms)))
    assert {frame.shape for frame in seen} == {(side, side, 3)}
    expected = list(frames(levels, stack.geometry, camera, side, side))
    for number in (0, len(seen) // 2, -1):
        frame = torch.from_numpy(seen[number]).movedim(-1, 0) / 255
        assert psnr(frame, expected[number]) > 25  # the codec's loss


def test_pictures_from_elsewhere_become_a_film_with_captions_and_sound(ready, tmp_path):
    graph = cheap("bring-your-own-zoom")
    film = edit.find(graph, "ZoomVideoRender")
    graph[film]["inputs"].update(view_width="40 km", scale_marks="bar", width=SIDE, height=SIDE)
    result = executed(ready.url, graph, tmp_path)
    files = {file.suffix: file for file in result.files}
    stack = load_stack(files[".safetensors"])
    assert stack.geometry.zooms == pytest.approx((2, 2), rel=1e-3)
    truth = np.stack([np.asarray(picture) for picture in zoomed_pictures()])
    widest = torch.from_numpy(truth[0]).movedim(-1, 0) / 255
    assert psnr(stack.levels[0].float(), widest) > 30
    given = torch.from_numpy(truth[2]).movedim(-1, 0) / 255
    tint = [one.mean((1, 2)) for one in (stack.levels[2].float(), given, widest)]
    assert (tint[0] - tint[1]).abs().max() > 0.05  # its cast is gone
    with av.open(files[".mp4"]) as video:
        heard = video.streams.audio[0]
        assert float(heard.duration * heard.time_base) == pytest.approx(1.5, abs=0.1)
        assert sum(1 for _ in video.decode(video=0)) == round(FPS * (2 * HOLD + 2 * SECONDS))
    before, after = (text for text in result.texts if text.startswith("Not judged"))
    assert before != after


def test_a_tree_has_three_targets_and_one_beginning(ready, tmp_path):
    graph = cheap("zoom-tree")
    save = edit.find(graph, "SaveZoomStack")
    first = next(key for key, node in graph.items() if node["class_type"] == "LaplacianBlend")
    graph["99"] = copy.deepcopy(graph[save])
    graph["99"]["inputs"].update(stack=[first, 0], filename_prefix="first")
    result = executed(ready.url, graph, tmp_path)
    files = {file.name: file for file in result.files if file.suffix == ".safetensors"}
    own, third = (
        load_stack(next(file for name, file in files.items() if name.startswith(start)))
        for start in ("first", "tree")
    )
    assert torch.equal(own.levels[:2], third.levels[:2]) and third.geometry.levels == 2 + LEVELS
    assert own.geometry.zooms[0] == third.geometry.zooms[0]
    assert third.history[-1].deed == "branch"


def test_the_photo_is_the_widest_level_of_the_zoom_into_it(ready, tmp_path):
    result = executed(ready.url, cheap("photo-to-zoom"), tmp_path)
    widest = pictures(sorted(f for f in result.files if f.suffix == ".png")[:1])[0]
    middle = photo().crop((60, 0, 360, 300)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    wanted = torch.from_numpy(np.array(middle)).movedim(-1, 0) / 255
    assert psnr(widest, wanted) > 20
    assert psnr(widest.flip(-2), wanted) < 15  # which the wrong picture would not reach


def test_regions_show_where_they_are_asked_at_their_levels(ready, tmp_path):
    """A winter island on the right of the widest level, autumn on the left of the deepest."""
    graph = cheap("regional-prompts")
    sampler, ladder = (edit.find(graph, k) for k in ("ZoomStackSampler", "PromptLadder"))
    graph[sampler]["inputs"]["steps"] = 6
    plain = {**graph, sampler: copy.deepcopy(graph[sampler])}
    plain[sampler]["inputs"]["positive"] = [ladder, 1]

    def whiter_right_and_redder_left(graph, folder):
        files = executed(ready.url, graph, tmp_path / folder).files
        levels = pictures(sorted(file for file in files if file.suffix == ".png"))
        left, right = levels.chunk(2, dim=-1)
        white = right[0].amin(0) - left[0].amin(0)
        red = (left - right)[-1]
        return [float(white.mean()), float((red[0] - red[1]).mean())]

    regional = whiter_right_and_redder_left(graph, "regional")
    without = whiter_right_and_redder_left(plain, "plain")
    assert min(regional) > 0.08 and max(without) < 0.04


def test_the_panorama_is_wider_than_its_windows(ready, tmp_path):
    graph = cheap("wide-panorama")
    (tile,) = (n["inputs"]["tile_size"] for n in graph.values() if "tile_size" in n["inputs"])
    (file,) = executed(ready.url, graph, tmp_path).files
    picture = Image.open(file)
    assert picture.size == (4 * tile, tile)
    assert pictures([file]).std() > 0.01


def links_of(graph):
    """By link number: the API format's reference to where it begins."""
    return {link[0]: [str(link[1]), link[2]] for link in graph["links"]}


def is_widget(kind, options):
    named = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COMFY_DYNAMICCOMBO_V3")
    return (kind in named or isinstance(kind, list)) and not options.get("forceInput")


def declared(node):
    """(name, default, options) of the widgets that the front end makes for a node, in order."""
    for group in ("required", "optional"):
        for name, (kind, *rest) in node["input"].get(group, {}).items():
            options = rest[0] if rest else {}
            if is_widget(kind, options):
                choices = options.get("options", kind if isinstance(kind, list) else []) or [None]
                first = choices[0]["key"] if isinstance(choices[0], dict) else choices[0]
                yield name, options.get("default", first), options
                if isinstance(choices[0], dict):  # a choice that brings widgets of its own
                    for part, value, own in declared({"input": choices[0]["inputs"]}):
                        yield f"{name}.{part}", value, own


def widgets_of(node, info):
    """{name: value} of a node in a UI file, whose values have no names."""
    values, named = list(node.get("widgets_values") or []), {}
    for name, _, options in declared(info):
        named[name] = values.pop(0)
        if options.get("control_after_generate"):
            assert values.pop(0) == "fixed"  # or the shipped result could not be met again
    return named


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_is_the_api_workflow_with_a_note(ready, name):
    known = object_info(ready)
    graph = json.loads(TEMPLATES[name].read_text("utf-8"))
    api = edit.load(API_WORKFLOWS / f"{name}.json")
    notes = [node for node in graph["nodes"] if node["type"] in NOTES]
    nodes = {str(node["id"]): node for node in graph["nodes"] if node["type"] not in NOTES}
    assert len(notes) == 1 and notes[0]["widgets_values"][0].count("**") >= 6
    assert {key: node["type"] for key, node in nodes.items()} == {
        key: node["class_type"] for key, node in api.items()
    }
    links = links_of(graph)
    for key, node in nodes.items():
        info, wanted = known[node["type"]], api[key]["inputs"]
        connected = {i["name"]: links[i["link"]] for i in node["inputs"] if i.get("link")}
        values = widgets_of(node, info)
        filled = {n: wanted.get(n, default) for n, default, _ in declared(info)}
        assert {**values, **connected} == {**filled, **connected}, node["type"]
        assert connected == {n: value for n, value in wanted.items() if isinstance(value, list)}
        assert wanted.keys() <= values.keys() | connected.keys()
        assert node["title"] == api[key]["_meta"]["title"]


@pytest.mark.parametrize("name", NAMES)
def test_the_nodes_of_a_graph_lie_apart_and_in_groups(name):
    graph = json.loads(TEMPLATES[name].read_text("utf-8"))
    # A node's title stands above its position.
    boxes = [(*n["pos"], n["pos"][0] + n["size"][0], n["pos"][1] + n["size"][1])
             for n in graph["nodes"]]  # fmt: skip
    boxes = [(left, top - 30, right, bottom) for left, top, right, bottom in boxes]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for left, top, right, bottom in boxes:
        assert any(
            x <= left and y <= top and right <= x + w and bottom <= y + h
            for x, y, w, h in (group["bounding"] for group in graph["groups"])
        )


def test_the_template_browser_lists_all_workflows_with_pictures(server):
    listed = json.loads(get(server, "/workflow_templates")[0])[FOLDER]
    assert sorted(listed) == [path.stem for path in TEMPLATES.values()]
    assert sorted(TEMPLATES) == sorted(NAMES) and next(iter(TEMPLATES)) == "text-to-zoom"
    for name in listed:
        body, kind = get(server, f"/api/workflow_templates/{FOLDER}/{name}.jpg")
        assert kind == "image/jpeg" and body[:2] == b"\xff\xd8" and len(body) < 60_000
        body, kind = get(server, f"/api/workflow_templates/{FOLDER}/{name}.json")
        assert kind == "application/json" and json.loads(body)["nodes"]


def test_every_node_has_a_help_page_that_names_its_inputs_and_outputs(server):
    known = object_info(server)
    for node in NODES:
        page = get(server, f"/extensions/{FOLDER}/docs/{node}.md")[0].decode()
        assert page.startswith(f"# {known[node]['display_name']}\n")
        for group in known[node]["input"].values():
            for name in group:
                assert name in ("prompt", "extra_pnginfo", "unique_id") or f"`{name}`" in page, (
                    node,
                    name,
                )
        for name in known[node]["output_name"]:
            assert f"`{name}`" in page, (node, name)
        (picture, *_) = re.findall(r"!\[[^\]]+\]\((images/[\w-]+\.webp)\)", page)
        body, _ = get(server, f"/extensions/{FOLDER}/docs/{picture}")
        assert body[8:12] == b"WEBP", node


def test_every_node_and_all_its_inputs_and_outputs_say_what_they_are_for(server):
    known = object_info(server)
    assert {name for name, node in known.items() if node["category"] == "ZoomStack"} >= NODES
    for name in NODES:
        node = known[name]
        assert node["description"]
        for group in ("required", "optional"):
            for key, (_, *rest) in node["input"].get(group, {}).items():
                assert rest and rest[0].get("tooltip"), (name, key)
        assert len(node["output_tooltips"]) == len(node["output"])
        assert all(node["output_tooltips"])


@pytest.fixture(scope="module", params=RENDERERS)
def page(request, browser, ready):
    """ComfyUI's own front end in a browser, in each of its renderers."""
    with page_of(browser, (ready.url,)) as page:
        open_comfy(page, ready, request.param)
        yield page


OPEN = """async ([folder, name]) => {
  const graph = await (await fetch(`/api/workflow_templates/${folder}/${name}.json`)).json();
  await app.loadGraphData(graph);
  const unknown = app.graph.nodes.filter(n => !LiteGraph.registered_node_types[n.type]);
  return [app.graph.nodes.length, unknown.map(n => n.type), (await app.graphToPrompt()).output];
}"""


@pytest.mark.parametrize("name", NAMES)
def test_the_front_end_opens_the_graph_and_would_run_the_api_workflow(page, ready, name):
    known = object_info(ready)
    count, unknown, output = page.evaluate(OPEN, [FOLDER, TEMPLATES[name].stem])
    api = edit.load(API_WORKFLOWS / f"{name}.json")
    assert unknown == [] and count == len(api) + 1
    assert output.keys() == api.keys()
    for key, node in api.items():
        info = known[node["class_type"]]
        filled = {n: default for n, default, _ in declared(info)} | node["inputs"]
        assert output[key]["class_type"] == node["class_type"]
        assert output[key]["inputs"] == filled
