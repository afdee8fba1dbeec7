"""The control surface under `/_simulator/`: not part of Tripletex; for tests, demos and benchmarks."""
