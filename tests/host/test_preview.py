"""What is seen of a run while it samples: all levels on a sheet no larger than one of them."""

import json
import sys
from types import SimpleNamespace

import pytest
import torch
from host_kit import Ladder, apply_node, ksampler, part
from tiny_families import family
from tiny_models import toy_latent, toy_model
from tiny_vae import mosaic_vae, mosaic_video_vae
from torch.nn.functional import avg_pool2d


def shown_by(model, kit, latent, steps=3, callback=None):
    """What a sampler node's callback was handed at each step; or it goes to another one."""
    import comfy.sample

    shown = []
    with torch.inference_mode():
        comfy.sample.sample(
            model, comfy.sample.prepare_noise(latent, 1), steps, 3.0, "euler", "simple",
            kit.positive, kit.negative, latent, seed=1, disable_pbar=True,
            callback=callback or (lambda step, x0, x, total: shown.append(x0)),
        )  # fmt: skip
    return shown


@pytest.mark.parametrize(
    "name, levels, sheet",
    [
        ("sd3", 3, (1, 16, 16, 16)),
        ("sd3", 9, (1, 16, 15, 15)),
        ("qwen_image", 5, (1, 16, 1, 10, 15)),
        ("flux2", 3, (1, 128, 8, 8)),
    ],
)
def test_previews_show_all_levels_on_a_sheet_no_larger_than_one(
    pack, comfy_host, name, levels, sheet
):
    tiny = family(name)
    size = (8, 8) if name == "flux2" else (16, 16)
    kit = Ladder(pack, (2.0,) * (levels - 1), size=size, make_cond=tiny.make_cond)
    latent = tiny.latent(levels, *size)
    model = apply_node(pack, tiny.model, kit.ladder)
    shown = shown_by(model, kit, latent)
    assert [x0.shape for x0 in shown] == [sheet, sheet, latent.shape]
    with torch.inference_mode():
        assert ksampler(model, kit, latent, steps=2).shape == latent.shape


def test_in_a_preview_levels_lie_row_by_row(pack):
    """Of a model that predicts the same at every step: the last x0 is that of the levels."""
    kit = Ladder(pack, zooms=(2.0, 2.0))

    def respond(x, sigma, context):
        return torch.tanh(context.mean(1)[:, :4])[..., None, None].expand_as(x)

    model = apply_node(pack, toy_model("eps", respond=respond), kit.ladder)
    (sheet,), levels = shown_by(model, kit, toy_latent(kit.levels), steps=2)
    top, bottom = sheet.split(8, -2)
    tiles = (*top.split(8, -1), *bottom.split(8, -1))
    for tile, level in zip(tiles, (*avg_pool2d(levels, 2), torch.zeros(4, 8, 8)), strict=True):
        assert torch.allclose(tile, level, atol=1e-4)


@pytest.mark.parametrize("name, make", [("sd3", mosaic_vae), ("qwen_image", mosaic_video_vae)])
def test_levels_that_met_as_pictures_are_shown_as_these(pack, comfy_host, monkeypatch, name, make):
    """Encoded once, on their sheet: nothing is decoded for a preview that a step has decoded."""
    tiny, small = family(name), make(16) if make is mosaic_vae else make()
    kit = Ladder(pack, (2.0,) * 4, make_cond=tiny.make_cond)
    model = apply_node(pack, tiny.model, kit.ladder, small_vae=small, space="small")
    way = part(pack, "nodes.host.small").ShortWay
    met, encode, calls = [], way.encode, []
    watched = part(pack, "nodes.run.ways").Watched
    couple = watched.__call__
    monkeypatch.setattr(
        watched, "__call__", lambda *given, **how: met.append(couple(*given, **how)) or met[-1]
    )
    monkeypatch.setattr(
        way, "encode", lambda self, shown: calls.append(shown.shape[0]) or encode(self, shown)
    )
    first, *_, last = shown_by(model, kit, tiny.latent(5, 16, 16))
    # Beside what each of the four links shows until the last step, one sheet a step.
    assert last.shape[0] == 5 and calls.count(1) == 2 * 4 + 3
    pictures = part(pack, "zoomstack.scene.sheet").sheet(met[0], 8)
    wanted = tiny.model.model.process_latent_in(encode(way(small), pictures[None]))
    assert torch.allclose(first, wanted.view_as(first), atol=1e-5)


