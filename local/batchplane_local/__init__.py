"""The embedded plane: Batchplane on one machine, with no AWS account."""
