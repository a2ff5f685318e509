"""Healing what events did not tell: what `reconcile_jobs` does."""
