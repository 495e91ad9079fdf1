"""What leaves a channel for the intake, and how it is sealed; both ends import this package.

- `report`: what a channel hands in, and the receipt that it gives
- `sealing`: sealed by the bot, opened by the intake
"""
