"""Level pictures to a stack that agrees, and stacks in ComfyUI's folders and back."""

import json
import os
import time
import types

import pytest
import torch
from host_kit import part
from safetensors import safe_open
from safetensors.torch import save_file

SIZE = (253, 234)


def pictures(levels=3, size=SIZE, channels=3, seed=0):
    """Independent noise: neighbours that do not agree at all."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(levels, *size, channels, generator=generator)


def blended(pack, images, *inputs, **options):
    with torch.inference_mode():
        return pack.nodes.LaplacianBlend.execute(images, *inputs, **options).result


def ladder_of(pack, text="a sea\n[p=2.5 focus=0.45,0.37] a coast\na leaf"):
    return part(pack, "zoomstack.scene.ladder").parse_ladder(text, 3.0)


# --- LaplacianBlend -------------------------------------------------------------------------------


@pytest.mark.parametrize("blend", ["laplacian", "average"])
@pytest.mark.parametrize("saturated", [False, True])
def test_views_agree_exactly_and_are_pictures(pack, blend, saturated):
    images = pictures()
    if saturated:  # hard black and white, which a blend overshoots
        images = (images > 0.5).float()
    ladder = ladder_of(pack)
    stack, views, _ = blended(pack, images, ladder=ladder, blend=blend)
    assert views.shape == images.shape
    assert stack.levels.min() >= 0 and stack.levels.max() <= 1
    assert torch.equal(views.movedim(-1, 1), stack.levels)
    assert min(part(pack, "zoomstack.joint.blend").agreement(stack.levels, stack.geometry)) > 120
    assert stack.geometry == ladder.geometry(*SIZE)
    assert stack.prompts == ("a sea", "a coast", "a leaf")


def test_without_a_ladder_the_zoom_factor_counts(pack):
    stack, _, _ = blended(pack, pictures(), 2.5)
    assert stack.geometry == part(pack, "zoomstack.scene.geometry").Geometry(*SIZE, (2.5, 2.5))
    assert stack.prompts == ()
    with_ladder, _, _ = blended(pack, pictures(), 2.5, ladder=ladder_of(pack))
    assert with_ladder.geometry.zooms == (2.5, 3.0)
    with pytest.raises(ValueError, match="Level 1 has a zoom factor of nan"):
        blended(pack, pictures(), float("nan"))


def test_pictures_that_agree_stay_as_they_are(pack):
    _, views, before = blended(pack, pictures(), 2.5)
    _, again, after = blended(pack, views, 2.5)
    assert (again - views).abs().max() < 1e-5
    assert float(before.split()[4]) < 20 < 100 < float(after.split()[4])


def test_the_agreement_names_the_worst_pair(pack):
    views = blended(pack, pictures(4), 2.0)[1].clone()
    views[3] = (views[3] + pictures(1, seed=1)[0]) / 2
    _, _, text = blended(pack, views, 2.0)
    numbers = [float(word) for word in text.rsplit(": ", 1)[1].split()]
    assert text.startswith("agreement of neighbouring levels: ")
    assert f"{numbers[2]:.1f} dB worst (levels 2-3)" in text
    assert len(numbers) == 3 and min(numbers[:2]) > 100 > numbers[2]


def anchored(pack, photo, level=0, **options):
    with torch.inference_mode():
        return pack.nodes.PhotoAnchor.execute(photo, level=level, **options).result[0]


def test_pictures_in_the_wrong_order_are_told_with_the_worst_pair(pack):
    pictures = part(pack, "zoomstack.joint.render")
    g = part(pack, "zoomstack.scene.geometry").Geometry(48, 48, (2.0, 2.0, 2.0))
    noise = torch.rand(4, 3, 48, 48, generator=torch.Generator().manual_seed(2))
    images = pictures.render(noise, g).movedim(1, -1)

    def line(images, factor=2.0):
        ui = pack.nodes.LaplacianBlend.execute(images, factor).ui
        return str(ui).partition("do not show the same place")

    assert not line(images)[1]
    before, said, after = line(images[[0, 1, 3, 2]])
    assert said and before.endswith(("levels 1 and 2 ", "levels 2 and 3 "))
    assert "nor does 1 other pair:" in after and "Align Zoom" in after
    assert "at 3 times" in line(images, 3.0)[2]


def test_colours_from_elsewhere_are_matched_where_it_is_asked(pack):
    even = torch.full((2, 32, 32, 3), 0.5) + 0.1 * torch.rand(
        2, 32, 32, 3, generator=torch.Generator().manual_seed(2)
    )
    even[1] -= torch.tensor([0.2, 0.0, 0.1])
    plain, matched = (
        pack.nodes.LaplacianBlend.execute(even, match_colours=on).result[1] for on in (False, True)
    )
    assert (matched[1].mean((0, 1)) - even[0].mean((0, 1))).abs().max() < 0.01
    assert (plain[1].mean((0, 1)) - even[0].mean((0, 1))).abs().max() > 0.02


@pytest.mark.parametrize("level", [0, 1])
def test_an_anchored_level_is_the_photo_to_the_bit(pack, level):
    """Cropped to the levels' aspect and resized, as the anchor has it."""
    photo = torch.rand(1, 131, 97, 3, generator=torch.Generator().manual_seed(4))
    anchor, zoom = anchored(pack, photo, level), 2.5
    stack, views, text = blended(pack, pictures(), zoom, anchor=anchor)
    expected = anchor[0].fitted_to(*SIZE)[0]
    assert torch.equal(stack.levels[level], expected)
    assert torch.equal(views[level].movedim(-1, 0), expected)
    assert stack.levels.min() >= 0 and stack.levels.max() <= 1
    error = (pictures()[level].movedim(-1, 0) - expected).square().mean()
    assert f"; level {level} had kept its photo at {-10 * torch.log10(error):.1f} dB" in text


