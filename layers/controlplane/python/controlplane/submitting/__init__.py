"""Handing submissions to AWS Batch: what `submit_job` does."""
