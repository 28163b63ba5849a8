"""The everyday operations as tools of an AI assistant, by the Model Context Protocol."""
