"""The doctor: what is there and what is not."""

import importlib.metadata

from services.modeltown import doctor


def test_here_everything_essential_is_found_with_its_version():
    findings = {finding.name: finding for finding in doctor.examine()}
    assert all(finding.ok for finding in findings.values() if finding.essential)
    assert findings["geopandas"].found == importlib.metadata.version("geopandas")
    assert {"Python", "GDAL", "IPAexGothic", "Chromium", "uv"} <= set(findings)
    assert not findings["Chromium"].essential


def test_a_missing_library_says_how_to_install_it_again(monkeypatch):
    def broken(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", broken)
    found = next(finding for finding in doctor.examine() if finding.name == "shapely")
    assert not found.ok
    assert "pip install --force-reinstall shapely" in found.advice("en")
    assert "入れ直してください" in found.advice("ja")


def test_an_old_python_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "PYTHON_NEEDED", (4, 0))
    found = next(finding for finding in doctor.examine() if finding.name == "Python")
    assert not found.ok
    assert "3.11" in found.advice("ja")


def test_optional_programs_may_be_absent(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda _name: None)
    findings = [finding for finding in doctor.examine() if not finding.essential]
    assert [finding.name for finding in findings] == ["Chromium", "uv"]
    assert all(
        not finding.ok and finding.advice("en").startswith("optional") for finding in findings
    )
