"""Looking at jobs, lists, logs and queues, and waiting for them: most of what `serve_api` does of GET."""
