"""Images that are fetched only when asked: checksums, mirrors, damaged files, a machine that is offline."""

import gzip
import hashlib
import io
import struct
import urllib.error

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.data import DataSpec, download, fetch, fetched, idx
from tests.test_data import refused


def idx_file(array) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A tiny "mnist" of 8 + 4 images of one gray each, its files by URL, and a cache folder of its own."""
    monkeypatch.setenv("OPTIM_VIZ_DATA", str(tmp_path))
    files, sums = {}, {}
    for part, n in (("train", 8), ("t10k", 4)):
        images = np.repeat(np.arange(n), 784).astype(np.uint8).reshape(n, 28, 28)
        for kind, array in ((idx.IMAGES, images), (idx.LABELS, (np.arange(n) % 10).astype(np.uint8))):
            raw = gzip.compress(idx_file(array), mtime=0)
            files[f"https://one/{part}-{kind}"] = raw
            sums[f"{part}-{kind}"] = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    archive = download.Archive(("https://down/", "https://one/"), sums)
    monkeypatch.setitem(download.ARCHIVES, "mnist", archive)
    return files


def opener(files, asked=None):
    def read(url, timeout):
        if asked is not None:
            asked.append(url)
        if url not in files:
            raise urllib.error.URLError("no such host")
        return io.BytesIO(files[url])

    return read


def test_fetch(server, tmp_path):
    """The second mirror helps when the first is down; whole files are not fetched again; the data are then here."""
    asked, heard = [], []
    assert not fetched("mnist")
    assert fetch("mnist", opener=opener(server, asked), progress=heard.append) == tmp_path / "mnist"
    assert len(asked) == 8
    assert heard[-1] == sum(map(len, server.values()))
    assert fetched("mnist")
    assert sorted(p.name for p in (tmp_path / "mnist").iterdir()) == sorted(u.rsplit("/")[-1] for u in server)
    fetch("mnist", opener=opener({}))


def test_fetched_images(server):
    """Pixels come from 0 to 1 beside their labels, and the official test images stay the test part."""
    fetch("mnist", opener=opener(server))
    data = DataSpec("mnist", n=100).load()
    assert (data.X.shape, data.image, data.held_out) == ((12, 784), (1, 28, 28), 4)
    assert np.array_equal(data.X * 255, np.repeat(data.y[:, None], 784, 1))
    assert (sorted(data.y[:8]), sorted(data.y[8:])) == (list(range(8)), list(range(4)))
    assert sorted(data.split().test.y) == [0, 1, 2, 3]
    X, y, held_out = idx.Images("mnist")(5, seed=0)
    assert (X.shape, len(y), held_out, len(set(y[:5].tolist()))) == ((6, 784), 6, 1, 5)
    assert np.array_equal(X, idx.Images("mnist")(5, seed=0)[0])


def test_offline(server, tmp_path):
    """Without a connection a sentence says so, and nothing is left behind; loading asks to fetch first."""
    assert refused(fetch, "mnist", opener=opener({})).startswith("No server answered: you seem to be offline.")
    assert list(tmp_path.iterdir()) == []
    assert refused(DataSpec("mnist").load) == "These images are not on this computer yet: fetch them first."
    assert refused(fetch, "../mnist") == "There is no such data set."


def test_damaged_files(server, tmp_path):
    """A file with a wrong checksum is never kept, and a kept file that changes is noticed and fetched anew."""
    wrong = {url: raw[:-1] for url, raw in server.items()}
    assert "wrong checksum" in refused(fetch, "mnist", opener=opener(wrong))
    assert not list(tmp_path.rglob("*gz*"))
    place = fetch("mnist", opener=opener(server))
    (place / f"train-{idx.LABELS}").write_bytes(b"changed")
    assert not fetched("mnist")
    assert "fetch them first" in refused(idx.Images("mnist"), 5, 0)
    fetch("mnist", opener=opener(server))
    assert fetched("mnist")


def test_too_large_a_download(server, monkeypatch):
    """A server that sends without end is cut off at the limit."""
    monkeypatch.setattr(download, "MAX_FILE", 1 << 18)

    class Endless(io.RawIOBase):
        sent = 0

        def read(self, size=-1):
            self.sent += size
            assert self.sent < 1 << 20
            return b"x" * size

    assert "wrong checksum" in refused(fetch, "mnist", opener=lambda url, timeout: Endless())


def test_a_folder_that_cannot_be_written(server, tmp_path, monkeypatch):
    """A cache folder that is a file is a sentence, not a crash."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OPTIM_VIZ_DATA", str(tmp_path / "file"))
    assert "OPTIM_VIZ_DATA" in refused(fetch, "mnist", opener=opener(server))


def test_a_write_is_whole_or_nothing(server, tmp_path, monkeypatch):
    """When the disk fails in the middle, neither the file nor a part of it stays."""

    def full(*_):
        raise OSError("no space")

    monkeypatch.setattr("os.replace", full)
    assert "cannot be written" in refused(fetch, "mnist", opener=opener(server))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_every_mirror_is_https():
    """What is published is fetched over https, four files each, under 128-bit checksums that all differ."""
    sums = [md5 for archive in download.ARCHIVES.values() for md5 in archive.files.values()]
    assert len(set(sums)) == 8
    assert {len(md5) for md5 in sums} == {32}
    assert all(m.startswith("https://") and m.endswith("/") for a in download.ARCHIVES.values() for m in a.mirrors)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x08\x01\0\0",
        b"\0\0\x09\x01\0\0\0\x01x",
        b"\0\0\x08\x04" + b"\0\0\0\x01" * 4 + b"x",
        b"\0\0\x08\x01\0\0\0\x02x",
        b"\0\0\x08\x01\0\0\0\x01xx",
        b"\0\0\x08\x03" + b"\xff\xff\xff\xff" * 3 + b"x",
    ],
)
def test_broken_idx(raw):
    """A file that is cut, too long, of another type or claims to be huge is refused before it is read."""
    refused(idx.parse_idx, raw)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3))
def test_idx_round_trip(shape):
    """What is written as idx is read back, in any shape of one to three dimensions."""
    array = np.arange(np.prod(shape)).astype(np.uint8).reshape(shape)
    assert np.array_equal(idx.parse_idx(idx_file(array)), array)
