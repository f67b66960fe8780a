"""Which encoding bytes are in, judged by the bytes and not by statistics.

Chinese files come in UTF-8 or in GB18030 (of which GBK and GB 2312 are parts). Text in GB18030 is
hardly ever valid UTF-8, so: strict UTF-8 first, else strict GB18030. Guessers by frequency are
wrong on short names.
"""

from __future__ import annotations

import codecs

UTF8 = "utf-8"
GB18030 = "gb18030"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def sniff_encoding(data: bytes) -> str | None:
    """Return the encoding of a text.

    Parameters
    ----------
    data
        All the bytes.

    Returns
    -------
    str or None
        ``utf-8-sig``, ``utf-16`` (both by their mark), ``utf-8`` or ``gb18030``; None where it is
        none of them.

    Examples
    --------
    >>> sniff_encoding("户号".encode("gbk")), sniff_encoding("户号".encode())
    ('gb18030', 'utf-8')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name if decodes(data, name) else None
    for name in (UTF8, GB18030):
        if decodes(data, name):
            return name
    return None


def decodes(data: bytes, encoding: str) -> bool:
    """Tell whether the bytes are text in the encoding, without a fault."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decodes_cut(data: bytes, encoding: str) -> bool:
    """Tell whether the bytes are text in the encoding that may end inside a character.

    Fields of fixed width (names and values of a DBF) are cut by bytes, not by characters.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        decoder.decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return True


def decode_cut(data: bytes, encoding: str) -> str:
    """Return the text, without the character that was cut at its end.

    Raises
    ------
    UnicodeDecodeError
        The bytes are not in the encoding before their end either.

    Examples
    --------
    >>> decode_cut("网格编码".encode()[:10], "utf-8")
    '网格编'
    """
    return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
