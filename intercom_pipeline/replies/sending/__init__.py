"""Sending what a plan holds, each reply once, and finding out what became of it."""
