"""AWS Batch as the plane uses it: the port, how often it is asked, and what its descriptions and events say."""
