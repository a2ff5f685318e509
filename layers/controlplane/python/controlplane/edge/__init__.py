"""The edge: all that knows AWS Lambda. One module a kind of event, so that a function imports only its own."""
