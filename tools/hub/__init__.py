"""A JupyterHub for trying out a class on one machine, and recipes for real ones."""
