"""A report comes in, and a receipt is asked about.

- `routes`: the channels' routes
- `reports`: a report is kept at its highest revision
- `receipts`: what a receipt tells
- `shapes`: what these routes take and give
- `examples`: an example of each
"""
