"""ZoomStackSampler's checkpoint: with any sampler, a broken run goes on to the same bits."""

import types

import pytest
import torch
from host_kit import Ladder, sampler_node
from tiny_models import import_comfy, toy_latent, toy_model
from tiny_vae import mosaic_vae

import_comfy()
import folder_paths  # noqa: E402
from comfy.samplers import SAMPLER_NAMES  # noqa: E402


class Killed(BaseException):
    """A run that ends in the middle."""


@pytest.fixture
def kit(pack):
    return Ladder(pack, zooms=(2.0, 2.5))


@pytest.fixture(autouse=True)
def output(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path))
    return tmp_path


class Respond(torch.nn.Module):
    """The toy's answer, counted; ``dies_at`` that call."""

    def __init__(self, dies_at=None, seed=0):
        super().__init__()
        self.usual = toy_model("eps", seed=seed).model.diffusion_model.respond
        self.calls, self.dies_at = 0, dies_at

    def forward(self, x, sigma, context):
        if self.calls == self.dies_at:
            raise Killed
        self.calls += 1
        return self.usual(x, sigma, context)


def run(pack, kit, dies_at=None, kind="eps", seed=0, checkpoint="a run", patch=None, **options):
    """(samples or None where it died, how often the model was called)"""
    respond = Respond(dies_at, seed)
    model = toy_model(kind, respond=respond)
    model = patch(model) if patch else model
    options = {"steps": 6, **options}
    try:
        with torch.inference_mode():
            return sampler_node(pack, model, kit, checkpoint=checkpoint, **options), respond.calls
    except Killed:
        return None, respond.calls


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
def test_any_sampler_goes_on_to_the_same_bits(pack, kit, output, sampler):
    whole, calls = run(pack, kit, checkpoint="", sampler=sampler)
    assert files(output) == []
    dies_at = calls * 2 // 3
    assert run(pack, kit, dies_at, sampler=sampler)[0] is None
    again, more = run(pack, kit, sampler=sampler)
    assert torch.equal(again, whole)
    assert more <= calls - dies_at + 1  # what one step was told before it broke off is told again
    assert files(output) == []


