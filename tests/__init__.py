"""The tests of neurosim, by its folders, and its benchmarks."""
