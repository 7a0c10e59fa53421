"""The printed book: a cover, contents and the gathered pages, set as PDF by WeasyPrint."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from html import escape
from pathlib import Path

from pygments.formatters import HtmlFormatter

from report.gather import gather_pages, list_headings

STYLE = Path(__file__).with_name("pdf.css")
NEEDS_PANGO = ("no PDF: WeasyPrint needs Pango, which this machine lacks "
               "(Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
               "libharfbuzz-subset0; macOS: brew install pango)")
#: family: package, folder and files of its upright, italic, bold and bold italic faces
FONTS = {
    "Text": ("font_source_serif_pro", "files/SourceSerifPro-{}.ttf",
              ("Regular", "It", "Semibold", "SemiboldIt")),
    "Head": ("font_source_sans_pro", "files/SourceSansPro-{}.ttf",
             ("Regular", "It", "Semibold", "SemiboldIt")),
    "Code": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono{}.ttf",
             ("", "-Oblique", "-Bold", "-BoldOblique")),
    "Rest": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans{}.ttf",
             ("", "-Oblique", "-Bold", "-BoldOblique")),
}


def print_pdf(html_dir, book_dir, study, made, target):
    """Print the pages of a book as PDF.

    Parameters
    ----------
    html_dir : Path
        The built pages.
    book_dir : Path
        The staged book.
    study : Study
    made : Made
        What it is made from; version and hashes stand on the cover.
    target : Path
        The file to write; the same input gives the same bytes.

    Returns
    -------
    list of str
        What WeasyPrint remarked; why there is no PDF, when Pango is missing.
    """
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except OSError:
        return [NEEDS_PANGO]
    pages = gather_pages(html_dir, book_dir)
    text = write_document(pages, study, made)
    remarks = listen("weasyprint")
    faces = FontConfiguration()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("file", "data"))
    code = HtmlFormatter(style="xcode").get_style_defs(".highlight")
    styles = [weasyprint.CSS(string=style, font_config=faces, url_fetcher=fetcher)
              for style in (write_faces(), code, STYLE.read_text(encoding="utf-8"))]
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # stamped into the embedded fonts
    weasyprint.HTML(string=text, url_fetcher=fetcher).write_pdf(
        target, stylesheets=styles, font_config=faces, pdf_variant="pdf/ua-1",
        pdf_identifier=identify(text.replace(html_dir.resolve().as_uri(), "")),
        finisher=declare_scopes)
    return sorted(set(remarks))


def declare_scopes(document, pdf):
    """Say of each head of a table whether it is a column's or a row's."""
    by_reference = {item.reference: item for item in pdf.objects if isinstance(item, dict)}
    for row in [item for item in by_reference.values() if item.get("S") == "/TR"]:
        cells = [by_reference.get(kid, {}) for kid in row["K"]]
        scope = "/Column" if all(cell.get("S") == "/TH" for cell in cells) else "/Row"
        for cell in cells:
            if cell.get("S") == "/TH":
                cell["A"]["Scope"] = scope


def identify(text):
    """Return the identifier of a document with this text, wherever its pages stand."""
    return hashlib.sha256(text.encode()).hexdigest()[:32].encode()


def listen(name):
    """Collect what a logger says, instead of printing it."""
    said = []
    logger = logging.getLogger(name)
    logger.handlers = [logging.Handler()]
    logger.handlers[0].emit = lambda record: said.append(record.getMessage())
    logger.propagate = False
    return said


def write_document(pages, study, made):
    """Write the whole document: metadata, cover, contents, pages."""
    date = f"<meta name='dcterms.created' content='{study.data_cutoff}'>" \
        if study.data_cutoff else ""
    authors = f"<meta name='author' content='{escape(', '.join(study.authors), quote=True)}'>" \
        if study.authors else ""
    return (f"<!doctype html><html lang='en'><head><meta charset='utf-8'>"
            f"<title>{escape(study.title)}</title>{authors}{date}</head><body>"
            f"{write_cover(study, made)}{write_contents(pages)}{pages}</body></html>")


def write_cover(study, made):
    """Write the cover: title, question, status and date of the data, version and hashes."""
    from report.book import BANNER

    about = {
        "Authors": escape(", ".join(study.authors)),
        "Data up to": f"{study.data_cutoff:%-d %B %Y}" if study.data_cutoff else "",
        "Published study": f"doi:{escape(study.reference)}" if study.reference else "",
        "Version": made.version,
        "Hash of the data": f"<code>{made.data}</code>",
        "Hash of the code": f"<code>{made.code}</code>",
    }
    rows = "".join(f"<tr><th scope='row'>{k}</th><td>{v}</td></tr>" for k, v in about.items() if v)
    status = f"<p class='status'>{BANNER}</p>" if study.synthetic else ""
    question = f"<p class='asked'>{escape(study.question)}</p>" if study.question else ""
    return (f"<section class='cover'><p class='kind'>Clinical study report</p>"
            f"<h1>{escape(study.title)}</h1>{question}{status}<table>{rows}</table>"
            "<p class='how'>Every number in this book was computed from the data named here by the "
            "code named here. The pages on screen also hold the code that is folded there, the "
            "saved results as CSV files, and what stands behind each number.</p></section>")


def write_contents(pages):
    """Write the contents; the page numbers are set by the style."""
    lines = "".join(f"<li class='level-{level}'><a href='#{name}'>{escape(text)}</a></li>"
                    for level, text, name in list_headings(pages))
    return f"<nav class='contents'><h1>Contents</h1><ul>{lines}</ul></nav>"


def write_faces():
    """Write the rules that load the fonts from their packages."""
    rules = []
    for family, (package, pattern, faces) in FONTS.items():
        folder = Path(importlib.util.find_spec(package).submodule_search_locations[0])
        for i, face in enumerate(faces):
            address = (folder / pattern.format(face)).as_uri()
            rules.append(f"@font-face {{ font-family: {family}; src: url({address}); "
                         f"font-style: {'italic' if i % 2 else 'normal'}; "
                         f"font-weight: {'bold' if i > 1 else 'normal'}; }}")
    return "\n".join(rules)
