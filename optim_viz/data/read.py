"""A table of one's own: CSV text -> data, and a report of what was made of each column."""

from dataclasses import dataclass

import numpy as np

from optim_viz.data.columns import CATEGORY, LEFT_OUT, TARGET, Column, parsed, read_feature, read_target
from optim_viz.data.record import TASKS, Data
from optim_viz.data.table import Table, missing, read_table
from optim_viz.words import Text

MAX_NUMBERS = 2_500_000  # in X, 20 MB; numbers alone cannot be more in a file of 5 MB


@dataclass(frozen=True)
class Report:
    """What was made of a table; names in it are the file's own words, to be shown as plain text."""

    encoding: str
    delimiter: str
    header: bool
    rows: int
    dropped: int
    target: int
    task: str
    columns: tuple[Column, ...]

    @property
    def missing(self) -> int:
        """How many cells of the columns in use are missing."""
        return sum(c.missing for c in self.columns if c.kind not in (TARGET, LEFT_OUT))

    def sentences(self) -> list[Text]:
        """What happened to the table as a whole; the columns have notes of their own."""
        said = [Text("{rows} rows and {columns} columns were read.", rows=self.rows, columns=len(self.columns))]
        if not self.header:
            said.append(Text("The first row holds data, so the columns are numbered."))
        if self.dropped:
            said.append(Text("Rows dropped, as they have no target: {n}.", n=self.dropped))
        if self.missing:
            said.append(Text("Missing cells: {n}; training means stand in for them.", n=self.missing))
        left_out = sum(c.kind == LEFT_OUT for c in self.columns)
        if left_out:
            said.append(Text("Columns left out: {n}.", n=left_out))
        return said


def read_csv(
    source: bytes | str,
    target: str | int | None = None,
    *,
    task: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    name: str = "CSV",
) -> tuple[Data, Report]:
    """Data and report of a CSV file's bytes or text: at most 5 MB, 100 000 rows, 200 columns.

    `target` is a column's name or its number from 1, by default the last; the other columns are the features. Text
    that repeats becomes one column of 0 and 1 for each of up to 50 categories; missing cells stay NaN (`data.gaps`)
    until a split fills them; rows without a target go. What is None is guessed. ValueError with a sentence for any
    file that nothing can be learned from.
    """
    if task is not None and task not in TASKS:
        raise ValueError(Text("The task must be classification or regression."))
    table = read_table(source, header, delimiter)
    chosen = _chosen(table, target)
    kept = [k for k, cell in enumerate(table.columns[chosen]) if not missing(cell)]
    if len(kept) < 2:
        raise ValueError(Text("Fewer than two rows have a target."))
    records = tuple(Column(k, name, LEFT_OUT) for k, name in enumerate(table.names, 1))
    for k in table.renamed:
        records[k - 1].notes.append(Text("Renamed: its name was empty, too long or taken."))
    y, classes = _target(table, records[chosen], kept, task)
    X, features = _features(table, records, chosen, kept)
    solved = "classification" if classes else "regression"
    data = Data(name, X, y, solved, classes, features, table.names[chosen], "CSV", gaps=bool(np.isnan(X).any()))
    count, left = len(table.rows), len(table.rows) - len(kept)
    report = Report(table.encoding, table.delimiter, table.header, count, left, chosen + 1, solved, records)
    return data, report


def _chosen(table: Table, target: str | int | None) -> int:
    if target is None:
        return len(table.names) - 1
    if isinstance(target, str) and target in table.names:
        return table.names.index(target)
    if isinstance(target, int) and not isinstance(target, bool) and 1 <= target <= len(table.names):
        return target - 1
    raise ValueError(Text("The table has no such target column."))


def _target(table: Table, record: Column, kept: list[int], task: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    cells = [table.columns[record.number - 1][k] for k in kept]
    record.kind, record.missing = TARGET, len(table.rows) - len(kept)
    return read_target(record, cells, [table.rows[k] for k in kept], table.delimiter == ";", task)


def _features(
    table: Table, records: tuple[Column, ...], chosen: int, kept: list[int]
) -> tuple[np.ndarray, tuple[str, ...]]:
    comma, rows = table.delimiter == ";", [table.rows[k] for k in kept]
    blocks, names, width = [], [], 0
    answer = [table.columns[chosen][k] for k in kept]
    seen = {_content(answer, parsed(answer, rows, chosen + 1, comma)[0]): 0}
    for record in records:
        if record.number == chosen + 1:
            continue
        cells = [table.columns[record.number - 1][k] for k in kept]
        values, mixed = parsed(cells, rows, record.number, comma)
        block = read_feature(record, cells, values, mixed)
        if block is None:
            continue
        width += block.shape[1]
        if width * len(kept) > MAX_NUMBERS:
            raise ValueError(
                Text("Written as numbers, the table has more than {limit:g} million cells. Leave out columns or rows.",
                     limit=MAX_NUMBERS / 1e6)
            )  # fmt: skip
        _compare(record, seen, _content(cells, values))
        blocks.append(block)
        names += [f"{record.name} = {c}" for c in record.categories] if record.kind == CATEGORY else [record.name]
    if not blocks:
        raise ValueError(Text("No column to learn from: each is constant, empty, or text that hardly repeats."))
    return np.hstack(blocks), tuple(names)


def _content(cells: list[str], values: np.ndarray | None) -> bytes | tuple[str, ...]:
    """What two equal columns share: 1 and 1.0 are one value."""
    return tuple(cells) if values is None else values.tobytes()


def _compare(record: Column, seen: dict[bytes | tuple[str, ...], int], content: bytes | tuple[str, ...]) -> None:
    before = seen.setdefault(content, record.number)
    if before == 0:
        record.notes.append(Text("Equal to the target: it gives the answer away."))
    elif before != record.number:
        record.notes.append(Text("Equal to column {other}.", other=before))
