"""What is changed in a source to see whether a test notices: one small change at a time, each of a kind that people make.

Every change is made where the compiler's tree has a node, so that comments, strings, declarations and types are left alone.
Changes that mean the same as another one are not made: an `if` that only reverts loses its condition, not its statement too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.mutate.syntax import Node, Place, span, without_comments

# A boundary moved by one, or an equality turned round.
RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "**": "*", "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<"}
CONNECTIVES = {"&&": "||", "||": "&&"}
STEPS = {"++": "--", "--": "++"}
# Arguments whose order means nothing.
COMMUTATIVE = frozenset({"min", "max", "least", "add", "mul", "and", "or", "xor", "eq"})
TWINS = {"min": "max", "max": "min"}
YUL_TWINS = {
    **dict.fromkeys(("mul", "mod"), "div"),
    **dict.fromkeys(("or", "xor"), "and"),
    "add": "sub",
    "sub": "add",
    "div": "mul",
    "and": "or",
    "shl": "shr",
    "shr": "shl",
    "lt": "gt",
    "gt": "lt",
}
STATEMENTS = frozenset({"ExpressionStatement", "EmitStatement", "RevertStatement", "Continue", "Break"})
YUL_STATEMENTS = frozenset({"YulExpressionStatement", "YulAssignment"})
INTEGER = re.compile(r"^(u?int\d+|int_const .*)$")
# What holds code: everything else (events, structs, types, signatures) is declared, not done.
CODE = frozenset({"Block", "UncheckedBlock", "ModifierInvocation"})


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes from ``start`` up to ``end`` become ``text``."""

    operator: str
    start: int
    end: int
    text: str


