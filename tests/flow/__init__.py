"""The whole river, in one process."""
