"""Serves the polled bot, and its health and numbers.

- `host`: builds the polled bot from its settings, and serves it
- `health`: says how the polled bot is, and what it counts, on loopback alone
"""
