"""Make what explorables are made of: `python -m tools.explore`.

The sheets of digits and the errors to beat come from the library; the bundles need
node, and esbuild as tools/site/package.json has it.
"""

import subprocess
from pathlib import Path

from aelesson.explore import STATIC
from tools.explore.sheets import write_sheets

HERE = Path(__file__).parent
NODE_MODULES = HERE.parent / "site" / "node_modules"
SOURCE = STATIC.parent / "src"


def main() -> None:
    """Write the sheets, then the bundles, which hold some of their figures."""
    STATIC.mkdir(exist_ok=True)
    write_sheets(STATIC, SOURCE)
    if not (NODE_MODULES / "esbuild").is_dir():
        subprocess.run(
            ["npm", "ci", "--ignore-scripts"], cwd=NODE_MODULES.parent, check=True
        )
    write_bundles(STATIC)


def write_bundles(folder: Path) -> None:
    """Write one module per explorable."""
    subprocess.run(["node", str(HERE / "bundle.mjs"), str(folder)], check=True)


if __name__ == "__main__":
    main()
