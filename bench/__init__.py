"""Measurements: each figure is a ratio to a reference taken in the same run, because absolute times mean little."""
