"""reconcile_jobs: asks Batch after jobs of which nothing was heard."""
