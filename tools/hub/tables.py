"""What was measured, as a table for readers and as limits for a cluster."""

import json
import math
import re
from pathlib import Path
from statistics import median

from tools.hub.folder import ROOT

HERE = Path(__file__).parent
MEASURED = HERE / "sizes.json"
PAGE = ROOT / "docs" / "teaching" / "jupyterhub.md"
VALUES = HERE / "values.yaml"
CLASSES = (10, 30, 100, 300)  # learners at the same time
GIGA = 2**30  # what a cluster, and JupyterHub, call G
Sizes = dict[str, dict[str, float]]


def write(found: Sizes, page: Path = PAGE, values: Path = VALUES) -> None:
    """Write a page's table and a cluster's limits anew."""
    text = page.read_text("utf-8")
    between = re.compile(r"(<!-- sizes -->\n).*?(<!-- end of sizes -->)", re.DOTALL)
    table = table_of(found).replace("\\", r"\\")
    page.write_text(between.sub(rf"\g<1>{table}\g<2>", text), "utf-8")
    text = values.read_text("utf-8")
    for what, value in limits(found).items():
        section, kind = what.split(".")
        line = re.compile(rf"(\n  {section}:\n(?:    .*\n)*?    {kind}: )\S+")
        text = line.sub(rf"\g<1>{value}", text)
    values.write_text(text, "utf-8")


def limits(found: Sizes) -> dict[str, str]:
    """Return what a learner is promised, and what they may take at most.

    Promised: JupyterLab and the kernel of a usual notebook. At most: JupyterLab and the
    two largest kernels, since a lesson and its sheet are open side by side. A kernel
    computes on one core.
    """
    base = found["JupyterLab"]["memory_mb"]
    kernels = sorted(each["memory_mb"] for each in notebooks(found).values())
    return {
        "memory.guarantee": giga(base + median(kernels)),
        "memory.limit": giga(base + sum(kernels[-2:])),
        "cpu.guarantee": f"{math.ceil(10 * busiest(found)) / 10:g}",
        "cpu.limit": "1",
    }


def giga(mega: float) -> str:
    """Round MB up to the next half of a G."""
    return f"{math.ceil(2 * mega * 1e6 / GIGA) / 2:g}G"


def busiest(found: Sizes) -> float:
    """Return the largest share of a core that a lesson keeps busy while it is read."""
    return max(
        each["seconds"] / (60 * minutes(ROOT / f"{name}.ipynb"))
        for name, each in notebooks(found).items()
        if name.startswith("notebooks/")
    )


def minutes(notebook: Path) -> int:
    """Return the minutes that a lesson says it takes."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    found = re.search(r"\*\*Time:\*\* (\d+) minutes", text)
    assert found is not None
    return int(found[1])


def notebooks(found: Sizes) -> Sizes:
    """Return what was measured of notebooks alone."""
    return {name: each for name, each in found.items() if "/" in name}


def table_of(found: Sizes) -> str:
    """Return the tables of the page, in Markdown."""
    rows = [
        "| | lesson: MB | seconds | sheet: MB | seconds |",
        "| --- |" + " --- |" * 4,
    ]
    for name in sorted({name.partition("/")[2] for name in notebooks(found)}):
        both = (found.get(f"{kind}/{name}") for kind in ("notebooks", "solutions"))
        cells = [cell for each in both for cell in in_cells(each)]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    most = limits(found)
    promised, core = float(most["memory.guarantee"][:-1]), float(most["cpu.guarantee"])
    rows += ["", "| learners at once | memory, G | cores |", "| --- | --- | --- |"]
    rows += [f"| {n} | {n * promised:g} | {math.ceil(n * core)} |" for n in CLASSES]
    base = found["JupyterLab"]["memory_mb"]
    rows += ["", f"A JupyterLab with no notebook open takes {base:.0f} MB of it."]
    return "\n".join(rows) + "\n"


def in_cells(each: dict[str, float] | None) -> tuple[str, str]:
    """Return memory and seconds as cells of a table."""
    return (
        ("-", "-")
        if each is None
        else (f"{each['memory_mb']:.0f}", f"{each['seconds']:.0f}")
    )