def test_the_last_picture_that_stays_is_the_sheet(pack, comfy_host, monkeypatch):
    """The callback's own last one is of level 0 alone; the host's hook sees what comes after."""
    import comfy.utils
    import latent_preview
    from comfy.cli_args import LatentPreviewMethod, args

    tiny = family("sd3")
    kit = Ladder(pack, (2.0,) * 4, make_cond=tiny.make_cond)
    model = apply_node(pack, tiny.model, kit.ladder)
    sent = []
    monkeypatch.setattr(comfy.utils, "PROGRESS_BAR_HOOK", lambda *told, **_: sent.append(told))
    monkeypatch.setattr(args, "preview_method", LatentPreviewMethod.Latent2RGB)
    kept = {}
    latent = tiny.latent(5, 16, 16)
    shown_by(model, kit, latent, 2, latent_preview.prepare_callback(model, 2, kept))
    assert kept["x0"].shape == latent.shape  # what SamplerCustomAdvanced gives as denoised_output
    done, total, (_, picture, _) = sent[-1]
    assert done == total == 2 and picture.size == (15, 10)


def test_the_page_is_told_which_previews_are_sheets_and_how_these_are_laid_out(
    pack, comfy_host, monkeypatch
):
    """By events in their order: the callback's own last picture, of level 0 alone, is no sheet."""
    import comfy.utils
    import latent_preview
    from comfy.cli_args import LatentPreviewMethod, args
    from comfy_execution.utils import CurrentNodeContext

    told = []
    extra = {"extra_pnginfo": {"workflow": {"id": "a graph"}}}
    queue = SimpleNamespace(
        get_current_queue_volatile=lambda: ([(0, "a run", {}, extra, [])], []),
    )
    host = SimpleNamespace(
        prompt_queue=queue, client_id="me", send_sync=lambda *event: told.append(event)
    )
    server = SimpleNamespace(PromptServer=SimpleNamespace(instance=host))
    monkeypatch.setitem(sys.modules, "server", server)
    monkeypatch.setattr(args, "preview_method", LatentPreviewMethod.Latent2RGB)
    monkeypatch.setattr(
        comfy.utils, "PROGRESS_BAR_HOOK",
        lambda value, total, picture, **_: told.append(picture and picture[1].size),
    )  # fmt: skip
    tiny = family("sd3")
    focus = ((0.5, 0.5), (0.4, 0.6), (0.5, 0.5), (0.5, 0.5))
    kit = Ladder(pack, (2.0, 4.0, 2.0, 2.0), focus, make_cond=tiny.make_cond)
    model = apply_node(pack, tiny.model, kit.ladder)
    latent = tiny.latent(5, 16, 24)
    with CurrentNodeContext("a run", "7:5"):
        shown_by(model, kit, latent, 2, latent_preview.prepare_callback(model, 2))
    sheets = [event for event in told if isinstance(event, tuple) and len(event) == 3]
    assert {(name, to) for name, _, to in sheets} == {("zoomstack.sheets", "me")}
    for _, event, _ in sheets:
        assert [event[key] for key in ("node", "prompt", "workflow")] == ["7:5", "a run", "a graph"]
    # A sheet of 2 x 3 cells of 5 x 8 latents; one level has 16 x 24.
    order = [event[1]["sheet"] is not None if event in sheets else event for event in told]
    assert [each for each in order if each is not None] == [
        True, (24, 10), False, (24, 16), True, (24, 10), False
    ]  # fmt: skip
    about = sheets[0][1]["sheet"]
    assert json.loads(json.dumps(about)) == about
    assert (about["levels"], about["rows"], about["columns"]) == (5, 2, 3)
    assert (about["width"], about["height"]) == (24, 16)
    assert about["zooms"] == [2.0, 4.0, 2.0, 2.0] and about["focus"][1] == [0.4, 0.6]
    assert about["prompts"] == list(kit.ladder.prompts)
