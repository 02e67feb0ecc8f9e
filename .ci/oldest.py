"""The oldest versions that setup.cfg allows, as requirements for pip: one ``name==version`` each.

Takes the lower bounds of the package itself and of the extras that are named as arguments.
"""

import configparser
import re
import sys
from pathlib import Path

BOUND = re.compile(r"\s*([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)\s*")


def pinned(requirement: str) -> str:
    """The requirement at its lower bound.

    >>> pinned("numpy >= 1.26")
    'numpy==1.26'
    """
    found = BOUND.fullmatch(requirement)
    if not found:
        sys.exit(f"setup.cfg: no lower bound, got {requirement!r}; expected 'name >= version'")
    return f"{found[1]}=={found[2]}"


def oldest(setup: Path, extras: list[str]) -> list[str]:
    """All requirements of the file and of these extras, at their lower bounds, each once."""
    config = configparser.ConfigParser()
    config.read(setup, encoding="utf-8")
    texts = [config["options"]["install_requires"]]
    texts += [config["options.extras_require"][extra] for extra in extras]
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    return list(dict.fromkeys(pinned(line) for line in lines))


if __name__ == "__main__":
    sys.stdout.write(
        "\n".join([*oldest(Path(__file__).parent.parent / "setup.cfg", sys.argv[1:]), ""])
    )
