"""How the ledger's tables came to be, a step at a time."""
