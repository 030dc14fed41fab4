"""The learner's tools: workbook, progress, doctor, and what a lesson should measure.

Nothing is handed on here, so that `aelesson doctor` speaks where PyTorch or Jupyter
cannot be imported.
"""
