"""The host of talks: it keeps nobody's identity and loses no report."""
