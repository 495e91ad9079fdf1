"""The channels: each turns what its platform sends into events, and answers into what its platform takes."""
