"""Makes `python -m aelesson` the same as the command `aelesson`."""

from aelesson.course.cli import app

if __name__ == "__main__":
    app(prog_name="aelesson")
