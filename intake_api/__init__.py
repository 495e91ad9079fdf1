"""The intake: reports come in sealed, analysts decide, and nobody else gets in."""
