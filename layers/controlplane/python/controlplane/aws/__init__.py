"""The plane on AWS: each port over botocore. The only place that imports it."""
