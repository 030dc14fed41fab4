"""nbgrader's settings on a hub, for teachers and students; read by its programs.

The hub says in the environment who is who: `JUPYTERHUB_USER` is its own word,
`AELESSON_TEACHERS` has the teachers' names (`ada,ben`), `AELESSON_EXCHANGE` the folder
through which sheets go out and come back.
"""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821
user = os.environ["JUPYTERHUB_USER"]
if user in os.environ["AELESSON_TEACHERS"].split(","):
    root = os.path.expanduser("~/course")
    # The formgrader does not read the settings in a class's folder by itself.
    if os.path.exists(os.path.join(root, "nbgrader_config.py")):
        load_subconfig("nbgrader_config.py", path=root)  # type: ignore[name-defined]  # noqa: F821
    c.CourseDirectory.root = root
else:
    c.CourseDirectory.student_id = user
load_subconfig("exchange_config.py")  # type: ignore[name-defined]  # noqa: F821
