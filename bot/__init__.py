"""Holds talks with reporters, keeps no identity and loses no report."""
