"""What a host tells its zygote at the start. Both sides know it, on systems without a jail too."""

from __future__ import annotations

from typing import Any, NamedTuple

MESSAGE_BYTES = 1 << 16


class Orders(NamedTuple):
    """What the host wants, as it comes in the arguments."""

    control: int  # the descriptor that it talks through
    host: int  # a pidfd of it, or -1
    with_host: bool  # die with the host's thread that started this
    main: str
    sandbox: str
    limits: list[Any]
    preload: list[str]
    import_from: list[str]
    secrets: list[str]
