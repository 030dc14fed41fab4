"""Slides of every lesson, made of its notebook: nothing is run and nothing is typed."""
