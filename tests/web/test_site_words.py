"""What the site's command says where something is missing."""

import pytest
import typer

from tools.site import __main__ as site
from tools.site.slugs import from_jupyter, slug


def test_without_npm_it_says_what_is_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "MODULES", tmp_path)
    monkeypatch.setattr(site.shutil, "which", lambda name: None)
    with pytest.raises(typer.Exit):
        site.build(tmp_path / "out")
    assert "npm is not installed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_site_nothing_is_served(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "OUT", tmp_path)
    with pytest.raises(typer.Exit):
        site.serve(0)
    assert "make site" in capsys.readouterr().err


def test_an_anchor_of_jupyterlab_leads_to_the_heading_of_a_page():
    heading = "4. What does a trained VAE know?"
    assert slug(heading) == "4-what-does-a-trained-vae-know"
    assert from_jupyter("4.-What-does-a-trained-VAE-know?") == slug(heading)
