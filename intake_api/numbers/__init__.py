"""Numbers and health, which tell of no single report when it came.

- `routes`: their routes
- `counting`: numbers of the last full hour
- `shapes`: their shapes, and how small numbers are hidden
- `metrics`: Prometheus's text format
- `readiness`: whether the intake can work
- `examples`: an example of each
"""
