"""Results as they come in, kept in one SQLite file: a sweep that was killed goes on with only what is missing."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock

from optim_viz.experiments.cells import key_of
from optim_viz.words import Text

VERSION = 1  # of what a cell's result holds; another version's results are not used
_TABLE = "CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY, text TEXT NOT NULL, result TEXT NOT NULL)"
_MOST = 500  # keys in one question
_OLDEST = (
    "DELETE FROM cells WHERE rowid IN (SELECT rowid FROM cells ORDER BY rowid "
    "LIMIT (SELECT 1 + count(*) / 10 FROM cells))"
)  # a tenth


class Journal:
    """Cell -> result. Threads and processes may write the same file: the first result of a cell stays.

    With more than `most` bytes the oldest results go. ValueError where the file cannot be written, or is no journal
    of this version.
    """

    def __init__(self, file: str | Path = ":memory:", most: float = math.inf) -> None:
        self._most, self._lock = most, Lock()
        try:
            if file != ":memory:":
                Path(file).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # what a power cut takes away is only computed again
            self._db.execute(_TABLE)
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                raise ValueError(Text("This journal was written by another version of optim_viz."))
            self._db.execute(f"PRAGMA user_version={VERSION}")
        except (sqlite3.DatabaseError, OSError):
            raise ValueError(Text("This file cannot be used as a journal.")) from None

    def put(self, results: Mapping[str, str]) -> None:
        """Cell text -> result, all of them or none."""
        rows = [(key_of(text), text, result) for text, result in results.items()]
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?, ?)", rows)
            while self.bytes > self._most and self._db.execute(_OLDEST).rowcount:
                pass

    @property
    def bytes(self) -> int:
        """What the results take; room that others have left is not counted."""
        pages, free, size = (self._db.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))  # fmt: skip
        return (pages - free) * size

    def found(self, texts: Iterable[str]) -> dict[str, str]:
        """The results there are for these cells."""
        keys = {key_of(text): text for text in texts}
        names, found = list(keys), {}
        for low in range(0, len(names), _MOST):
            part = names[low : low + _MOST]
            marks = ",".join("?" * len(part))
            for key, result in self._db.execute(f"SELECT key, result FROM cells WHERE key IN ({marks})", part):
                found[keys[key]] = result
        return found

    def __len__(self) -> int:
        return self._db.execute("SELECT count(*) FROM cells").fetchone()[0]

    def close(self) -> None:
        self._db.close()
