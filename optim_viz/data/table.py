"""From bytes to a table of text cells: encoding, delimiter, equally long rows, header."""

import csv
import io
import re
from dataclasses import dataclass

from optim_viz.words import Text

MAX_BYTES = 5_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_NAME = 60  # characters of a column name
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "+nan", "-nan", "null", "?", "-"})
_DELIMITERS = "\t;,"  # in this order where several fit: a comma may stand inside numbers, the others hardly ever do
_SAMPLE = 30  # rows looked at to guess delimiter and header
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Table:
    """Column names (all different), cells by column, and the row number of each cell in the file."""

    names: tuple[str, ...]
    columns: list[tuple[str, ...]]
    rows: list[int]
    encoding: str
    delimiter: str
    header: bool
    renamed: tuple[int, ...]


def read_table(source: bytes | str, header: bool | None = None, delimiter: str | None = None) -> Table:
    """The cells of a CSV text, stripped; `header` and `delimiter` None: guessed. ValueError says what is wrong."""
    text, encoding = _decoded(source)
    delimiter = delimiter or _sniffed(text)
    if delimiter not in _DELIMITERS:
        raise ValueError(Text("The delimiter must be a comma, a semicolon or a tab."))
    numbers, rows = _rows(text, delimiter)
    if header is None:
        header = _looks_like_header(rows)
    names, renamed = _names(rows[0] if header else [], len(rows[0]))
    body = rows[1:] if header else rows
    if not body:
        raise ValueError(Text("The file has only a header and no data."))
    if len(body) == 1:
        raise ValueError(Text("The file has only one row of data: learning needs more."))
    if len(body) > MAX_ROWS:
        raise _too_long()
    columns = list(zip(*body, strict=True))
    return Table(names, columns, numbers[1:] if header else numbers, encoding, delimiter, header, renamed)


def _decoded(source: bytes | str) -> tuple[str, str]:
    if len(source) > MAX_BYTES:
        size, limit = len(source) / 1e6, MAX_BYTES / 1e6
        raise ValueError(Text("The file has {size:.1f} MB; the limit is {limit:g} MB.", size=size, limit=limit))
    text, encoding = (source.removeprefix("\ufeff"), "text") if isinstance(source, str) else _text_of(bytes(source))
    if _CONTROL.search(text):
        raise _no_text()
    if not text.strip():
        raise ValueError(Text("The file is empty."))
    return text, encoding


def _text_of(raw: bytes) -> tuple[str, str]:
    for encoding, name in (("utf-8-sig", "UTF-8"), ("cp949", "CP949")):
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise _no_text()


def _no_text() -> ValueError:
    return ValueError(Text("This is not text in UTF-8 or CP949. From a spreadsheet, save as CSV (UTF-8)."))


def _reader(text: str, delimiter: str):
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


def _sniffed(text: str) -> str:
    """The delimiter that cuts most of the first rows into as many cells as the first, and more than one."""
    shares = {delimiter: _share(text, delimiter) for delimiter in _DELIMITERS}
    return max(shares, key=lambda delimiter: shares[delimiter]) if any(shares.values()) else ","


def _share(text: str, delimiter: str) -> float:
    widths = []
    try:
        for cells in _reader(text, delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) == _SAMPLE:
                break
    except csv.Error:
        return 0
    return widths.count(widths[0]) / len(widths) if widths and widths[0] > 1 else 0


def _rows(text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """Numbers (from 1, as a spreadsheet counts) and stripped cells of all rows that are not blank."""
    numbers, rows, number = [], [], 0
    try:
        for number, cells in enumerate(_reader(text, delimiter), 1):
            if not cells:
                continue
            cells = [cell.strip() for cell in cells]
            numbers.append(number)
            rows.append(_fitted(cells, len(rows[0]), number, numbers[0]) if rows else cells)
            if len(cells) > MAX_COLUMNS:
                raise ValueError(
                    Text("The file has {n} columns; the limit is {limit}.", n=len(cells), limit=MAX_COLUMNS)
                )
            if len(rows) > MAX_ROWS + 1:
                raise _too_long()
    except csv.Error:
        wrong = Text(
            "Row {row} cannot be read: a quotation mark that does not fit, or too long a cell.", row=number + 1
        )
        raise ValueError(wrong) from None
    return numbers, rows


def _fitted(cells: list[str], width: int, number: int, first: int) -> list[str]:
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        raise ValueError(
            Text("Row {row} and row {first} differ in their number of cells: {found} and {expected}.",
                 row=number, first=first, found=len(cells), expected=width)
        )  # fmt: skip
    return cells


def _too_long() -> ValueError:
    return ValueError(Text("The file has more than {limit} rows; keep a part of them.", limit=MAX_ROWS))


def missing(cell: str) -> bool:
    """Whether a cell says that its value is not known."""
    return cell.lower() in MISSING


def number_of(cell: str, comma: bool = False) -> float | None:
    """The number in a cell, None for text; 1,234 is a thousand and more, unless `comma` is the decimal sign."""
    if "," in cell and (comma or _THOUSANDS.fullmatch(cell)):
        cell = cell.replace(",", "." if comma else "")
    try:
        return None if "_" in cell else float(cell)  # Python reads 1_000 as a number; people do not write it
    except ValueError:
        return None


def _is_number(cell: str) -> bool:
    return number_of(cell) is not None or number_of(cell, comma=True) is not None


def _looks_like_header(rows: list[list[str]]) -> bool:
    """Only words in the first row, with a number somewhere below, or with no word that comes again below it."""
    first, below = rows[0], rows[1 : 1 + _SAMPLE]
    if not any(first) or any(_is_number(cell) or (cell and missing(cell)) for cell in first):
        return False
    if not below or any(_is_number(cell) and not missing(cell) for row in below for cell in row):
        return True
    return not any(cell == row[k] for row in below for k, cell in enumerate(first) if cell)


def _names(header: list[str], width: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A different name for each column, and the numbers (from 1) of columns whose name had to change."""
    plain = [" ".join(cell.split())[:MAX_NAME] for cell in header] or [""] * width
    names: list[str] = []
    taken = {name for name in plain if name}
    for k, name in enumerate(plain, 1):
        unique, again = name or f"column {k}", 2
        while unique in names or (unique != name and unique in taken):
            unique, again = f"{name or f'column {k}'} ({again})", again + 1
        names.append(unique)
    changed = [k for k, (old, new) in enumerate(zip(plain, names, strict=True), 1) if header and old != new]
    return tuple(names), tuple(changed)
