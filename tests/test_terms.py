"""A term shows its definition where it is used."""

from sphinx.application import Sphinx


def test_a_term_carries_its_definition(tmp_path):
    (tmp_path / "glossary.md").write_text(
        "# Glossary\n\n:::{glossary}\nPFS\n  Time to progression\n  or death.\n:::\n")
    (tmp_path / "page.md").write_text(
        "# Page\n\n{term}`PFS` and [a link](glossary.md).\n\n```{toctree}\nglossary\n```\n")
    (tmp_path / "conf.py").write_text(
        "extensions = ['myst_parser', 'report.terms']\nroot_doc = 'page'\n"
        "myst_enable_extensions = ['colon_fence']\n")
    Sphinx(tmp_path, tmp_path, tmp_path / "out", tmp_path / "d", "html", status=None).build()
    page = (tmp_path / "out" / "page.html").read_text()
    assert page.count('title="Time to progression or death."') == 1
