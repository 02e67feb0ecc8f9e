"""Frames of a film as files of their own, ``step-%02d.svg``: for slides, and for paper."""

import re
from pathlib import Path

from neurosim.drawing.drawing import paint
from neurosim.drawing.film.response_stage import ResponseStage
from neurosim.drawing.film.scene import Sight, Stage
from neurosim.drawing.page.pages import FORMATS, render, require_target, settings
from neurosim.drawing.page.themes import Theme
from neurosim.errors import InvalidValueError

_NUMBER = re.compile(r"%(0?[1-9])?d(?![A-Za-z])")  # but not in a word
_POINTS = 72.0


def has_number(path: str | Path) -> bool:
    """Whether a name has a place for the number of a frame."""
    return _NUMBER.search(Path(path).name) is not None


def require_frames(path: str | Path, n_frames: int, *, overwrite: bool = False) -> list[Path]:
    """The files of so many frames, where they may be written: asked before one is painted.

    Raises:
        InvalidValueError: the name has no single ``%d`` or ``%02d``, or another ending.
        FileError: there is a file already.
    """
    folder, name = Path(path).parent, Path(path).name
    if len(_NUMBER.findall(name)) != 1 or name.count("%") != 1:
        raise InvalidValueError(f"{path}: got no single number; expected one, as in step-%02d.svg")
    return [
        require_target(
            str(folder / (name % number)), overwrite=overwrite, forms=FORMATS, what="frame"
        )
        for number in range(n_frames)
    ]


@settings()
def frame_of(
    stage: Stage | ResponseStage, sight: Sight, theme: Theme, form: str
) -> tuple[bytes, tuple[int, int]]:
    """One moment as a picture of its own, and its width and height in points."""
    diagram = stage.diagram(sight)
    figure = paint(diagram, theme=theme, neurons=stage.neurons).get_figure(root=True)
    assert figure is not None
    width, height = (round(inches * _POINTS) for inches in figure.get_size_inches())
    data = render(figure, form, title=diagram.title, description=diagram.description)
    return data, (width, height)
