"""Accepting submissions: what `serve_api` does of `POST /jobs`, its bulk, and running again."""
