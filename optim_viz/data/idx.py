"""Reads fetched images: gzipped idx files of bytes."""

import gzip
import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from optim_viz.data.download import IMAGES, LABELS, archive_of, cache_folder, verified
from optim_viz.words import Text

MAX_UNPACKED = 60_000_000  # bytes; the largest file has 47 million


def parse_idx(raw: bytes) -> np.ndarray:
    """The uint8 array of an idx file (magic 0 0 8 d, then d big-endian sizes, then the bytes); ValueError if broken."""
    ndim = raw[3] if len(raw) >= 4 else 0
    if raw[:3] != b"\0\0\x08" or not 1 <= ndim <= 3 or len(raw) < 4 + 4 * ndim:
        raise ValueError(Text("This is not an idx file of bytes."))
    shape = struct.unpack_from(f">{ndim}I", raw, 4)
    count = 1
    for size in shape:
        count *= size
    if len(raw) != 4 + 4 * ndim + count:
        raise ValueError(Text("This idx file does not have the length it claims."))
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * ndim).reshape(shape)


@dataclass(frozen=True)
class Images:
    """Reads fetched images: (n, seed) -> X (n + n/5, 784) from 0 to 1, y, and how many last rows are test images."""

    name: str

    def __call__(self, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, int]:
        rng = np.random.default_rng(seed)
        train, test = self._drawn("train", n, rng), self._drawn("t10k", max(1, n // 5), rng)
        pixels, labels = (np.concatenate(pair) for pair in zip(train, test, strict=True))
        return pixels.reshape(len(pixels), -1) / 255, labels.astype(np.int64), len(test[1])

    def _drawn(self, part: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        images, labels = self._unpacked(f"{part}-{IMAGES}"), self._unpacked(f"{part}-{LABELS}")
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise ValueError(Text("Images and labels of this data set do not belong together."))
        rows = rng.permutation(len(images))[:n]
        return images[rows], labels[rows]

    def _unpacked(self, file: str) -> np.ndarray:
        raw = verified(cache_folder() / self.name / file, archive_of(self.name).files[file])
        if raw is None:
            raise ValueError(Text("These images are not on this computer yet: fetch them first."))
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                return parse_idx(packed.read(MAX_UNPACKED))
        except (OSError, EOFError, zlib.error):
            raise ValueError(Text("This is not an idx file of bytes.")) from None
