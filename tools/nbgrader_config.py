"""Settings for a teacher's nbgrader course: lay this file into the course folder.

Then lay `solutions/NN_name.ipynb` at `source/NN_name/NN_name.ipynb`, and run
`nbgrader generate_assignment NN_name`. nbgrader itself hands in `get_config`.
"""

c = get_config()  # type: ignore[name-defined]  # noqa: F821

# The stub of this course, so that released sheets equal those in `exercises/`.
c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("Replace this line with your code.")'
}
# An endless loop in a submission: the cell is stopped after so many seconds, scores
# nothing, and grading goes on with the next cell.
c.Execute.timeout = 60
# A check that a student deleted comes back before grading, and counts.
c.OverwriteCells.add_missing_cells = True
# nbgrader's own steps, but for three: the marks of copied cells are dropped before they
# stop it, as do lost marks no more, and a bad cell costs only its own exercise.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "aelesson.course.marking.DropEmptyMarks",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "aelesson.course.marking.PutBackCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "aelesson.course.marking.RunExercises",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
