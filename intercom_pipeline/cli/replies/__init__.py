"""The commands `intercom-pipeline replies …`."""
