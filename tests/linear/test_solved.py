"""What an operator makes a given answer of."""

import pytest
import torch

from zoomstack.linear.solved import solved


@pytest.mark.parametrize("rank", [40, 25])
def test_what_is_solved_gives_the_answer_even_where_directions_are_blind(rank):
    generator = torch.Generator().manual_seed(0)
    turn = torch.randn(40, rank, generator=generator, dtype=torch.float64)
    operator = turn @ turn.T
    truth = operator @ torch.randn(40, generator=generator, dtype=torch.float64)
    scale = operator.diagonal()
    found = solved(lambda x: operator @ x, truth, lambda x: x / scale, 400)
    assert (operator @ found - truth).norm() < 1e-6 * truth.norm()
    # Solved, it stays as it is; nothing is wanted, nothing comes.
    again = solved(lambda x: operator @ x, truth, lambda x: x / scale, 4000)
    torch.testing.assert_close(found, again)
    assert not solved(lambda x: operator @ x, 0 * truth, lambda x: x / scale, 9).any()
