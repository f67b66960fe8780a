"""The attribute file of a Shapefile, whose encoding nobody says truly.

The side file ``.cpg`` and the language byte are often missing or wrong, names of fields are cut
after ten bytes, inside a Chinese character if need be, and GDAL then fails or garbles. So the
bytes decide, and names and values are decoded here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gis.core.errors import BadFile
from gis.tabular.encodings import GB18030, UTF8, decode_cut, decodes_cut

NAME_BYTES = 10
_HEADER = 32
_END_OF_FIELDS = 0x0D


@dataclass(frozen=True, slots=True)
class DbfText:
    """How the text of a DBF is to be read.

    Attributes
    ----------
    encoding
        ``utf-8`` or ``gb18030``.
    names
        Names of the fields as bytes, without padding.
    """

    encoding: str
    names: tuple[bytes, ...]


def sniff_dbf(path: Path) -> DbfText:
    """Find the encoding of a DBF from all its names and texts.

    Parameters
    ----------
    path
        The ``.dbf`` file.

    Returns
    -------
    DbfText

    Raises
    ------
    BadFile
        It is cut off, no DBF, or in neither UTF-8 nor GB18030.
    """
    data = path.read_bytes()
    try:
        names, texts = _names(data), _texts(data)
        found = [*names, *texts]
    except (struct.error, IndexError) as error:
        raise _broken(path) from error
    for encoding in (UTF8, GB18030):
        if all(decodes_cut(text, encoding) for text in found):
            return DbfText(encoding, tuple(names))
    raise BadFile(
        f"{path.name}: its text is neither UTF-8 nor GB18030 (GBK); export it again as UTF-8",
        zh=f"{path.name}：文本既非 UTF-8 也非 GB18030(GBK)，请以 UTF-8 重新导出",
    )


def complete_name(raw: bytes, encoding: str, spellings: Mapping[str, str]) -> str:
    """Return the name of a field; one that was cut is completed to a spelling we know.

    Parameters
    ----------
    raw
        The name as stored, at most 10 bytes.
    encoding
        Encoding of the file.
    spellings
        Header that the import understands → field that it means.

    Returns
    -------
    str

    Examples
    --------
    >>> fields = {"网格编码": "code", "网格名称": "name"}
    >>> complete_name("网格编码".encode()[:10], "utf-8", fields)
    '网格编码'
    """
    cut = decode_cut(raw, encoding)
    # GDAL drops the rest of a character that it has cut, so nine bytes may have been ten.
    if len(raw) >= NAME_BYTES - 1 and cut not in spellings:
        whole = [name for name in spellings if name.encode(encoding).startswith(raw)]
        if len({spellings[name] for name in whole}) == 1:
            return whole[0]
    return cut


def _names(data: bytes) -> list[bytes]:
    return [descriptor[:11].split(b"\0")[0].strip() for descriptor in _descriptors(data)]


def _descriptors(data: bytes) -> Iterator[bytes]:
    at = _HEADER
    while data[at] != _END_OF_FIELDS:
        yield data[at : at + 32]
        at += 32


def _texts(data: bytes) -> Iterator[bytes]:
    records, header_bytes, record_bytes = struct.unpack_from("<IHH", data, 4)
    if len(data) < header_bytes + records * record_bytes:
        raise IndexError(len(data))
    spans = []
    at = 1
    for descriptor in _descriptors(data):
        width = descriptor[16]
        if descriptor[11:12] == b"C":
            spans.append((at, at + width))
        at += width
    for record in range(records):
        start = header_bytes + record * record_bytes
        for low, high in spans:
            yield data[start + low : start + high].rstrip(b"\0 ")


def _broken(path: Path) -> BadFile:
    return BadFile(
        f"{path.name} is no DBF file or is cut off", zh=f"{path.name} 不是 DBF 文件或不完整"
    )
