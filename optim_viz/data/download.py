"""MNIST and Fashion-MNIST: fetched once, when somebody asks, into a cache folder, and never on their own."""

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim_viz.words import Text

MAX_FILE = 32_000_000  # bytes over the wire; the largest file has 26 million
TIMEOUT = 20  # seconds
_CHUNK = 1 << 16
IMAGES, LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"
Read = Callable[..., Any]  # as urllib.request.urlopen


@dataclass(frozen=True)
class Archive:
    """Four files, where they are, and their MD5 as published with torchvision (`datasets/mnist.py`)."""

    mirrors: tuple[str, ...]
    files: dict[str, str]


ARCHIVES = {
    "mnist": Archive(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        {
            f"train-{IMAGES}": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            f"train-{LABELS}": "d53e105ee54ea40749a09fcbcd1e9432",
            f"t10k-{IMAGES}": "9fb629c4189551a2d022fa330f9573f3",
            f"t10k-{LABELS}": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    "fashion": Archive(
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        {
            f"train-{IMAGES}": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            f"train-{LABELS}": "25c81989df183df01b3e8a0aad5dffbe",
            f"t10k-{IMAGES}": "bef4ecab320f06d8554ea6380940ec79",
            f"t10k-{LABELS}": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
}


def cache_folder() -> Path:
    """$OPTIM_VIZ_DATA, or the platform's folder for caches."""
    if chosen := os.environ.get("OPTIM_VIZ_DATA"):
        return Path(chosen)
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / "optim_viz"


def fetch(name: str, opener: Read | None = None, progress: Callable[[int], None] | None = None) -> Path:
    """Bring the four files of "mnist" or "fashion" into a folder of the cache and return its path.

    `opener` is `urllib.request.urlopen`, or what stands in for it; `progress` hears how many bytes have come so far.
    Files that are here already are not fetched again. ValueError when offline, when what came is not what was
    published, or when the folder cannot be written.
    """
    archive, place = archive_of(name), cache_folder() / name
    came = 0

    def tell(count: int) -> None:
        nonlocal came
        came += count
        if progress:
            progress(came)

    for file, md5 in archive.files.items():
        if verified(place / file, md5) is None:
            raw = _first(archive.mirrors, file, md5, opener, tell)
            try:
                _write(place / file, raw)
            except OSError:
                raise ValueError(Text("The cache folder cannot be written. Set OPTIM_VIZ_DATA to another.")) from None
    return place


def fetched(name: str) -> bool:
    """Whether all files are here, and whole."""
    place = cache_folder() / name
    return all(verified(place / file, md5) is not None for file, md5 in archive_of(name).files.items())


def archive_of(name: str) -> Archive:
    """Where a data set is to be had; ValueError for a name not in `ARCHIVES`."""
    if name not in ARCHIVES:
        raise ValueError(Text("There is no such data set."))
    return ARCHIVES[name]


def verified(file: Path, md5: str) -> bytes | None:
    """The file's bytes, None if it is missing or not as published."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= MAX_FILE else b""
    except OSError:
        return None
    return raw if _sum(raw) == md5 else None


def _sum(raw: bytes) -> str:
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


def _first(mirrors: tuple[str, ...], file: str, md5: str, opener: Read | None, tell: Callable[[int], None]) -> bytes:
    """The file from the first mirror that has it whole."""
    import http.client  # slow to import, for what few ever ask
    from urllib.request import urlopen

    answered = False
    for mirror in mirrors:
        try:
            raw = _download(mirror + file, opener or urlopen, tell)
        except (OSError, http.client.HTTPException):  # no network, no such host, too slow, cut off
            continue
        answered = True
        if raw is not None and _sum(raw) == md5:
            return raw
    if answered:
        raise ValueError(Text("What came is not what was published (wrong checksum); nothing was kept. Try again."))
    raise ValueError(Text("No server answered: you seem to be offline. The handwritten digits need no connection."))


def _download(url: str, opener: Read, tell: Callable[[int], None]) -> bytes | None:
    chunks, size = [], 0
    with opener(url, timeout=TIMEOUT) as answer:
        while chunk := answer.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_FILE:
                return None
            tell(len(chunk))
    return b"".join(chunks)


def _write(file: Path, raw: bytes) -> None:
    """All of the file or nothing, also when two sessions write it at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(raw)
        os.replace(part, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
