"""Sequences of changes, faults and runs, after which the tables equal the workspace."""