def test_the_line_tells_of_photos_that_do_not_go_together(pack):
    first, second = pictures(2, seed=8).split(1)
    both = anchored(pack, second, level=2, anchor=anchored(pack, first))
    stack, _, text = blended(pack, pictures(), 2.0, anchor=both)
    assert torch.equal(stack.levels[2], second[0].movedim(-1, 0))
    assert "the photos of levels 0 and 2 differ where they meet, at " in text
    twice = anchored(pack, second, anchor=anchored(pack, first))
    with pytest.raises(ValueError, match="Level 0 has 2 photos, and can be only one of them"):
        blended(pack, pictures(), 2.0, anchor=twice)


def test_one_image_is_a_stack_of_one_level(pack):
    image = pictures(1)
    stack, views, text = blended(pack, image)
    assert torch.equal(views, image) and stack.geometry.levels == 1
    assert text == "one level: nothing to compare"


def test_a_wrong_number_of_images_is_refused(pack):
    with pytest.raises(ValueError, match="ladder has 3 levels but LaplacianBlend got 2 images"):
        blended(pack, pictures(2), ladder=ladder_of(pack))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_broken_picture_is_named_by_its_level(pack, value):
    images = pictures()
    images[2, 7, 9, 1] = value
    with pytest.raises(ValueError, match="picture of level 2 .* NaN or infinite"):
        blended(pack, images)


def test_alpha_is_left_out(pack):
    images = pictures(channels=4)
    images[0, 0, 0, 3] = float("nan")
    with_alpha, views, _ = blended(pack, images)
    without, _, _ = blended(pack, images[..., :3])
    assert views.shape == (3, *SIZE, 3)
    assert torch.equal(with_alpha.levels, without.levels)


def test_the_pictures_that_came_in_are_not_written_to(pack):
    images = pictures()
    copy = images.clone()
    blended(pack, images, 2.5)
    assert torch.equal(images, copy)


# --- SaveZoomStack and LoadZoomStack --------------------------------------------------------------


@pytest.fixture
def folders(pack, tmp_path, monkeypatch):
    """ComfyUI's folders, empty, and one that is none of them."""
    import folder_paths

    made = {name: tmp_path / name for name in ("output", "input", "temp", "elsewhere")}
    for name, folder in made.items():
        folder.mkdir()
        if name != "elsewhere":
            monkeypatch.setattr(folder_paths, f"{name}_directory", str(folder))
    return types.SimpleNamespace(**made)


@pytest.fixture
def stack(pack):
    return blended(pack, pictures(size=(31, 42)), ladder=ladder_of(pack))[0]


