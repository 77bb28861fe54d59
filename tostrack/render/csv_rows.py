"""Rows for spreadsheets, and names for files that others' tools read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: What no file system and no shell should meet in a name.
_UNSAFE = re.compile(r"[^\w .()&,+-]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?\Z")


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return *rows* as CSV with a header; no cell is a formula to a spreadsheet, lists are joined by spaces."""
    buffer = io.StringIO()
    # RFC 4180's line ends: with any other the csv module leaves a carriage return in a cell unquoted.
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, (list, tuple)):
        value = " ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def folder_name(name: str, slug: str) -> str:
    """Return *name* as the name of a folder on every system; *slug*, when little of it can be used."""
    safe = _UNSAFE.sub(" ", name)[:100].strip(" .")
    return slug if not safe or _RESERVED.match(safe) else safe
