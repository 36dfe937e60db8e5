"""Side-by-side ratios against peers: `python -m benchmarks [names]` runs them all, or those named."""
