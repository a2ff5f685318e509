"""The API described for machines and people: one module for the routes of each module in `edge/routes`.

Imported only when `/openapi.json` is asked for: no cold start pays for it.
"""
