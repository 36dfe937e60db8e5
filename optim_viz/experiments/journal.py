"""Results as they come in, kept in one SQLite file: a sweep that was killed goes on with only what is missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from optim_viz.experiments.cells import key_of
from optim_viz.words import Text

VERSION = 1  # of what a cell's result holds; another version's results are not used
_TABLE = "CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY, text TEXT NOT NULL, result TEXT NOT NULL)"
_MOST = 500  # keys in one question


class Journal:
    """Cell -> result. Several processes may write the same file: the first result of a cell stays.

    ValueError where the file cannot be written, or is no journal of this version.
    """

    def __init__(self, file: str | Path = ":memory:") -> None:
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
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?, ?)", rows)
        self._db.execute("COMMIT")

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

    def forget(self, texts: Iterable[str]) -> None:
        """Drops results, so that these cells run again."""
        self._db.executemany("DELETE FROM cells WHERE key = ?", [(key_of(text),) for text in texts])

    def __len__(self) -> int:
        return self._db.execute("SELECT count(*) FROM cells").fetchone()[0]

    def close(self) -> None:
        self._db.close()
