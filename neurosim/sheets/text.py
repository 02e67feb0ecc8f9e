"""The text of a lesson."""

from markdown_it import MarkdownIt


def markdown_to_html(text: str) -> str:
    r"""Markdown as HTML; tags in it are shown, not obeyed, and no picture is loaded.

    >>> markdown_to_html("a *b* <i>")
    '<p>a <em>b</em> &lt;i&gt;</p>\n'
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return str(reader.render(text))
