"""Drawings as SVG, written as short as their look allows."""

from __future__ import annotations

import re

METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.S)
#: where coordinates stand, in points; scales and rotations keep all their digits
PLACED = re.compile(r'(?<= d=")[^"]+|(?<=translate\()[^)]+|(?<= [xy]=")[^"]+')
LONG = re.compile(r"-?\d+\.\d{3,}(?!\d|e)")
NAME = re.compile(r' id="([^"]+)"')
CALLED = re.compile(r'(?<= xlink:href="#)[^"]+|(?<=url\(#)[^)]+')
MOVED = re.compile(r' transform="translate\(([-\d.]+) 0\)"(?=/>)')
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
DECIMALS = 2


def squeeze(svg):
    r"""Shorten a drawing that matplotlib wrote, and leave its look.

    Parameters
    ----------
    svg : str
        Text of the file; lengths in points.

    Returns
    -------
    str
        Without metadata, indents and names that nothing calls; the other names are short, and
        coordinates are to a hundredth of a point. Names are good within the file only.

    Examples
    --------
    >>> squeeze('<g id="a_1">\n  <path d="M 1.23456 2 \nL 3 4.999999 \n"/>\n</g>')
    '<g><path d="M1.23 2L3 5"/></g>'
    """
    short = PLACED.sub(lambda match: round_places(match[0]), METADATA.sub("", svg))
    names = {name: f"n{count(i)}" for i, name in enumerate(dict.fromkeys(CALLED.findall(short)))}
    short = NAME.sub(lambda match: f' id="{names[match[1]]}"' if match[1] in names else "", short)
    short = CALLED.sub(lambda match: names[match[0]], short)
    # a letter of a text is moved in every one of its calls
    short = MOVED.sub(r' x="\1"', short).replace("xlink:href", "href")
    short = re.sub(r'(?<= style=")[^"]+', lambda match: re.sub(r"([:;]) ", r"\1", match[0]), short)
    return re.sub(r">\s+<", "><", short)


def count(i):
    """Return a count in as few letters and digits as it takes."""
    return (count(i // len(DIGITS)) if i >= len(DIGITS) else "") + DIGITS[i % len(DIGITS)]


def round_places(places):
    """Round coordinates, and leave out the blanks that separate nothing."""
    rounded = LONG.sub(lambda m: f"{float(m[0]):.{DECIMALS}f}".rstrip("0").rstrip("."), places)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", " ".join(rounded.split()))
