"""The talk itself: pure, so that the same events always give the same talk."""