def save(pack, stack, prefix="zoomstack/stack", prompt=None, extra=None, **options):
    """The ``ui`` of SaveZoomStack, run with the workflow that the host hands it."""
    hidden = types.SimpleNamespace(prompt=prompt, extra_pnginfo=extra, unique_id="9")
    node = type("Save", (pack.nodes.SaveZoomStack,), {"hidden": hidden})
    with torch.inference_mode():
        return node.execute(stack, prefix, **options).ui


def load(pack, label):
    with torch.inference_mode():
        return pack.nodes.LoadZoomStack.execute(label).result


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata()


@pytest.mark.parametrize("precision, error", [("float32", 0), ("float16", 5e-4)])
def test_a_saved_stack_comes_back(pack, folders, stack, precision, error):
    ui = save(pack, stack, precision=precision, seed=2**64 - 1)
    shown = {"filename": "stack_00001_.safetensors", "subfolder": "zoomstack", "type": "output"}
    assert ui == {"zoom_stacks": [shown]}
    assert json.loads(json.dumps(ui)) == ui
    label = "zoomstack/stack_00001_.safetensors [output]"
    assert pack.nodes.LoadZoomStack.validate_inputs(label) is True
    back, views, ladder = load(pack, label)
    assert (back.levels - stack.levels).abs().max() <= error
    assert back.levels.dtype == torch.float32
    assert torch.equal(views, back.levels.movedim(1, -1))
    assert (back.geometry, back.prompts) == (stack.geometry, stack.prompts)
    assert back.seed == 2**64 - 1
    assert ladder.geometry(31, 42) == stack.geometry and ladder.prompts == stack.prompts
    assert len(ladder.negatives) == ladder.levels
    assert blended(pack, views, ladder=ladder)[0].geometry == stack.geometry


def test_which_levels_were_put_between_two_is_saved_and_goes_with_the_ladder(pack, folders, stack):
    marks = (False, True, *(False,) * (stack.geometry.levels - 2))
    save(pack, stack._replace(bridges=marks))
    back, views, ladder = load(pack, "zoomstack/stack_00001_.safetensors [output]")
    assert back.bridges == ladder.bridges == marks
    assert blended(pack, views, ladder=ladder)[0].bridges == marks
    assert blended(pack, views)[0].bridges == ()


@pytest.mark.parametrize(
    "sampler, seed",
    [
        ({"seed": 7}, 7),
        ({"noise_seed": 8}, 8),
        ({"seed": ["5", 0]}, 3),
        ({"seed": ["7", 0]}, None),
        ({}, None),
    ],
)
def test_the_seed_is_that_of_the_sampler_behind_the_stack(pack, folders, stack, sampler, seed):
    prompt = {
        "9": {"class_type": "SaveZoomStack", "inputs": {"stack": ["4", 0]}},
        "4": {"class_type": "LaplacianBlend", "inputs": {"images": ["3", 0], "feather": 0.25}},
        "3": {"class_type": "ZoomStackSampler", "inputs": {"model": ["4", 0], **sampler}},
        "5": {"class_type": "PrimitiveInt", "inputs": {"value": 3}},
        "7": {"class_type": "Random", "inputs": {"from": ["6", 0]}},
        "6": {"class_type": "KSampler", "inputs": {"seed": 99}},
    }
    save(pack, stack, prompt=prompt)
    assert load(pack, "zoomstack/stack_00001_.safetensors [output]")[0].seed == seed


def test_a_stack_without_prompts_gives_a_ladder_all_the_same(pack, folders, stack):
    save(pack, stack._replace(prompts=()))
    back, _, ladder = load(pack, "zoomstack/stack_00001_.safetensors [output]")
    assert back.prompts == () and ladder.prompts == ("",) * 3


def test_the_workflow_goes_along_unless_metadata_is_off(pack, folders, stack, monkeypatch):
    from comfy.cli_args import args

    workflow = {"workflow": {"nodes": [1]}}
    save(pack, stack, prompt={"1": "a"}, extra=workflow)
    monkeypatch.setattr(args, "disable_metadata", True)
    save(pack, stack, prompt={"1": "a"}, extra=workflow)
    first, second = (
        metadata(folders.output / "zoomstack" / f"stack_0000{n}_.safetensors") for n in (1, 2)
    )
    assert json.loads(first["prompt"]) == {"1": "a"}
    assert json.loads(first["workflow"]) == {"nodes": [1]}
    assert second.keys() == {"zoomstack", "version"}


