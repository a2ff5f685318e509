"""submit_job: hands accepted submissions to AWS Batch."""
