"""AWS Batch as the plane uses it: the port, and what its descriptions and events say."""
