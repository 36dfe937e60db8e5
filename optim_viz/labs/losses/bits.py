"""Surprise: entropy of a bag of balls, cross-entropy of a model of it, and what the model costs."""

import numpy as np

from optim_viz.words import Text

UNITS = {"bits": np.log(2), "nats": 1.0}
LONGEST = 200  # characters of shares written as text


def read_shares(text: str, count: int) -> np.ndarray:
    """Shares (count,) that sum to 1, from as many weights: "8 4 2 2" are 0.5, 0.25, 0.125, 0.125.

    ValueError, with a sentence, for anything else.
    """
    words = text.replace("−", "-").replace(",", " ").split()
    if len(words) != count or len(text) > LONGEST:
        raise ValueError(Text("Write {count} numbers, one for each color.", count=count))
    try:
        weights = np.array([float(word) if word.isascii() and len(word) < 20 else np.nan for word in words])
    except ValueError:
        weights = np.array([np.nan])
    if not np.isfinite(weights).all() or (weights < 0).any() or not 0 < weights.sum() < np.inf:
        raise ValueError(Text("Shares are numbers from 0 on, not all of them 0."))
    return shares(weights)


def shares(weights: np.ndarray) -> np.ndarray:
    """Weights as parts of a whole."""
    weights = np.asarray(weights, float)
    return weights / weights.sum()


def entropy(q: np.ndarray, unit: str = "bits") -> float:
    """The mean surprise −log q of what is drawn from q (k,); what is never drawn adds nothing (Shannon 1948)."""
    return cross_entropy(q, q, unit)


def cross_entropy(q: np.ndarray, p: np.ndarray, unit: str = "bits") -> float:
    """The mean surprise −log p of a model p about draws from q; infinite where it rules out what happens."""
    drawn = q > 0
    with np.errstate(divide="ignore"):
        return float(-(q[drawn] * np.log(p[drawn])).sum() / UNITS[unit]) + 0.0


def kl(q: np.ndarray, p: np.ndarray, unit: str = "bits") -> float:
    """What the model costs beyond the entropy, never below 0 (Kullback & Leibler 1951)."""
    return max(cross_entropy(q, p, unit) - entropy(q, unit), 0.0)


def running(q: np.ndarray, p: np.ndarray, count: int, seed: int = 0, unit: str = "bits") -> np.ndarray:
    """The mean surprise of p after each of `count` balls drawn from q and put back: (count,)."""
    drawn = np.random.default_rng(seed).choice(len(q), count, p=q)
    with np.errstate(divide="ignore"):
        return np.cumsum(-np.log(p[drawn]) / UNITS[unit]) / np.arange(1, count + 1)


def balls(q: np.ndarray, count: int) -> np.ndarray:
    """How many of `count` balls have each color, as near to q as whole balls can be (largest remainders)."""
    exact = np.asarray(q, float) * count
    whole = np.floor(exact + 1e-9).astype(int)
    short = count - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return whole
