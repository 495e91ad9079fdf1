"""Assembles the API from its parts, and serves it.

- `assembly`: makes the parts of an intake
- `app`: builds the app, and runs its lifespan
- `listening`: serves the app at its port
- `openapi`: completes the published contract
"""