@pytest.mark.parametrize(
    "options",
    [
        {"levels_per_batch": 1},
        {"tile_size": 64},
        {"tile_size": 64, "multiscale": 1},
        {"coupling": "independent", "shared_noise": False},
        {"cfg": 1.0},
        {"sampler": "euler_cfg_pp", "tile_size": 64, "multiscale": 1},
        {"latent": {"samples": toy_latent(3) + 0.3}, "denoise": 0.6},
        {"latent": {"samples": toy_latent(3), "noise_mask": torch.rand(1, 128, 128)}},
        {"vae": mosaic_vae(4), "space": "pixel", "steps": 2},
    ],
    ids=lambda options: " ".join(options),
)
def test_so_it_does_with_any_option(pack, kit, options):
    options = {"sampler": "euler_ancestral", **options}
    whole, calls = run(pack, kit, checkpoint="", **options)
    assert run(pack, kit, calls // 2, **options)[0] is None
    again, more = run(pack, kit, **options)
    assert torch.equal(again, whole) and 0 < more < calls


@pytest.mark.parametrize("kind", ["v", "flow"])
def test_so_it_does_with_any_parameterisation(pack, kit, kind):
    whole, calls = run(pack, kit, checkpoint="", kind=kind, sampler="dpmpp_sde")
    run(pack, kit, calls // 2, kind=kind, sampler="dpmpp_sde")
    again, more = run(pack, kit, kind=kind, sampler="dpmpp_sde")
    assert torch.equal(again, whole) and more < calls


def test_one_level_stays_the_stock_samplers(pack):
    one = Ladder(pack, zooms=())
    whole, calls = run(pack, one, checkpoint="", sampler="dpmpp_2m_sde")
    run(pack, one, calls // 2, sampler="dpmpp_2m_sde")
    again, more = run(pack, one, sampler="dpmpp_2m_sde")
    assert torch.equal(again, whole) and more < calls


def warmer(kit):
    return [[tensor * 1.01, extras] for tensor, extras in kit.positive]


@pytest.mark.parametrize(
    "change, name",
    [
        (lambda kit: {"seed": 1}, "model"),
        (lambda kit: {"cfg": 3.5}, "cfg"),
        (lambda kit: {"steps": 7}, "steps"),
        (lambda kit: {"sampler": "euler_ancestral"}, "sampler"),
        (lambda kit: {"scheduler": "karras"}, "steps"),
        (lambda kit: {"positive": warmer(kit)}, "conditioning"),
        (lambda kit: {"feather": 0.1}, "options"),
        (lambda kit: {"tile_size": 64}, "options"),
        (lambda kit: {"vae": mosaic_vae(4), "space": "latent"}, "vae"),
        (lambda kit: {"latent": {"samples": toy_latent(3) + 1}}, "latent"),
        (
            lambda kit: {
                "latent": {"samples": toy_latent(3), "noise_mask": torch.ones(3, 128, 128)}
            },
            "latent",
        ),
    ],
)
def test_other_inputs_start_anew_and_the_message_names_them(pack, kit, caplog, change, name):
    run(pack, kit, 4)
    changed = change(kit)
    whole, calls = run(pack, kit, checkpoint="", **changed)
    with caplog.at_level("INFO", "zoomstack"):
        again, asked = run(pack, kit, **changed)
    assert asked == calls and torch.equal(again, whole)
    (line,) = (line for line in caplog.messages if "checkpoint" in line)
    said = line.split("other inputs: ")[1].rstrip(".").split(", ")
    assert name in said


def test_another_seed_is_another_run(pack, kit):
    model, other = toy_model("eps"), Respond()
    with torch.inference_mode():
        whole = sampler_node(pack, model, kit, seed=6)
        with pytest.raises(Killed):
            sampler_node(
                pack, toy_model("eps", respond=Respond(3)), kit, seed=5, checkpoint="a run"
            )
        again = sampler_node(pack, toy_model("eps", respond=other), kit, seed=6, checkpoint="a run")
    assert torch.equal(whole, again) and other.calls == 4


def node_in(pack, prompt):
    hidden = types.SimpleNamespace(prompt=prompt, unique_id="3")
    return type("Sampler", (pack.nodes.ZoomStackSampler,), {"hidden": hidden})


def test_what_hangs_on_the_model_is_known_by_the_workflow(pack, kit):
    host = pack.nodes.host
    graph = {
        "1": {"class_type": "Loader", "inputs": {"name": "a"}},
        "2": {"class_type": "Patch", "inputs": {"model": ["1", 0], "strength": 0.5}},
        "3": {"class_type": "ZoomStackSampler", "inputs": {"model": ["2", 0], "seed": 1}},
        "4": {"class_type": "Save", "inputs": {"latent": ["3", 0], "name": "x"}},
    }

    def of(**changes):
        changed = {**graph, **changes}
        return host.workflow_above(node_in(pack, changed).hidden)

    patch = {"class_type": "Patch", "inputs": {"model": ["1", 0], "strength": 0.6}}
    assert of() == of(**{"4": {"class_type": "Save", "inputs": {"latent": ["3", 0]}}})
    assert of() != of(**{"2": patch})
    other = {"class_type": "Patch", "inputs": {"model": ["1", 1], "strength": 0.5}}
    assert of() != of(**{"2": other})  # of another output
    assert of() != of(**{"1": {"class_type": "Loader", "inputs": {"name": "b"}}})
    renamed = {**graph, "7": graph["2"]}
    renamed["3"] = {"class_type": "ZoomStackSampler", "inputs": {"model": ["7", 0], "seed": 1}}
    assert host.workflow_above(node_in(pack, renamed).hidden) == of()
    assert host.workflow_above(None) == ""


def test_caches_of_predictions_are_told_and_not_recorded(pack, kit, output, caplog):
    from comfy_extras.nodes_easycache import EasyCacheNode, LazyCacheNode

    for cache in (EasyCacheNode, LazyCacheNode):

        def patch(model, cache=cache):
            return cache.execute(model, 0.2, 0.15, 0.95, False).result[0]

        run(pack, kit, 4, patch=patch)
        assert files(output) == []
        assert "remember what a checkpoint does not hold" in caplog.text
        caplog.clear()


@pytest.mark.parametrize(
    "name",
    [
        "../a", "a/b", "a\\b", "/a", "..", ".", ".a", "a.", "a ", " ", "con", "NUL.txt", "com1",
        "a\0b", "a\nb", "a:b", "a*", "x" * 65,
    ],
)  # fmt: skip
def test_what_is_no_name_of_a_folder_is_refused_before_the_model_runs(pack, kit, output, name):
    with pytest.raises(ValueError, match="is no name for a checkpoint; take up to 64 letters"):
        run(pack, kit, 0, checkpoint=name)
    assert files(output) == []


def test_a_folder_that_leads_out_of_the_output_is_refused(pack, kit, output, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (output / "zoomstack").mkdir()
    (output / "zoomstack" / "checkpoints").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(ValueError, match="is no name for a checkpoint"):
        run(pack, kit, 3)
    assert files(elsewhere) == []


def test_machines_that_share_a_folder_go_on_with_each_others_runs(
    pack, kit, output, tmp_path, monkeypatch
):
    shared = tmp_path / "shared"
    monkeypatch.setenv("ZOOMSTACK_CHECKPOINTS", str(shared))
    run(pack, kit, 3)
    assert (shared / "a run").is_dir() and not (output / "zoomstack").exists()
    with pytest.raises(ValueError, match="is no name for a checkpoint"):
        pack.nodes.host.checkpoint_folder("../a run")


def test_what_others_left_in_the_folder_stays(pack, kit, output):
    run(pack, kit, 3)
    folder = output / "zoomstack" / "checkpoints" / "a run"
    (folder / "notes.txt").write_text("mine")
    (folder / "photos").mkdir()
    run(pack, kit, 3, cfg=2.0)
    run(pack, kit, cfg=2.0)
    assert files(folder) == ["notes.txt"] and (folder / "photos").is_dir()


def test_a_record_is_in_no_list_of_stacks(pack, kit, output):
    run(pack, kit, 3)
    assert len(files(output)) == 1
    assert pack.nodes.host.stack_files() == []


def test_the_model_and_its_options_stay_as_they_were(pack, kit):
    model = toy_model("eps")
    with torch.inference_mode():
        sampler_node(pack, model, kit, checkpoint="a run")
    assert not model.wrappers and not [k for k in model.model_options if "zoomstack" in str(k)]
