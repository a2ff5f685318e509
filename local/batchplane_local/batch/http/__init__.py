"""The same calls over HTTP: AWS's protocols and signatures, as an ASGI application."""