class Reader:
    """Finds the changes of one source."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.bare = without_comments(text)
        self.kinds: dict[str, Callable[[Place], Iterator[Change]]] = {
            "BinaryOperation": self.of_binary,
            "UnaryOperation": self.of_unary,
            "Assignment": self.of_assignment,
            "Literal": self.of_literal,
            "IfStatement": self.of_if,
            "WhileStatement": self.of_loop,
            "DoWhileStatement": self.of_loop,
            "ForStatement": self.of_loop,
            "Conditional": self.of_conditional,
            "Return": self.of_return,
            "FunctionCall": self.of_call,
            "ModifierInvocation": self.of_modifier,
            "TupleExpression": self.of_tuple,
            "YulFunctionCall": self.of_yul_call,
            "YulLiteral": self.of_yul_literal,
            "YulIf": self.of_yul_if,
        }

    def changes(self, place: Place) -> Iterator[Change]:
        """What can be changed about one node, but for what is below it."""
        if not _is_code(place):
            return
        kind = place.node["nodeType"]
        if kind in STATEMENTS and not _is_guards_body(place) and not _is_loops_step(place):
            yield self.without(place.node)
        elif kind in YUL_STATEMENTS:
            yield self.replaced("statement", place.node, "{}")
        yield from self.kinds.get(kind, _nothing)(place)

    def written(self, node: Node) -> str:
        """The text of a node."""
        start, end = span(node)
        return self.text[start:end].decode()

    def replaced(self, operator: str, node: Node, text: str) -> Change:
        """A node put in another one's place."""
        return Change(operator, *span(node), text)

    def without(self, node: Node) -> Change:
        """A statement left out, with the semicolon that stands after its node."""
        start, end = span(node)
        return Change("statement", start, self.bare.index(b";", end) + 1, "{}")

    def between(self, operator: str, left: Node, right: Node, sign: str, other: str) -> Change:
        """Another sign between two operands."""
        after = span(left)[1]
        start = self.bare.index(sign.encode(), after, span(right)[0])
        return Change(operator, start, start + len(sign), other)

    def of_binary(self, place: Place) -> Iterator[Change]:
        node = place.node
        left, right, sign = node["leftExpression"], node["rightExpression"], node["operator"]
        if sign in RELATIONS:
            yield self.between("relational", left, right, sign, RELATIONS[sign])
            if sign in OPPOSITES and not _is_condition(place):
                yield self.between("relational", left, right, sign, OPPOSITES[sign])
        elif sign in CONNECTIVES:
            yield self.between("logical", left, right, sign, CONNECTIVES[sign])
            yield self.replaced("logical", node, self.written(left))
            yield self.replaced("logical", node, self.written(right))
        else:
            yield self.between("arithmetic", left, right, sign, ARITHMETIC[sign])
            if sign == "/":
                divisor = self.written(right)
                yield self.replaced("rounding", node, f"({self.written(left)} + ({divisor}) - 1) / {divisor}")

    def of_unary(self, place: Place) -> Iterator[Change]:
        node, sign = place.node, place.node["operator"]
        inner = self.written(node["subExpression"])
        if sign in STEPS:
            yield self.replaced("arithmetic", node, f"{STEPS[sign]}{inner}" if node["prefix"] else f"{inner}{STEPS[sign]}")
        elif sign in {"!", "-", "~"}:
            yield self.replaced("logical" if sign == "!" else "arithmetic", node, inner)

    def of_assignment(self, place: Place) -> Iterator[Change]:
        node, sign = place.node, place.node["operator"]
        if sign == "=":
            return
        left, right = node["leftHandSide"], node["rightHandSide"]
        yield self.between("arithmetic", left, right, sign, f"{ARITHMETIC[sign[:-1]]}=")
        yield self.between("arithmetic", left, right, sign, "=")

    def of_literal(self, place: Place) -> Iterator[Change]:
        node = place.node
        if node["kind"] == "bool":
            yield self.replaced("constant", node, "false" if node["value"] == "true" else "true")
        elif node["kind"] == "number" and INTEGER.match(node["typeDescriptions"]["typeString"]):
            for text in _neighbours(node["value"], self.written(node)):
                yield self.replaced("constant", node, text)

    def of_if(self, place: Place) -> Iterator[Change]:
        condition = place.node["condition"]
        yield self.replaced("condition", condition, "false")
        if not _only_reverts(place.node):
            yield self.replaced("condition", condition, "true")
        elif condition.get("operator") not in {"==", "!=", "!"}:  # turned round where the operator stands
            yield self.replaced("condition", condition, f"!({self.written(condition)})")

    def of_loop(self, place: Place) -> Iterator[Change]:
        condition = place.node.get("condition")
        if condition is not None:
            yield self.replaced("condition", condition, f"!({self.written(condition)})")

    def of_conditional(self, place: Place) -> Iterator[Change]:
        for branch in ("trueExpression", "falseExpression"):
            yield self.replaced("condition", place.node, self.written(place.node[branch]))

    def of_return(self, place: Place) -> Iterator[Change]:
        expression = place.node.get("expression")
        if expression is None:
            yield self.without(place.node)
        elif expression["nodeType"] != "Literal" and expression.get("operator") not in RELATIONS:
            other = _other_value(expression, self.written(expression))
            if other is not None:
                yield self.replaced("return", expression, other)

    def of_call(self, place: Place) -> Iterator[Change]:
        node = place.node
        if node["kind"] == "typeConversion" or node["names"]:
            return
        called = node["expression"].get("memberName") or node["expression"].get("name", "")
        if called not in COMMUTATIVE:
            yield from self._swaps(node["arguments"])
        holder = node["expression"].get("expression", {})
        if called in TWINS and holder.get("name") == "Math":
            _, end = span(node["expression"])
            yield Change("arithmetic", end - len(called), end, TWINS[called])

    def of_tuple(self, place: Place) -> Iterator[Change]:
        """Values given together; what they are given to is another tuple, and swapping both changes nothing."""
        if not (place.parent["nodeType"] == "Assignment" and place.parent["leftHandSide"] is place.node):
            yield from self._swaps([part for part in place.node["components"] if part is not None])

    def of_modifier(self, place: Place) -> Iterator[Change]:
        if place.node.get("kind") == "modifierInvocation":
            yield self.replaced("modifier", place.node, "")

    def of_yul_call(self, place: Place) -> Iterator[Change]:
        name = place.node["functionName"]["name"]
        if name in YUL_TWINS:
            yield self.replaced("assembly", place.node["functionName"], YUL_TWINS[name])
        elif name in {"eq", "iszero"}:
            yield self.replaced("assembly", place.node, f"iszero({self.written(place.node)})")
        elif name == "not":
            yield self.replaced("assembly", place.node, self.written(place.node["arguments"][0]))

    def of_yul_literal(self, place: Place) -> Iterator[Change]:
        if place.node["kind"] == "number":
            for text in _neighbours(place.node["value"], self.written(place.node)):
                yield self.replaced("assembly", place.node, text.strip("()"))

    def of_yul_if(self, place: Place) -> Iterator[Change]:
        for text in ("0", "1"):
            yield self.replaced("assembly", place.node["condition"], text)

    def _swaps(self, parts: list[Node]) -> Iterator[Change]:
        for left, right in itertools.pairwise(parts):
            first, second = self.written(left), self.written(right)
            if first != second and _type(left) == _type(right):
                (start, _), (_, end) = span(left), span(right)
                gap = self.text[span(left)[1] : span(right)[0]].decode()
                yield Change("swap", start, end, f"{second}{gap}{first}")