def test_a_number_is_added_and_nothing_is_overwritten(pack, folders, stack):
    names = [save(pack, stack, "film")["zoom_stacks"][0]["filename"] for _ in range(3)]
    assert names == [f"film_0000{n}_.safetensors" for n in (1, 2, 3)]
    (folders.output / names[1]).unlink()
    save(pack, stack, "film")
    left = sorted(path.name for path in folders.output.iterdir())
    assert left == [f"film_0000{n}_.safetensors" for n in (1, 3, 4)]


def test_prefixes_make_folders_and_know_the_size(pack, folders, stack):
    (shown,) = save(pack, stack, "a/b/%width%x%height%")["zoom_stacks"]
    assert shown == {
        "filename": "42x31_00001_.safetensors", "subfolder": "a/b", "type": "output"
    }  # fmt: skip
    assert (folders.output / "a" / "b" / shown["filename"]).is_file()


@pytest.mark.parametrize("prefix", ["../elsewhere/x", "a/../../elsewhere/x", "{elsewhere}/x"])
def test_a_prefix_that_leaves_the_output_folder_is_refused(pack, folders, stack, prefix):
    with pytest.raises(Exception, match="outside the output folder is not allowed"):
        save(pack, stack, prefix.format(elsewhere=folders.elsewhere))
    assert not list(folders.elsewhere.iterdir())


def test_the_list_holds_the_stacks_of_both_folders_newest_first(pack, folders, stack):
    for number, name in enumerate(("old", "new")):
        save(pack, stack, name)
        path = folders.output / f"{name}_00001_.safetensors"
        os.utime(path, (number + 1, number + 1))
    (folders.input / "mine").mkdir()
    path.rename(folders.input / "mine" / "x.safetensors")
    (folders.output / "picture.png").write_bytes(b"")
    (combo,) = pack.nodes.LoadZoomStack.define_schema().inputs
    assert combo.options == ["mine/x.safetensors [input]", "old_00001_.safetensors [output]"]
    for label in combo.options:
        assert pack.nodes.LoadZoomStack.validate_inputs(label) is True
        load(pack, label)


def test_the_list_reads_a_folder_again_when_it_has_changed(pack, folders, stack, monkeypatch):
    """Whoever opens ComfyUI's page asks for it: it must not walk over all outputs each time."""
    stacks = part(pack, "nodes.host.stacks")
    read, scandir = [], stacks.os.scandir
    monkeypatch.setattr(stacks.os, "scandir", lambda path: read.append(str(path)) or scandir(path))
    deep = folders.output / "a" / "b"
    deep.mkdir(parents=True)
    save(pack, stack, "a/b/one")
    past = time.time() - 100
    for folder in (deep, deep.parent, folders.output, folders.input):
        os.utime(folder, (past, past))
    first = stacks.stack_files()
    assert first == ["a/b/one_00001_.safetensors [output]"] and len(set(read)) == 4
    read.clear()
    assert stacks.stack_files() == first and read == []
    save(pack, stack, "a/b/two")
    assert len(stacks.stack_files()) == 2 and set(read) == {str(deep)}
    (deep / "two_00001_.safetensors").unlink()
    assert stacks.stack_files() == first


def test_the_list_holds_what_can_be_loaded(pack, folders, stack):
    save(pack, stack, "one")
    elsewhere = folders.elsewhere / "mine.safetensors"
    elsewhere.write_bytes((folders.output / "one_00001_.safetensors").read_bytes())
    (folders.output / "leads_out.safetensors").symlink_to(elsewhere)
    (folders.output / "leads_in.safetensors").symlink_to(folders.output / "one_00001_.safetensors")
    (folders.output / "broken.safetensors").symlink_to(folders.elsewhere / "nowhere")
    os.mkfifo(folders.output / "pipe.safetensors")
    found = pack.nodes.host.stack_files()
    assert set(found) == {"leads_in.safetensors [output]", "one_00001_.safetensors [output]"}
    for label in found:
        assert pack.nodes.LoadZoomStack.validate_inputs(label) is True


