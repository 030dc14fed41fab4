"""What nbgrader said when it gave up."""

from typing import Any


def reason(result: dict[str, Any]) -> str:
    """Find the line of nbgrader's log that says why."""
    log = f"{result.get('log') or ''}\n{result.get('error') or ''}"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line and "nbgrader_log" not in line]
    told = (errors or lines or ["without a word"])[-1].partition(" [SQL:")[0]
    return f"nbgrader stopped: {told:.200}"
