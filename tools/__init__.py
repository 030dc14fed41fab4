"""The one-way build: text in `sources/` becomes notebooks."""
