"""The plane on AWS: each port over boto3. The only place that imports boto3."""
