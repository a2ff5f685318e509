"""serve_api: answers the HTTPS API."""
