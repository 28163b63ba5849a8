"""The tables' columns, one module a subject; `sync/catalog/` says how each table is filled."""
