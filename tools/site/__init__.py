"""The course as a web site that asks nothing of any other machine."""
