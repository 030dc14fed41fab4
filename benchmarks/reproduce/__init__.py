"""Results at full size: `make reproduce`."""
