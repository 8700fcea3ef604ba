"""From a page's bytes to text, as HTML says: byte order mark, then Content-Type, then a meta near the beginning.

Without a declaration it is UTF-8 if it reads as such, else windows-1252. Only encodings of the web are known, so that
no page can name one that is costly or does something else; every byte is read as something and nothing raises.
"""

import codecs
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PRESCAN: Final = 1_024
"""Bytes in which a meta may declare the encoding (HTML, Determining the character encoding)."""
_PARAMETER: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.ASCII | re.IGNORECASE)
_META: Final = re.compile(rb"<meta[\s/][^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)


def _labels() -> Mapping[str, str]:
    """Python's codec by label, for the encodings of the web (WHATWG Encoding 4.2)."""
    own = {
        **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
        **dict.fromkeys(("windows-1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "latin1", "l1"), "cp1252"),
        **dict.fromkeys(("ascii", "us-ascii"), "cp1252"),
        **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254", "cp1254"), "cp1254"),
        **dict.fromkeys(("windows-874", "iso-8859-11", "tis-620"), "cp874"),
        **dict.fromkeys(("gbk", "gb2312", "gb18030", "x-gbk", "chinese", "gb_2312-80"), "gb18030"),
        **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5"), "big5hkscs"),
        **dict.fromkeys(("euc-jp", "x-euc-jp"), "euc_jp"),
        **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji"), "cp932"),
        **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949"), "cp949"),
        **dict.fromkeys(("utf-16", "utf-16le", "unicode"), "utf-16-le"),
        **dict.fromkeys(("iso-2022-jp", "csiso2022jp"), "iso2022_jp"),
        **dict.fromkeys(("koi8-r", "koi8_r", "koi8"), "koi8_r"),
        **dict.fromkeys(("latin2", "l2"), "iso8859_2"),
        **dict.fromkeys(("macintosh", "x-mac-roman", "mac"), "mac_roman"),
        "utf-16be": "utf-16-be",
        "koi8-u": "koi8_u",
        "ibm866": "cp866",
        "cp866": "cp866",
    }
    numbered = {f"iso-8859-{part}": f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    windows = {
        f"{head}{part}": f"cp{part}" for head in ("windows-", "cp") for part in (1250, 1251, 1253, *range(1255, 1259))
    }
    return MappingProxyType({**own, **numbered, **windows})


LABELS: Final = _labels()


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page, without its byte order mark; what cannot be read is U+FFFD.

    Args:
        body: the bytes, decoded from any content coding.
        content_type: the header's value, if there was one.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    declared = _PARAMETER.search(content_type[:_PRESCAN])
    known = LABELS.get(declared[1].lower()) if declared else None
    return body.decode(known, "replace") if known else _undeclared(body)


def _undeclared(body: bytes) -> str:
    found = _META.search(body, 0, _PRESCAN)
    known = LABELS.get(found[1].decode("ascii").lower()) if found else None
    if known is not None:
        # Whoever could read the meta is not reading UTF-16 (HTML, Prescan).
        return body.decode("utf-8" if known.startswith("utf-16") else known, "replace")
    try:
        # A body that was cut may end within a character.
        return codecs.getincrementaldecoder("utf-8")("strict").decode(body)
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
