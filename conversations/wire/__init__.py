"""What leaves a channel for the intake, and how it is sealed; both ends import this package.

Read `report` first (what a channel hands in, and the receipt), then `sealing` (sealed by the bot, opened by
the intake).
"""
