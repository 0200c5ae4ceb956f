"""What the host can load and no zoom can be made of."""

from .spec import Refused

REFUSED: tuple[Refused, ...] = ()
