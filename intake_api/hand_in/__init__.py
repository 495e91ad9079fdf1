"""Channels hand in reports and ask for the status of a receipt.

- `routes`: the channels' routes
- `reports`: opens a sealed report, and stores its highest revision
- `sender_clocks`: puts the hour of arrival in place of one that cannot be
- `receipts`: returns the status of a receipt
- `shapes`: the bodies of these routes' requests and answers
- `examples`: an example of each
"""
