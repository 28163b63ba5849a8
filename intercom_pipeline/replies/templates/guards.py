"""What is put around a template's values and loops, so that each keeps to its bounds when it is run."""

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from intercom_pipeline.replies.templates.places import name_of


def guarded(tree: nodes.Template) -> nodes.Template:
    """The same template, with what keeps each value and loop to its bounds put around it."""
    _Guarding().visit(tree)
    return tree


class _Guarding(NodeTransformer):
    """Puts `HIDDEN` around what a template prints, loops over, decides by and compares."""

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - as Jinja calls it
        """Print a value as a reader sees it."""
        self.generic_visit(node)
        node.nodes = [
            each
            if isinstance(each, nodes.TemplateData)
            else _around(each, "the text of", nodes.Const(name_of(each)))
            for each in node.nodes
        ]
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802 - as Jinja calls it
        """Know of which variable a value is that does not fit."""
        name = nodes.Const(name_of(node))
        self.generic_visit(node)
        node.args.insert(0, name)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - as above
        """Count what is looped over."""
        self.generic_visit(node)
        told = (bool(node.else_), name_of(node.iter), node.lineno)
        node.iter = _around(node.iter, "each of", *map(nodes.Const, told))
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node:  # noqa: N802 - as above
        """Decide by what is surely true or false."""
        self.generic_visit(node)
        node.test = _decided(node.test)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802 - as above
        """Decide by what is surely true or false."""
        self.generic_visit(node)
        node.test = _decided(node.test)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - as above
        """Compare two of a kind."""
        self.generic_visit(node)
        [operand] = node.ops
        return _around(node.expr, "compared", nodes.Const(operand.op), operand.expr)


def _decided(test: nodes.Node) -> nodes.Expr:
    """A condition; what `and`, `or` and `not` join is decided one by one."""
    if isinstance(test, nodes.And | nodes.Or):
        test.left, test.right = _decided(test.left), _decided(test.right)
        return test
    if isinstance(test, nodes.Not):
        test.node = _decided(test.node)
        return test
    return _around(test, "the truth of")


def _around(node: nodes.Node, filter_: str, *arguments: nodes.Expr) -> nodes.Filter:
    made = nodes.Filter(node, filter_, list(arguments), [], None, None, lineno=node.lineno)
    if node.environment is not None:
        made.set_environment(node.environment)
    return made
