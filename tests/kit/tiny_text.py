"""A language model of the host's that sees pictures, tiny and of random weights, as a node.

A real ``comfy.text_encoders.qwen35`` (linear and full attention, its picture encoder, its
tokenizer) of a size that answers in a second on a CPU: what it writes is nonsense, which is the
point. A server loads this file as a custom node: link it into its ``custom_nodes``.
"""

import torch

NAME = "qwen35_tiny"
SIZE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 128,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 16,
    "linear_value_head_dim": 16,
    "vision": {"hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "depth": 1},
}


def tiny_text(seed: int = 0):
    """A CLIP that generates text: the same one for the same seed."""
    import comfy.sd
    from comfy.text_encoders import qwen35

    qwen35.QWEN35_MODELS[NAME] = SIZE  # a size more in the host's table of them

    class Target:
        params: dict = {}
        clip = qwen35.te(model_type=NAME)
        tokenizer = qwen35.tokenizer(model_type=NAME)

    clip = comfy.sd.CLIP(Target, parameters=0, state_dict=[])
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in clip.cond_stage_model.named_parameters():
            if weight.is_floating_point():
                drawn = torch.randn(weight.shape, generator=generator)
                weight.copy_(drawn if "embed" in name else 0.2 * drawn)
    return clip


class TinyText:
    CATEGORY, FUNCTION, RETURN_TYPES = "tests", "load", ("CLIP",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"seed": ("INT", {"default": 0})}}

    def load(self, seed):
        return (tiny_text(seed),)


NODE_CLASS_MAPPINGS = {"TinyText": TinyText}