@pytest.mark.parametrize("value", [5, None, [], {"a": 1}, "a\0b [output]"])
def test_what_is_no_label_is_refused_in_words(pack, folders, value):
    refusal = pack.nodes.LoadZoomStack.validate_inputs(value)
    assert "is no stack file in ComfyUI's output or input folder" in refusal


def damaged(kind, path, stack):
    """A file at ``path`` that is no stack, or not one of today."""
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:-100])
        return
    if kind == "text":
        path.write_text("not a safetensors file at all, whatever its name says")
        return
    about = metadata(path)
    if kind == "newer":
        about["version"] = "3"
    if kind == "foreign":
        del about["zoomstack"]
    save_file({"other" if kind == "tensors" else "levels": stack.levels}, path, about)


@pytest.mark.parametrize(
    "kind, words",
    [
        ("truncated", "cannot be read as a stack .* cut short"),
        ("text", "cannot be read as a stack"),
        ("foreign", "is a safetensors file but not a zoom stack"),
        ("tensors", "holds no tensor named 'levels'"),
        ("newer", "version 3 of the stack format .* update ZoomStack"),
    ],
)
def test_a_file_that_is_no_stack_is_refused_with_the_reason(pack, folders, stack, kind, words):
    save(pack, stack, "x")
    path = folders.output / "x_00001_.safetensors"
    damaged(kind, path, stack)
    with pytest.raises(ValueError, match=f"x_00001_.safetensors.*{words}"):
        load(pack, f"{path.name} [output]")


@pytest.mark.parametrize(
    "label",
    [
        "../elsewhere/x.safetensors [output]",
        "../elsewhere/x.safetensors [input]",
        "../elsewhere/x.safetensors",
        "{elsewhere}/x.safetensors",
        "{elsewhere}/x.safetensors [output]",
        "linked.safetensors [output]",
        "linked/x.safetensors [output]",
        "x.safetensors [temp]",
        "../temp/x.safetensors [output]",
        "x.ckpt [output]",
        "x\0.safetensors [output]",
        "",
    ],
)
def test_only_stacks_in_the_two_folders_are_read(pack, folders, stack, label):
    """Not even with the check before a run left out, which another client might manage."""
    save(pack, stack, "x")
    made = folders.output / "x_00001_.safetensors"
    for folder in (folders.elsewhere, folders.temp):
        (folder / "x.safetensors").write_bytes(made.read_bytes())
    made.rename(folders.output / "x.ckpt")
    (folders.output / "linked.safetensors").symlink_to(folders.elsewhere / "x.safetensors")
    (folders.output / "linked").symlink_to(folders.elsewhere, target_is_directory=True)
    label = label.format(elsewhere=folders.elsewhere)
    words = "is no stack file in ComfyUI's output or input folder"
    refusal = pack.nodes.LoadZoomStack.validate_inputs(label)
    assert isinstance(refusal, str) and words in refusal
    with pytest.raises(ValueError, match=words):
        load(pack, label)


def test_a_stack_that_is_gone_is_named(pack, folders):
    label = "gone.safetensors [output]"
    assert "moved or deleted" in pack.nodes.LoadZoomStack.validate_inputs(label)
    with pytest.raises(ValueError, match=r"no stack file 'gone.safetensors \[output\]'"):
        load(pack, label)


def test_a_new_stack_under_an_old_name_is_loaded_anew(pack, folders, stack):
    save(pack, stack, "x")
    label, fingerprint = "x_00001_.safetensors [output]", pack.nodes.LoadZoomStack
    first = fingerprint.fingerprint_inputs(label)
    assert fingerprint.fingerprint_inputs(label) == first
    path = folders.output / "x_00001_.safetensors"
    stamp = path.stat().st_mtime_ns
    path.unlink()
    save(pack, stack._replace(levels=1 - stack.levels), "x")
    os.utime(path, ns=(stamp + 1, stamp + 1))
    assert fingerprint.fingerprint_inputs(label) != first
    path.unlink()
    fingerprint.fingerprint_inputs(label)  # gone: for validation to say, not for this to raise
