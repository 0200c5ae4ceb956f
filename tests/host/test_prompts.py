"""PromptLadder with a real text encoder: the demo model's, which is a whole CLIP-L."""

import pytest
import torch
from host_kit import encoded, laddered, sampler_node
from tiny_families import family


class Counting:
    """The encoder, and the texts that it was asked for."""

    def __init__(self, clip):
        self.clip, self.asked = clip, []

    def tokenize(self, text):
        self.asked.append(text)
        return self.clip.tokenize(text)

    def encode_from_tokens_scheduled(self, tokens):
        return self.clip.encode_from_tokens_scheduled(tokens)


def same(entry, expected):
    return torch.equal(entry[0], expected[0]) and torch.equal(
        entry[1]["pooled_output"], expected[1]
    )


def tags(conds):
    return [extras["zoom_level"] for _, extras in conds]


def test_each_level_gets_the_encoding_of_its_own_line(pack, clip):
    text = "# wide to deep\na planet in space\n\n[p=3 focus=0.4,0.6] a coast line\na forest"
    ladder, positive, negative = laddered(pack, clip, text, zoom_factor=4.0)
    assert ladder.zooms == (3.0, 4.0) and ladder.focus == ((0.4, 0.6), (0.5, 0.5))
    assert tags(positive) == tags(negative) == [0, 1, 2]
    for entry, line in zip(
        positive, ("a planet in space", "a coast line", "a forest"), strict=True
    ):
        assert same(entry, encoded(clip, line))
    assert not torch.equal(positive[0][0], positive[1][0])
    assert all(same(entry, encoded(clip, "")) for entry in negative)


def test_equal_texts_are_encoded_once_and_tagged_apart(pack, clip):
    counting = Counting(clip)
    _, positive, negative = laddered(pack, counting, "a sea\na forest\na sea", negative="blurry")
    assert counting.asked == ["a sea", "a forest", "blurry"]
    assert tags(positive) == tags(negative) == [0, 1, 2]
    assert torch.equal(positive[0][0], positive[2][0])


def test_prefix_and_suffix_are_encoded_with_every_line(pack, clip):
    ladder, positive, negative = laddered(
        pack, clip, "a sea\na leaf", prefix="a photo of", suffix="from above", negative="blurry"
    )
    texts = ("a photo of, a sea, from above", "a photo of, a leaf, from above")
    assert ladder.prompts == texts
    assert all(same(e, encoded(clip, t)) for e, t in zip(positive, texts, strict=True))
    assert all(same(entry, encoded(clip, "blurry")) for entry in negative)


def test_negatives_may_be_one_a_level(pack, clip):
    _, _, negative = laddered(pack, clip, "a sea\na leaf", negative="a forest\na coast")
    assert all(
        same(e, encoded(clip, t)) for e, t in zip(negative, ("a forest", "a coast"), strict=True)
    )


def test_one_line_is_a_ladder_of_one_level(pack, clip):
    ladder, positive, negative = laddered(pack, clip, "a planet in space")
    assert ladder.levels == 1 and ladder.zooms == ()
    assert tags(positive) == tags(negative) == [0]


def test_what_it_makes_is_what_the_sampler_takes(pack, clip):
    tiny = family("sd3")
    ladder, positive, negative = laddered(pack, clip, "a planet\na coast\na leaf")
    kit = type("Made", (), {"ladder": ladder, "positive": positive, "negative": negative})
    kit.geometry = ladder.geometry(16, 16)
    with torch.inference_mode():
        latent = sampler_node(pack, tiny.model, kit, steps=2)
    assert latent.shape == (3, 16, 16, 16) and latent.isfinite().all()


@pytest.mark.parametrize(
    "prompts, options, words",
    [
        ("", {}, "The ladder is empty; write one prompt a line"),
        ("# a\n \n", {}, "The ladder is empty"),
        ("a\n" * 1000, {}, "has 1000 levels; it may have up to 256. Make several"),
        ("a\n[p=3 focus=0.4] b", {}, "Line 2, column 6: 'focus=0.4' is not understood"),
        ("a\n[p=3 b", {}, "Line 2, column 1: this bracket is not closed"),
        ("[p=3] a\nb", {}, "The first line has brackets"),
        ("a\n[p=2 focus=0.2,0.5] b", {}, "focus x must lie from 0.25 to 0.75, not at 0.2"),
        ("a\n[p=0.5] b", {}, "Level 1 has a zoom factor of 0.5; it must be a number over 1"),
        ("a\nb", {"zoom_factor": 1.0}, "Level 1 has a zoom factor of 1"),
        ("a\nb", {"zoom_factor": float("nan")}, "Level 1 has a zoom factor of nan"),
        ("a\nb", {"zoom_factor": float("inf")}, "Level 1 has a zoom factor of inf"),
        ("a\nb\nc", {"negative": "x\ny"}, "2 negative prompts for 3 levels"),
    ],
)
def test_a_ladder_that_does_not_hold_is_refused_before_anything_is_encoded(
    pack, clip, prompts, options, words
):
    counting = Counting(clip)
    with pytest.raises(ValueError, match=words):
        laddered(pack, counting, prompts, **options)
    assert counting.asked == []


def test_a_checkpoint_without_a_text_encoder_is_said_to_be_one(pack, demo_checkpoint):
    import comfy.sd
    import comfy.utils

    parts = comfy.utils.load_torch_file(str(demo_checkpoint))
    bare = {name: part for name, part in parts.items() if not name.startswith("text_encoders.")}
    clip = comfy.sd.load_state_dict_guess_config(bare, output_vae=False, output_model=False)[1]
    with pytest.raises(ValueError, match="no text encoder.*Load one with CLIPLoader"):
        laddered(pack, clip, "a planet\na coast")


def test_in_a_loop_the_first_line_says_how_it_lies_in_the_last(pack, clip):
    text = "[p=3 focus=0.4,0.6] a sea\na coast"
    ladder, positive, _ = pack.nodes.PromptLadder.execute(clip, text, loop=True).result
    assert ladder.closed and ladder.zooms == (2.0, 3.0) and len(positive) == 2
    with pytest.raises(ValueError, match="or switch loop on"):
        pack.nodes.PromptLadder.execute(clip, text)


def test_what_of_an_answer_is_left_out_is_said_under_the_node(pack, clip):
    answer = "<think>1. no</think>\nSure! Two levels:\n\n1. a planet (1x)\n"
    answer += "2. [weight=2] a coast (8x)"
    with torch.inference_mode():
        made = pack.nodes.PromptLadder.execute(clip, answer)
        plain = pack.nodes.PromptLadder.execute(clip, "a planet\n[p=8] a coast")
    ladder = made.result[0]
    assert ladder.prompts == plain.result[0].prompts == ("a planet", "a coast")
    assert ladder.zooms == (8.0,) and [own.weight for own in ladder.settings] == [1, 2]
    assert made.ui["zoomstack_said"] == ["\n".join(ladder.notes)]
    assert 'Line 2 is left out, as an introduction: "Sure! Two levels:"' in ladder.notes
    assert not plain.ui and not plain.result[0].notes
