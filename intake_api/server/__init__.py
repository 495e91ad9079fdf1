"""Assembles the API from its parts, and serves it.

- `assembly`: makes the parts of an intake
- `audit_task`: looks after the audit log each minute
- `app`: builds the app, and runs its lifespan
- `listening`: serves the app at its port
- `description`: what the published contract says first
- `openapi`: completes the contract
"""
