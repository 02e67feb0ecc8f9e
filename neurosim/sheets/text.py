"""The text of a lesson."""

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from neurosim.drawing.text.tex import tex_text


def markdown_to_html(text: str) -> str:
    r"""Markdown as HTML; tags in it are shown, not obeyed, and no picture is loaded.

    >>> markdown_to_html("a *b* <i>")
    '<p>a <em>b</em> &lt;i&gt;</p>\n'
    """
    return str(_reader().render(text))


def markdown_to_latex(text: str) -> str:
    r"""Markdown as LaTeX; commands in it are shown, not obeyed.

    >>> markdown_to_latex("a *b* `c_1` \\\\d")
    'a \\emph{b} \\texttt{c\\_1} \\textbackslash{}d\n\n'
    """
    return _latex(SyntaxTreeNode(_reader().parse(text)))


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _latex(node: SyntaxTreeNode) -> str:
    if not node.children and not node.is_root:
        before, after = _LEAVES.get(node.type, ("", ""))
        return f"{before}{tex_text(node.content)}{after}"
    if node.type == "tr":
        return " & ".join(map(_latex, node.children)) + " \\\\\n"
    before, after = _AROUND.get(node.type, ("", ""))
    if node.type == "table":
        before = before + f"{{{'l' * len(node.children[0].children[0].children)}}}\n"
    return before + "".join(map(_latex, node.children)) + after


_LEAVES = {
    "code_inline": (r"\texttt{", "}"),
    "softbreak": ("", "\n"),
    "hardbreak": ("", "\\\\\n"),
    "hr": ("\\par\\hrule\\medskip\n", ""),
    **dict.fromkeys(("fence", "code_block"), (r"\par{\obeylines\obeyspaces\ttfamily ", "}\n\n")),
}
_AROUND = {
    "paragraph": ("", "\n\n"),
    "heading": (r"\subsection*{", "}\n"),
    "em": (r"\emph{", "}"),
    "strong": (r"\textbf{", "}"),
    "bullet_list": ("\\begin{itemize}\n", "\\end{itemize}\n\n"),
    "ordered_list": ("\\begin{enumerate}\n", "\\end{enumerate}\n\n"),
    "list_item": (r"\item ", ""),
    "blockquote": ("\\begin{quote}\n", "\\end{quote}\n\n"),
    "table": (r"\begin{longtable}", "\\end{longtable}\n\n"),
}
