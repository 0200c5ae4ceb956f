"""Levels that PromptLadder puts between far lines: what they are asked for, and a whole run."""

import pytest
import torch
from host_kit import encoded, laddered, part, sampler_node
from tiny_families import family

TEN = "\n".join(f"10^{7 - n} m: {what}" for n, what in enumerate((
    "a planet", "a continent", "a coast line", "an island", "a forest", "a clearing",
    "a tree crown", "leaves", "a leaf", "leaf veins",
)))  # fmt: skip


def test_without_a_largest_step_all_is_as_it_was(pack, clip):
    plain, named = (
        laddered(pack, clip, "a\nb", zoom_factor=8.0, **o) for o in ({}, {"bridge": "blend"})
    )
    assert plain[0] == named[0] and plain[0].bridges == ()
    assert len(plain[1]) == len(named[1]) == 2


def test_both_prompts_stand_between_two_lines_in_one_style(pack, clip):
    ladder, positive, negative = laddered(
        pack, clip, "a sea\na leaf", zoom_factor=4.0, prefix="photo of", suffix="from above",
        negative="blurry\ngrey", largest_step=2.0,
    )  # fmt: skip
    assert ladder.bridges == (False, True, False) and ladder.zooms == (2.0, 2.0)
    text = "photo of, a sea, a leaf, from above"
    assert ladder.prompts[1] == text and ladder.negatives[1] == "blurry, grey"
    for entry, words in ((positive[1], text), (negative[1], "blurry, grey")):
        tensor, pooled = encoded(clip, words)
        assert torch.equal(entry[0], tensor) and torch.equal(entry[1]["pooled_output"], pooled)
        assert entry[1]["zoom_level"] == 1 and entry[1]["zoom_levels"] == 3


def test_a_blend_is_a_mixture_by_the_share_of_the_way(pack, clip):
    ladder, positive, negative = laddered(
        pack, clip, "a sea\na leaf", zoom_factor=8.0, largest_step=2.0, bridge="blend", suffix="x"
    )
    assert [extras["zoom_level"] for _, extras in positive] == [0, 1, 2, 3]
    a, b = encoded(clip, "a sea, x"), encoded(clip, "a leaf, x")
    for level, (tensor, extras) in enumerate(positive):
        share = level / 3
        assert torch.allclose(tensor, (1 - share) * a[0] + share * b[0], atol=1e-5)
        assert torch.allclose(extras["pooled_output"], (1 - share) * a[1] + share * b[1], atol=1e-5)
    assert torch.equal(positive[0][0], a[0]) and torch.equal(positive[3][0], b[0])
    assert torch.equal(negative[1][0], negative[0][0]), "of one text there is nothing to mix"
    assert ladder.prompts[1] == "a sea, a leaf, x"


def test_texts_of_two_lengths_are_mixed_as_if_the_shorter_went_on_with_zeros(pack):
    mixed = part(pack, "nodes.conditioning.mix").mixed
    mask = torch.ones(1, 2, dtype=torch.long)
    longer = torch.ones(1, 3, dtype=torch.long)
    a, b = (
        [[text, {"pooled_output": torch.full((1, 3), float(n)), "attention_mask": seen}]]
        for n, (text, seen) in enumerate(
            ((torch.full((1, 2, 3), 4.0), mask), (torch.full((1, 3, 3), 8.0), longer))
        )
    )
    ((tensor, extras),) = mixed(a, b, 0.25)
    assert torch.equal(tensor[0, :, 0], torch.tensor([5.0, 5.0, 2.0]))
    assert torch.equal(extras["pooled_output"], torch.full((1, 3), 0.25))
    assert torch.equal(extras["attention_mask"], longer)
    ((other, _),) = mixed(b, a, 0.75)
    assert torch.equal(other, tensor), "the same whichever comes first"
    assert torch.equal(a[0][0], torch.full((1, 2, 3), 4.0)), "what was encoded stays as it is"


def test_what_cannot_be_mixed_is_refused(pack):
    mixed = part(pack, "nodes.conditioning.mix").mixed
    one, two = ([[torch.ones(1, 2, 3), {"ids": torch.tensor([n])}]] for n in (1, 2))
    with pytest.raises(ValueError, match=r"reads beside a text \(ids\); set bridge to both"):
        mixed(one, two, 0.5)
    assert mixed(one, one, 0.5)[0][1]["ids"] is one[0][1]["ids"]
    with pytest.raises(ValueError, match="makes 1 and 2 parts of them; set bridge to both"):
        mixed(one, one + two, 0.5)


def test_the_page_hears_what_is_wrong(pack, clip):
    for options, words in (
        ({"largest_step": 1.1}, "largest_step is 1.1"),
        ({"bridge": "none"}, "bridge is 'none'; it must be one of both, blend"),
    ):
        with pytest.raises(ValueError, match=words):
            laddered(pack, clip, "a\nb", **options)


@pytest.mark.parametrize("bridge", ("both", "blend"))
def test_ten_powers_of_ten_become_a_film_as_long_as_without_bridges(pack, clip, bridge):
    ladder, positive, negative = laddered(pack, clip, TEN, largest_step=3.0, bridge=bridge)
    assert ladder.levels == 28  # by the widths that the lines begin with
    kit = type("Made", (), {"ladder": ladder, "positive": positive, "negative": negative})
    kit.geometry = ladder.geometry(16, 16)
    with torch.inference_mode():
        latent = sampler_node(pack, family("sd3").model, kit, steps=1)
        assert latent.shape == (28, 16, 16, 16) and latent.isfinite().all()
        pictures = latent[:, :3].movedim(1, -1).sigmoid()
        stack = pack.nodes.LaplacianBlend.execute(pictures, ladder=ladder).result[0]
        assert stack.bridges == ladder.bridges
        size = {"width": 96, "height": 96}
        video = pack.nodes.ZoomVideoRender.execute(stack, captions="prompts", **size).result[0]
    film = video.film
    prompts = tuple(line.partition(": ")[2] for line in TEN.splitlines())
    assert len(film) == 9 * 60 and film.overlay.lines == prompts
    assert film.path.among_lines(film.path[-1]) == (9, 0.0)
    assert film.picture(len(film) - 1).isfinite().all()
