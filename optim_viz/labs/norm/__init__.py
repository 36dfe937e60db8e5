"""Normalization: by hand, over sixteen weight scales, in small batches, in use, and what it changes."""
