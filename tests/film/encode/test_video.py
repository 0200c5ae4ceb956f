"""What the encoder takes."""

import io

import av
import pytest

from zoomstack.film.encode import check_size


def test_a_size_that_the_encoder_would_not_open_is_refused_with_one_that_it_takes():
    with pytest.raises(ValueError, match="16384 wide it may be 16128 high"):
        check_size(16384, 16384)
    check_size(16128, 16384)
    with pytest.raises(ValueError, match="16128 high"):
        check_size(16130, 16384)
    with pytest.raises(ValueError), av.open(io.BytesIO(), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 16384, 16384, "yuv420p"
        stream.codec_context.open()  # FFmpeg: Invalid argument
