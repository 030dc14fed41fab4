"""Make the teacher's guides: hand-written text, and what the course itself knows."""
