"""A teacher's class: sheets handed out, collected, graded, reported and handed back.

nbgrader keeps the books; what students wrote runs apart from them. Needs the extra
`class`: `pip install -e '.[class]'`.
"""
