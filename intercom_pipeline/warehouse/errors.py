"""What can go wrong with the warehouse's files, named for the reaction.

PipelineError
├── AllVanished              a list came empty: look in Intercom, then ask for everything anew
├── NotSearchable            the tables cannot answer a query: ask Intercom, or ask in SQL
└── WarehouseError
    ├── WarehouseBusy        wait, or stop the process that is named
    ├── NotADatabase         the file is something else: move it away
    ├── WarehouseTooNew      made by a later release: update this one
    ├── WarehouseUnwritable  disk full, read-only, no permission: nothing was lost
    ├── WarehouseMissing     nothing was synced yet
    └── WrongWorkspace       the file holds another Intercom workspace
"""

from intercom_pipeline.errors import PipelineError


class AllVanished(PipelineError):
    """Nothing of a table was met in a whole reading; nothing was flagged."""


class NotSearchable(PipelineError):
    """The tables do not hold what a query asks about, or it cannot be compared so."""


class WarehouseError(PipelineError):
    """The warehouse cannot be used as asked."""


class WarehouseBusy(WarehouseError):
    """Another process holds the warehouse.

    Attributes:
        holder: The other process's id, where it is known.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "", holder: int | None = None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.holder = holder


class NotADatabase(WarehouseError):
    """The file is no DuckDB database."""


class WarehouseTooNew(WarehouseError):
    """A later release of this project wrote the database."""


class WarehouseUnwritable(WarehouseError):
    """The disk is full, or the folder cannot be written."""


class PrivacyLoosened(WarehouseError):
    """The settings would have stored in clear what was hidden so far."""


class WarehouseMissing(WarehouseError):
    """There is no published file yet."""


class WrongWorkspace(WarehouseError):
    """The database holds the records of another Intercom workspace."""
