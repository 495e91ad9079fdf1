"""The channels: each turns its platform's messages into events, and answers into its platform's messages."""
