"""The tables' columns, one module a subject; `sync/catalog.py` says how each table is filled."""
