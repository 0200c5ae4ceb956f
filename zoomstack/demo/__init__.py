"""The demo model: a small checkpoint that we trained and any ComfyUI loads as an SD3 model.

It knows the words in ``weights/words.txt`` and no others. What was trained lies in ``weights/``;
the rest of the file is generated, and ``checkpoint`` puts the two together.
"""
