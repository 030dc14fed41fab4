"""What pages need from npm: formulas, slides, a judge of access, a maker of bundles."""

import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


class NpmMissingError(RuntimeError):
    """Nothing can be installed from npm."""


def install_modules() -> None:
    """Install what `package-lock.json` names, unless all of it is there already.

    Raises:
        NpmMissingError: If it is not there, and npm is not installed.
    """
    install(HERE, MODULES, "the pages need MathJax, reveal.js, esbuild and axe-core")


def install(folder: Path, modules: Path, need: str) -> None:
    """Install what the `package-lock.json` of a folder names, where it is not done yet.

    Args:
        folder: Where `package.json` and `package-lock.json` are.
        modules: Its folder `node_modules`.
        need: Who needs what, for a reader who has no npm.

    Raises:
        NpmMissingError: If it is not there, and npm is not installed.
    """
    lock = (folder / "package-lock.json").read_bytes()
    followed = modules / ".followed"  # a copy of the lock file that was installed
    with FileLock(folder / ".npm.lock"):
        if followed.is_file() and followed.read_bytes() == lock:
            return
        if (npm := shutil.which("npm")) is None:
            raise NpmMissingError(
                f"npm is not installed: {need} from it (https://nodejs.org)"
            )
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=folder, check=True)
        followed.write_bytes(lock)


def lay_mathjax(folder: Path) -> None:
    """Bring MathJax and its letters, so that no page asks another machine for them."""
    (folder / "a11y").mkdir(parents=True)
    shutil.copy(MODULES / "mathjax" / "tex-chtml.js", folder)
    shutil.copy(MODULES / "mathjax" / "a11y" / "assistive-mml.js", folder / "a11y")
    letters = MODULES / "@mathjax" / "mathjax-newcm-font" / "chtml"
    shutil.copytree(letters, folder / "font" / "chtml")
