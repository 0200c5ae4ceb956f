"""ZoomStackExplorer and ExportZoomStack inside a real ComfyUI."""

import json
import math
import types
from pathlib import Path

import pytest
import torch
from host_kit import part
from PIL import Image

from zoomstack.headless.saved import saved_in


@pytest.fixture
def folders(comfy_host, tmp_path, monkeypatch):
    """ComfyUI's output and temp folders, made anew."""
    import folder_paths

    for name in ("output", "temp"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(folder_paths, f"{name}_directory", str(tmp_path / name))
    return tmp_path


@pytest.fixture
def stack_of(pack):
    geometry = part(pack, "zoomstack.scene.geometry")
    stack = part(pack, "zoomstack.scene.stack")

    def make(levels=3, size=24):
        generator = torch.Generator().manual_seed(0)
        pictures = torch.rand(levels, 3, size, size, generator=generator)
        g = geometry.Geometry(size, size, (2.0,) * (levels - 1))
        return stack.ZoomStack(pictures, g, tuple(f"level {i}" for i in range(levels)))

    return make


def explore(pack, *given, **options):
    with torch.inference_mode():
        return part(pack, "nodes.explorer").ZoomStackExplorer.execute(*given, **options).ui


def export(pack, *given, **options):
    with torch.inference_mode():
        return part(pack, "nodes.export").ExportZoomStack.execute(*given, **options).ui


def manifest_of(shown, folders):
    # Not a "filename": what has one is shown as a file, and an app would show its text.
    assert shown["type"] == "temp" and shown["manifest"] == "manifest.json"
    assert "filename" not in shown
    folder = folders / "temp" / shown["subfolder"]
    return folder, json.loads((folder / "manifest.json").read_text())


@pytest.mark.parametrize("node", ["ZoomStackExplorer", "ExportZoomStack"])
def test_every_input_is_explained_and_the_node_has_a_help_page(pack, node):
    schema = getattr(pack.nodes, node).define_schema()
    assert schema.node_id == node and schema.category == "ZoomStack" and schema.is_output_node
    assert {"infinite zoom", "powers of ten"} <= set(schema.search_aliases)
    assert all(port.tooltip for port in schema.inputs)
    page = Path(pack.__file__).parent / "web" / "docs" / f"{node}.md"
    text = page.read_text("utf-8")
    assert all(f"`{port.id}`" in text for port in schema.inputs)


def test_the_page_gets_plain_lists_and_the_pictures_lie_in_temp(pack, folders, stack_of):
    ui = explore(pack, stack_of(), width="12700 km")
    assert json.loads(json.dumps(ui, allow_nan=False)) == ui
    assert list(ui) == ["zoomstack", "zoomstack_levels"]
    assert all(type(value) is list for value in ui.values())
    folder, manifest = manifest_of(ui["zoomstack"][0], folders)
    assert manifest["metres"] == 1.27e7 and manifest["prompts"] == ["level 0", "level 1", "level 2"]
    assert all((folder / name).is_file() for name in manifest["files"])
    files = [{**ui["zoomstack"][0], "filename": name} for name in manifest["files"]]
    assert ui["zoomstack_levels"] == [
        {key: file[key] for key in ("filename", "subfolder", "type")} for file in files
    ], "which an app shows"
    assert not list((folders / "output").iterdir())


def test_two_stacks_lie_beside_each_other(pack, folders, stack_of):
    ui = explore(pack, stack_of(), compare=stack_of(2))
    places = [manifest_of(ui[name][0], folders) for name in ("zoomstack", "zoomstack_compare")]
    assert places[0][0] != places[1][0]
    assert [len(manifest["files"]) for _, manifest in places] == [3, 2]


def test_stacks_with_a_common_beginning_lie_in_one_folder(pack, folders, stack_of):
    """Whichever of the inputs that grow have a wire; as tiles or pictures they are refused."""
    trunk = stack_of()
    levels = torch.cat([trunk.levels[:2], 1 - trunk.levels[2:]])
    other = trunk._replace(levels=levels, prompts=("level 0", "level 1", "elsewhere"))
    given = {"branches": {"branch_0": None, "branch_2": other}}
    ui = explore(pack, trunk, **given)
    folder, manifest = manifest_of(ui["zoomstack"][0], folders)
    (branch,) = manifest["branches"]
    assert branch["from"] == 1 and branch["prompts"] == ["elsewhere"]
    assert (folder / branch["files"][0]).is_file()
    assert [one["filename"] for one in ui["zoomstack_levels"]] == [
        "level_00.png", "level_01.png", "level_02.png", "level_02_branch_1.png"
    ]  # fmt: skip
    (shown,) = export(pack, trunk, "zoom", "html", **given)["zoom_exports"]
    assert "elsewhere" in (folders / "output" / shown["filename"]).read_text("utf-8")
    for kind in ("dzi", "png"):
        with pytest.raises(ValueError, match=f"{kind} holds one stack, and 1 more"):
            export(pack, trunk, "zoom", kind, **given)


@pytest.mark.parametrize("levels", [1, 500])
def test_any_number_of_levels(pack, folders, stack_of, levels):
    _, manifest = manifest_of(explore(pack, stack_of(levels, 8))["zoomstack"][0], folders)
    assert len(manifest["files"]) == levels and len(manifest["agreement"]) == levels - 1


def test_a_broken_level_is_shown_and_told_but_not_exported(pack, folders, stack_of):
    stack = stack_of()
    stack.levels[1, 0, 0, 0] = math.nan
    _, manifest = manifest_of(explore(pack, stack)["zoomstack"][0], folders)
    assert "Level 1 (0 is the widest) holds NaN" in manifest["notes"][0]
    with pytest.raises(ValueError, match="Level 1 .* wider precision"):
        export(pack, stack, "zoom")
    assert not list((folders / "output").iterdir())


def test_a_width_that_is_none_is_refused(pack, folders, stack_of):
    with pytest.raises(ValueError, match="'a mile' is no length"):
        explore(pack, stack_of(), width="a mile")


@pytest.mark.parametrize("levels", [1, 3])
def test_exports_are_numbered_like_any_saved_file(pack, folders, stack_of, levels):
    stack = stack_of(levels)
    for kind in ("html", "html", "dzi", "png", "webp"):
        shown = export(pack, stack, "deep/zoom", kind)["zoom_exports"]
        for one in shown:
            assert (folders / "output" / one["subfolder"] / one["filename"]).is_file()
    names = sorted(path.name for path in (folders / "output" / "deep").iterdir())
    assert names == [
        "zoom_00001_.html", "zoom_00002_.html", "zoom_00003_.dzi", "zoom_00003__files",
        "zoom_00004_", "zoom_00005_",
    ]  # fmt: skip
    assert [one["filename"] for one in shown] == [f"level_0{i}.webp" for i in range(levels)]


@pytest.mark.parametrize("kind", ["html", "dzi", "png", "webp"])
def test_all_that_an_export_wrote_can_be_brought_home(pack, folders, stack_of, kind):
    """By ``run``; the page's gallery sees no more than before."""
    for _ in range(2):  # the second one's list has nothing of the first
        ui = export(pack, stack_of(), "v1.5/zoom.a", kind)
    output = folders / "output"
    new = "zoom.a_00002_"
    wrote = {path for path in output.rglob(f"{new}*") if path.is_file()}
    wrote |= {path for path in output.rglob(f"{new}*/**/*") if path.is_file()}
    saved = saved_in(ui)
    files = [entry for one in saved for entry in one.files.values()]
    assert len(saved) == 1 and len(files) == len(wrote)
    assert {output / one["subfolder"] / one["filename"] for one in files} == wrote
    assert all(saved[0].files[name] in ui["zoom_exports"] for name in saved[0].shown)
    assert len(saved[0].shown) == len(ui["zoom_exports"])
    assert all(type(text) is str for text in ui.get("zoomstack_files", []))
    stock = pytest.importorskip("comfy_execution.jobs")
    count, _ = stock.get_outputs_summary({"1": ui})
    assert count == len(ui["zoom_exports"])


@pytest.mark.parametrize("silent", [False, True])
def test_a_level_opens_its_graph_as_stock_pictures_do(pack, folders, stack_of, monkeypatch, silent):
    """The stock node's own texts, in a file of each kind, and none where the user wants none."""
    from comfy.cli_args import args
    from comfy_api.latest._ui import ImageSaveHelper

    monkeypatch.setattr(args, "disable_metadata", silent)
    graph = {
        "prompt": {"1": {"class_type": "\u00e4"}},
        "extra_pnginfo": {"workflow": {"nodes": []}},
    }
    hidden = types.SimpleNamespace(**graph, unique_id=None)
    node = type("Exporting", (part(pack, "nodes.export").ExportZoomStack,), {"hidden": hidden})
    for kind in ("png", "webp"):
        shown = node.execute(stack_of(), "zoom", kind).ui["zoom_exports"]
        for one in shown:
            with Image.open(folders / "output" / one["subfolder"] / one["filename"]) as picture:
                exif, text = dict(picture.getexif()), getattr(picture, "text", {})
        stock = ImageSaveHelper._create_png_metadata(node)
        chunks = dict(chunk.split(b"\0") for _, chunk, *_ in stock.chunks) if stock else {}
        webp = dict(ImageSaveHelper._create_webp_metadata(Image.new("RGB", (8, 8)), node))
        assert text == (
            {k.decode(): v.decode() for k, v in chunks.items()} if kind == "png" else {}
        )
        assert exif == (webp if kind == "webp" else {})
        assert silent or text or exif


def test_an_export_that_is_cancelled_leaves_nothing(pack, folders, stack_of, monkeypatch):
    host = part(pack, "nodes.host")

    def cancelled():
        raise InterruptedError

    monkeypatch.setattr(host, "check_interrupted", cancelled)
    for kind in ("html", "dzi", "png"):
        with pytest.raises(InterruptedError):
            export(pack, stack_of(), "zoom", kind)
    with pytest.raises(InterruptedError):
        explore(pack, stack_of())
    assert not [path for path in folders.rglob("*") if path.is_file()]
