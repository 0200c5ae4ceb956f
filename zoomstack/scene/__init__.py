"""What a zoom is: where its levels lie, and what they are called. No arithmetic on pictures.

Level 0 is the widest of N levels of H x W pixels; level i + 1 shows a part of level i, ``zooms[i]``
= p_i times larger, around ``focus[i]`` = (x, y). Pixel k covers [k, k + 1) and its centre is
k + 0.5, here and everywhere; a child's frame in its parent's pixels is W / p wide and begins at
x W - W / (2 p). The parent's pixels that lie wholly inside are the paper's mask M.

Wang et al. (2023), section 3; there p is one integer and the focus the middle. Importing this
costs nothing: no torch.
"""
