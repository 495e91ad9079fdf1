"""Channels hand in reports and ask for the status of a receipt.

- `routes`: the channels' routes
- `reports`: opens a sealed report, and stores its highest revision
- `hour_log`: logs what single reports give rise to, once the hour has ended
- `receipts`: returns the status of a receipt
- `shapes`: the bodies of these routes' requests and answers
- `examples`: an example of each
"""
