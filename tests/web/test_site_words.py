"""What the site's command says where something is missing."""

import pytest
import typer

from tools.site import __main__ as site
from tools.site import modules
from tools.site.pages import ABOUT, LINKED, lay_pages
from tools.site.slugs import from_jupyter, slug


def test_without_npm_it_says_what_is_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(modules, "MODULES", tmp_path)
    monkeypatch.setattr(modules.shutil, "which", lambda name: None)
    with pytest.raises(typer.Exit):
        site.build(tmp_path / "out")
    assert "npm is not installed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_new_lock_file_is_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(modules, "HERE", tmp_path)
    monkeypatch.setattr(modules, "MODULES", tmp_path)
    monkeypatch.setattr(modules.shutil, "which", lambda name: name)
    calls = []
    monkeypatch.setattr(modules.subprocess, "run", lambda *a, **k: calls.append(a))
    for lock, count in (("a", 1), ("a", 1), ("b", 2)):
        (tmp_path / "package-lock.json").write_text(lock)
        modules.install_modules()
        assert len(calls) == count


def test_without_a_site_nothing_is_served(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "OUT", tmp_path)
    with pytest.raises(typer.Exit):
        site.serve(0)
    assert "make site" in capsys.readouterr().err


def test_an_anchor_of_jupyterlab_leads_to_the_heading_of_a_page():
    heading = "4. What does a trained VAE know?"
    assert slug(heading) == "4-what-does-a-trained-vae-know"
    assert from_jupyter("4.-What-does-a-trained-VAE-know?") == slug(heading)


@pytest.mark.parametrize("folder", ["docs/teaching", ""])
def test_without_the_teachers_pages_nothing_leads_there(tmp_path, folder):
    """Students get a course without them, and can make its site."""
    root, out = tmp_path / "course", tmp_path / "out"
    for name in ("notebooks", "exercises", "docs", folder):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in (*ABOUT, *LINKED):
        (root / name).write_text("See [the page](docs/teaching/index.md).")
    if folder:
        (root / folder / "index.md").write_text("For teachers")
    lay_pages(root, out / "pages", out / "files")
    links = "[the page](docs/teaching/index.md)" if folder else "the page"
    assert (out / "pages" / "README.md").read_text() == f"See {links}."
    front = (out / "pages" / "index.md").read_text()
    assert (":caption: Teach\n\ndocs/teaching/index\n" in front) == bool(folder)
