"""study.yml as plain data: YAML without its surprises."""

from __future__ import annotations

import re

import yaml

LONGEST = 1_000_000


class PlainLoader(yaml.SafeLoader):
    """YAML 1.2's scalars, no anchors, aliases or tags, and no key given twice.

    YAML 1.1 would read `no` as false, 010 as 8 and 12:30 as 750, let the last of two equal keys
    win, and let nine aliases grow into a billion values.
    """

    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        """Refuse anchors, aliases and tags where they stand."""
        event = self.peek_event()
        if getattr(event, "anchor", None):
            raise refuse(event, "anchors and aliases are not read")
        if getattr(event, "tag", None):
            raise refuse(event, "tags are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        """Refuse a key that stands twice."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for i, key in enumerate(keys):
            if isinstance(key, (list, dict)):
                raise refuse(node.value[i][0], "a key must be a word")
            if key in keys[:i]:
                raise refuse(node.value[i][0], f"the key {key!r} stands twice")
        return super().construct_mapping(node, deep)


def refuse(place, problem):
    """Return a YAML error at the place of an event or node."""
    return yaml.constructor.ConstructorError(None, None, problem, place.start_mark)


for _tag, _pattern, _first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?(0|[1-9][0-9]{0,17})", "-+0123456789"),
        ("float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan",
         "-+0123456789."),
        ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789")):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}",
                                      re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read_yaml(text):
    """Read YAML text.

    Parameters
    ----------
    text : str

    Returns
    -------
    object
        Dicts, lists, str, int, float, bool, date and None.

    Raises
    ------
    ValueError
        Saying in one line what is wrong, and where.

    Examples
    --------
    >>> read_yaml("labels: [no, yes, 010]")
    {'labels': ['no', 'yes', '010']}
    """
    if len(text) > LONGEST:
        raise ValueError("longer than a million characters")
    try:
        return yaml.load(text, PlainLoader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ValueError(f"{error.problem or error.context}{place}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(" ".join(str(error).split())) from None
