"""Gathering the pages of a built book into one document for paper.

What unfolds, pops up or scrolls on screen is settled here: folded code is left out, folded answers
move to an appendix, numbers stand plain, formulas become pictures, and links point within the
document or carry their address in a footnote.
"""

from __future__ import annotations

import base64
import re
from pathlib import PurePosixPath

import ziamath
from bs4 import BeautifulSoup

from report.chapters import read_contents

#: rows beyond which a table is for searching on screen, and paper names its file
LONGEST_TABLE = 300
#: rows up to which a table is not divided between pages
SHORT_TABLE = 10
SCREEN_ONLY = ("script, details.hide, .number-card, .headerlink, p.behind, .sd-summary-icon, "
               ".sd-summary-state-marker, .only-dark")
POINTS_PER_EM = 12


def gather_pages(html_dir, book_dir):
    """Gather the pages of a book in the order of its contents.

    Parameters
    ----------
    html_dir : Path
        The built pages.
    book_dir : Path
        The staged book, for its contents.

    Returns
    -------
    BeautifulSoup
        A `main` with one `section` per page; an appendix of answers, if there are questions, last.
    """
    document = BeautifulSoup("<main></main>", "html.parser")
    files = read_contents(book_dir)
    cited = any(PurePosixPath(file).name == "references" for file in files)
    for file in files:
        page = read_page(html_dir / f"{file}.html")
        if cited and "/" in file:
            drop(page.select("section#references"))
        settle(page, file, files, html_dir)
        document.main.append(page)
    answers = collect_answers(document)
    if answers:
        document.main.append(answers)
    return document


def read_page(path):
    """Read the article of a page."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    page = soup.select_one("article section")
    page["class"] = "page"
    return page.extract()


def drop(elements):
    """Remove elements."""
    for element in elements:
        element.decompose()


def settle(page, file, files, html_dir):
    """Make one page fit for paper."""
    for table in page.select("table"):
        rows = len(table.select("tbody tr"))
        if rows > LONGEST_TABLE:
            name_file(table)
        elif rows <= SHORT_TABLE:
            table["class"] = [*table.get("class", []), "short"]
    drop(page.select(SCREEN_ONLY))
    drop(cell for cell in page.select("div.cell") if not cell.get_text(strip=True)
         and not cell.select("img"))
    for button in page.select("button.number"):
        button.name, button.attrs = "span", {"class": "number"}
    for formula in page.select(".math"):
        draw_formula(formula)
    for image in page.select("img[src]"):
        if not image["src"].startswith("data:"):
            source = (html_dir / file).parent / image["src"]
            image["src"] = source.resolve().as_uri()
    for element in page.select("[id]"):
        element["id"] = anchor(file, element["id"])
    page["id"] = anchor(file)
    for link in page.select("a[href]"):
        settle_link(link, file, files)


def name_file(table):
    """Put the name of a table's file in the place of its rows."""
    rows, box = len(table.select("tbody tr")), table.find_parent("div", class_="cell_output")
    link = box.select_one("a[href$='.csv']") if box else None
    where = f" and stands in {link['href'].lstrip('./')}" if link else ""
    table.name, table["class"] = "div", "screen-only"
    drop(table.select("thead, tbody, colgroup"))
    table.caption.name = "p"
    line = BeautifulSoup(f"<p>The table has {rows} rows{where}; the pages on screen show it whole."
                         "</p>", "html.parser")
    table.append(line)


def draw_formula(formula):
    """Draw a formula as a picture that stands on the line of its text."""
    source = re.sub(r"^\s*\\[(\[]|\\[)\]]\s*$", "", formula.get_text()).strip()
    inline = formula.name == "span"
    drawn = ziamath.Latex(source.rstrip(",."), size=POINTS_PER_EM, inline=inline)
    picture = base64.b64encode(drawn.svg().encode()).decode()
    (_, height), below = drawn.getsize(), drawn.getyofst()
    style = f"height: {height / POINTS_PER_EM:.4f}em; vertical-align: {below / POINTS_PER_EM:.4f}em"
    formula.string = "" if inline else source[len(source.rstrip(",.")):]
    image = BeautifulSoup("", "html.parser").new_tag(
        "img", src=f"data:image/svg+xml;base64,{picture}", alt=f"Formula: {source}", style=style)
    formula.insert(0, image)


def anchor(file, name=""):
    """Name a place within the document: the page, and the place on it."""
    return f"{PurePosixPath(file).name}--{name}" if name else PurePosixPath(file).name


def settle_link(link, file, files):
    """Point a link within the document; give an outside address a footnote."""
    href = link["href"]
    if re.match(r"[a-z]+:", href):
        if link.get_text().removeprefix("doi:") not in href:
            note = BeautifulSoup("", "html.parser").new_tag("span", attrs={"class": "footnote"})
            note.string = href
            link.insert_after(note)
        return
    path, _, name = href.partition("#")
    target = resolve(file, path) if path else file
    if target in files:
        link["href"] = f"#{anchor(target, name)}"
    else:
        link.unwrap()


def resolve(file, path):
    """Resolve the address of a page as another page writes it."""
    parts = []
    for part in (PurePosixPath(file).parent / path).with_suffix("").parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def collect_answers(document):
    """Move the folded answers to an appendix; leave the questions with the page of the answer."""
    make = BeautifulSoup("", "html.parser").new_tag
    appendix = make("section", attrs={"class": "page", "id": "answers"})
    appendix.append(heading(make, "h1", "Answers to the questions for discussion"))
    for page in document.select("section.page"):
        folded = page.select("details.sd-dropdown")
        if folded:
            part = make("section", id=f"answers-{page['id']}")
            part.append(heading(make, "h2", page.h1.get_text()))
            appendix.append(part)
        for i, details in enumerate(folded, start=1):
            name = f"{page['id']}-{i}"
            question = details.select_one(".sd-summary-text").get_text()
            answer = make("div", attrs={"class": "answer", "id": f"answer-{name}"})
            answer.append(heading(make, "h3", question))
            answer.extend(list(details.select_one(".sd-summary-content").contents))
            part.append(answer)
            asked = make("p", attrs={"class": "question", "id": f"question-{name}"})
            asked.append(f"{question} ")
            link = make("a", attrs={"class": "to-answer", "href": f"#answer-{name}"})
            link.string = "Answer on page"
            asked.append(link)
            details.replace_with(asked)
    return appendix if appendix.section else None


def heading(make, level, text):
    """Return a heading."""
    made = make(level)
    made.string = text
    return made


def list_headings(document):
    """List (level, text, anchor) of the headings of pages and of their parts."""
    listed = []
    for found in document.select("section.page h1, section.page h2"):
        section = found.find_parent("section")
        listed.append((int(found.name[1]), " ".join(found.get_text().split()), section["id"]))
    return listed
