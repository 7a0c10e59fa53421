"""Which links of the book are dead, from what Sphinx's link check wrote: `make links`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

FOUND = "_build/html/output.json"
#: answers of a site that is there and does not serve programs, as many publishers do not
REFUSED = re.compile(r"(401|402|403|405|406|418|429|503|999) ")


def list_dead(lines):
    """List the dead links, one line of Markdown each.

    Parameters
    ----------
    lines : list of str
        What the link check wrote: a JSON object a line.

    Returns
    -------
    list of str
    """
    links = [json.loads(line) for line in lines if line.strip()]
    return [f"- {link['uri']} ({link['filename']}): {link['info']}"
            for link in links
            if link["status"] == "broken" and not REFUSED.match(link["info"])]


def main(folder):
    """Write the dead links of a check to `dead.md` in its folder, and print them."""
    found = Path(folder, FOUND)
    if not found.is_file():
        print(f"{found}: the link check wrote nothing; see what it said above")
        return 1
    dead = list_dead(found.read_text(encoding="utf-8").splitlines())
    Path(folder, "dead.md").write_text("".join(f"{line}\n" for line in dead), encoding="utf-8")
    print("\n".join(dead) or "no dead link")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
