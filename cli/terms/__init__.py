"""The terms that the local stack starts from."""
