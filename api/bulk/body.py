"""The body of a bulk request: taken in as it comes, on disk where it is long.

`api.door.bodies` bounds its length.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import Depends, Request

from gis.core.errors import Invalid

#: A longer body, or answer, rests on disk.
SPOOL_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Spooled:
    """A body that is there as a whole.

    Attributes
    ----------
    file
        Stands at its beginning.
    size
        Bytes.
    """

    file: IO[bytes]
    size: int

    def cut_off(self) -> Invalid:
        """Return the error of a body that ends too early."""
        return Invalid(
            f"The body is cut off: it ends after {self.size} bytes without its end mark.",
            zh=f"请求体不完整：在 {self.size} 字节后中断，缺少结束标记。",
        )


async def _spool(request: Request) -> AsyncIterator[Spooled]:
    with SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            file.write(piece)
        file.seek(0)
        yield Spooled(file, size)


#: Comes before any session among the parameters of a route: no connection waits for the client.
Body = Annotated[Spooled, Depends(_spool, scope="function")]
