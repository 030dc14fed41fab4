"""Makes what the explorables are made of: sheets of digits, and bundles."""
