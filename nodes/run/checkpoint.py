"""A sampler's checkpoint: the run is recorded under a name, and goes on where it broke off."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from ...zoomstack.files.fingerprint import fingerprint
from ...zoomstack.scene.ladder import Ladder
from .. import host


class Given(NamedTuple):
    """What a run is of beyond what the stock sampler is told."""

    ladder: Ladder
    anchor: Any
    vae: Any
    small_vae: Any
    options: dict[str, Any]
    hidden: Any  # the host's, with the workflow

    def fingerprints(self) -> dict[str, str]:
        """By the name of the input, for a message that says which of them has changed."""
        return {
            "ladder": fingerprint(self.ladder),
            "anchor": fingerprint(self.anchor),
            "vae": "" if self.vae is None else host.weights(self.vae.patcher),
            "small_vae": "" if self.small_vae is None else host.weights(self.small_vae.patcher),
            "options": fingerprint(self.options),
            # For what hangs on a model or a prompt and is known only by how it was made.
            "workflow": host.workflow_above(self.hidden),
        }


class Known(Protocol):
    """What tells one run from another, beyond what the stock sampler is told."""

    def fingerprints(self) -> dict[str, str]: ...


def recorded(model: Any, checkpoint: str, given: Known, teller: host.Teller) -> Any:
    """The model, its answers recorded under that name and taken from the record of a broken run.

    Raises ``ValueError`` for what is no name of a folder.
    """
    folder = host.checkpoint_folder(checkpoint)
    return host.record(model, folder, given.fingerprints(), teller.say)