def _nothing(_: Place) -> Iterator[Change]:
    yield from ()


def _is_code(place: Place) -> bool:
    if place.node["nodeType"] == "ModifierInvocation" or place.inside("YulBlock"):
        return True
    if place.inside("ArrayTypeName") or place.inside("ErrorDefinition") or place.inside("EventDefinition"):
        return False
    return any(node["nodeType"] in CODE for node in place.above) or _is_constants_value(place)


def _is_constants_value(place: Place) -> bool:
    """Whether it is a part of what a state variable or a constant of a file is set to."""
    declared = place.inside("VariableDeclaration")
    value = declared and declared.get("value")
    return value is not None and any(node is value for node in (*place.above, place.node))


def _only_reverts(node: Node) -> bool:
    body = node["trueBody"]
    statements = body.get("statements", [body])
    return node.get("falseBody") is None and len(statements) == 1 and statements[0]["nodeType"] == "RevertStatement"


def _is_guards_body(place: Place) -> bool:
    """Whether it is all that an `if` does: the condition that never holds says the same."""
    for holder, body in zip(reversed(place.above), (place.node, place.parent), strict=False):
        if holder["nodeType"] == "IfStatement":
            alone = body is place.node or len(body["statements"]) == 1
            return alone and holder.get("falseBody") is None and holder["trueBody"] is body
        if holder["nodeType"] != "Block":
            return False
    return False


def _is_loops_step(place: Place) -> bool:
    return place.parent["nodeType"] == "ForStatement" and place.parent.get("loopExpression") is place.node


def _is_condition(place: Place) -> bool:
    """Whether this relation alone decides, so that what happens in the opposite case is made from the statement that asks."""
    return place.parent.get("condition") is place.node


def _neighbours(value: str, written: str) -> list[str]:
    """The numbers beside a literal, written like it."""
    if value.startswith("0x"):
        digits = len(value) - 2
        found = (int(value, 16) + step for step in (1, -1))
        return [f"0x{number:0{digits}x}" for number in found if 0 <= number < 16**digits]
    number = value.replace("_", "")
    if not number.isdecimal():  # 1e18, 0.5 ether
        return [f"({written} + 1)"]
    if number == written.replace("_", ""):
        return [str(int(number) + 1), *([str(int(number) - 1)] if int(number) else [])]
    return [f"({written} + 1)", f"({written} - 1)"]


def _other_value(expression: Node, written: str) -> str | None:
    kind = _type(expression)
    if kind == "bool":
        return f"!({written})"
    if INTEGER.match(kind):
        return "0"
    if kind == "address" or re.fullmatch(r"bytes\d+", kind):
        return f"{kind}(0)"
    return None


def _type(node: Node) -> str:
    return str(node["typeDescriptions"]["typeString"])
