"""The report that a channel hands in to the intake, and its seal; both sides import this package.

- `report`: the report, and its receipt
- `sealing`: seals a report for the intake, and opens it there
"""
