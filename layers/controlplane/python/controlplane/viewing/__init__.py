"""Looking at jobs, lists, logs and queues, and waiting for them: what `serve_api` does of GET."""
