"""Counts, metrics and health, which do not tell when any single report arrived.

- `routes`: the routes of counts, metrics and health
- `counting`: counts items and reports as of the last full hour
- `shapes`: the bodies of the answers, and the rounding that hides small numbers
- `metrics`: writes the numbers in Prometheus's text format
- `readiness`: checks whether the intake can work
- `examples`: an example of each
"""
