"""Reproducible measurements: every figure a ratio within one run."""
