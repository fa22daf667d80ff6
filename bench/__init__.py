"""Measurements: each compares what a citizen or a department waits for with a bare loop, in one run on one machine."""
