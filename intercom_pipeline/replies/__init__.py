"""Answering conversations."""
