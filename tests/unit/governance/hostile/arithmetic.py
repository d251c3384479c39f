"""Laws that compute what no law may: too much, inexactly, by chance, or through a term that they build themselves."""

from __future__ import annotations

MET = "decide(_, met, [x])"
# A term that is small in memory and vast when written out or compared cell by cell.
VAST = "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n"


def tree(leaves: int, sign: str) -> str:
    """An expression over X that is shallow although it is long."""
    return "X" if leaves == 1 else f"({tree(leaves // 2, sign)}{sign}{tree(leaves - leaves // 2, sign)})"


MANY = "(" + "*".join(["X"] * 90) + ")"

# name: (text, line and column where they matter, words of the complaint)
REFUSED: dict[str, tuple[str, str | None, str]] = {
    "power": (f"{MET} :- X is 7 ** (7 ** 9), X > 1.", "1:24", r"\(\*\*\)/2 is no function"),
    "caret": (f"{MET} :- X is 7 ^ 9, X > 1.", "1:24", r"\^\)?/2 is no function"),
    "shift": (f"{MET} :- X is 1 << 1000000000, X > 1.", "1:24", r"\(<<\)/2 is no function"),
    "random": (f"{MET} :- X is random(2), X =:= 1.", "1:24", "random/1 is no function"),
    "clock": (f"{MET} :- X is cputime, X > 1.", "1:24", "cputime/0 is no function"),
    "division to a float": (f"{MET} :- X is 3 / 2, X > 1.", "1:24", r"\(/\)/2 is no function"),
    "float computed": (f"{MET} :- X is 1.5 * 2, X > 1.", "1:24", "1.5 is no number"),
    "float as datum": ("decide(_, breach(1, 0.5, 0), [x]).", "1:1", "0.5 is no whole number"),
    "infinity": (f"{MET} :- X is inf, X > 1.", "1:24", "inf/0 is no function"),
    "not a number": (f"{MET} :- 1.5NaN > 1.", "1:24", "no number"),
    "vast number": (f"decide(_, met, [{'9' * 60_000}]).", "1:1", "256 bits"),
    "greatest common divisor": (f"{MET} :- X is gcd(4, 6), X > 1.", "1:24", "gcd/2 is no function"),
    "rational division": (f"{MET} :- X is 1 rdiv 3, X > 1.", "1:24", "rdiv.?/2 is no function"),
    "highest bit": (f"{MET} :- X is msb(8), X > 1.", "1:24", "msb/1 is no function"),
    "cotangent": (f"{MET} :- X is cot(1), X > 1.", "1:24", "cot/1 is no function"),
    "square root": (f"{MET} :- X is sqrt(4), X > 1.", "1:24", "sqrt/1 is no function"),
    "exclusive or": (f"{MET} :- X is 1 xor 2, X > 1.", "1:24", "xor.?/2 is no function"),
    "bits turned": (f"{MET} :- X is \\ 1, X > 1.", "1:24", r"is no function"),
    "shift right": (f"{MET} :- X is 8 >> 1, X > 1.", "1:24", r"\(>>\)/2 is no function"),
    "power modulo": (f"{MET} :- X is powm(2, 3, 5), X > 1.", "1:24", "powm/3 is no function"),
    "real time": (f"{MET} :- X is realtime, X > 1.", "1:24", "realtime/0 is no function"),
    "random float": (f"{MET} :- X is random_float, X > 1.", "1:24", "random_float/0 is no function"),
    "largest integer": (f"{MET} :- X is max_tagged_integer, X > 1.", "1:24", "max_tagged_integer/0 is no function"),
    "circle": (f"{MET} :- X is pi, X > 1.", "1:24", "pi/0 is no function"),
    "truncated": (f"{MET} :- X is truncate(1), X > 1.", "1:24", "truncate/1 is no function"),
    "evaluated twice": (f"{MET} :- X is eval(1), X > 1.", "1:24", "eval/1 is no function"),
    "character for a number": (f'{MET} :- X is "a", X > 1.', "1:24", "no expression"),
    "list for a number": (f"{MET} :- X is [1], X > 1.", "1:24", "is no function"),
    "list with a tail": (f"{MET} :- X is [_|_], X > 1.", "1:24", "is no function"),
    "codes for a number": (f"{MET} :- X is `a`, X > 1.", "1:24", "is no function"),
    "atom for a number": (f"{MET} :- X is e, X > 1.", "1:24", "e/0 is no function"),
    "user's function": (f"{MET} :- X is foo(1), X > 1.", "1:24", "foo/1 is no function"),
    "power in a comparison": (f"{MET} :- 2 ** 100 > 1.", "1:24", r"\(\*\*\)/2 is no function"),
    "random in a comparison": (f"{MET} :- random(6) =:= 1.", "1:24", "random/1 is no function"),
    "power deep in an expression": (f"{MET} :- X is 1 + max(2, 3 - (4 ** 5)), X > 1.", "1:24", r"\(\*\*\)/2 is no function"),
    "power under a negation": (f"{MET} :- \\+ 2 ** 100 > 1.", "1:27", r"\(\*\*\)/2 is no function"),
    "power in a findall": (f"{MET} :- findall(X, X is 2 ** 9, _).", "1:35", r"\(\*\*\)/2 is no function"),
    "fraction in an expression": (f"{MET} :- X is 1r3 + 1, X > 1.", "1:24", "1r3 is no number"),
    "vast fraction": (f"{MET} :- X = 1r{'9' * 30_000}, X > 1.", "1:1", "256 bits"),
    "vast numerator": (f"{MET} :- X = {'9' * 30_000}r7, X > 1.", "1:1", "256 bits"),
    "vast hexadecimal": (f"{MET} :- X = 0x{'f' * 60_000}, X > 1.", "1:1", "256 bits"),
    "one bit too many": (f"{MET} :- X = {2**256}, X > 1.", "1:1", "256 bits"),
    "one bit too many below": (f"{MET} :- X = -{2**256}, X < 1.", "1:1", "256 bits"),
    "vast float": (f"{MET} :- X = 1, X < 1.0e300.", "1:35", "would be rounded"),
    "float that is nothing": (f"{MET} :- X = 1, X > 1.0e-400.", "1:35", "would be rounded"),
    "decimal that is read as a whole": (f"{MET} :- X = 1, X =< 0.99999999999999999999.", "1:36", "would be rounded"),
    "decimal of sixteen digits": (f"{MET} :- X = 1, X < 1_234_567.890_123_456.", "1:35", "would be rounded"),
    "infinite float": (f"{MET} :- X = 1, X < 1.0Inf.", "1:31", "no number"),
    "float hidden in a term": (f"{MET} :- X = f(g([1.5])), nonvar(X).", "1:1", "1.5 is no whole number"),
    "product of many": (f"{MET} :- X = 2, Y is {'*'.join([MANY] * 3)}, Y > 1.", None, "more than 256 operands"),
    "sum of many": (f"{MET} :- X is {tree(2_000, '+')}, X > 1.", None, "more than 256 operands"),
    "product of products": (f"{MET} :- X = 2, {tree(5_000, '*')} > 1.", None, "more than 256 operands"),
}

# name: (text, the error that asking it ends in)
STOPPED: dict[str, tuple[str, str]] = {
    "power smuggled in a term": (f"{MET} :- E = 7 ** (7 ** 9), X is E, X > 1.", "LawError"),
    "power smuggled into a comparison": (f"{MET} :- E = 7 ** (7 ** 9), E > 1.", "LawError"),
    "power smuggled deeper": (f"{MET} :- E = 7 ** (7 ** 9), X is 1 + E, X > 1.", "LawError"),
    "power smuggled through a predicate": (f"p(7 ** (7 ** 9)).\n{MET} :- p(E), X is E, X > 1.", "LawError"),
    "power smuggled through a list": (f"{MET} :- member(E, [7 ** (7 ** 9)]), E > 1.", "LawError"),
    "power smuggled into a findall": (f"{MET} :- E = 7 ** (7 ** 9), findall(X, X is E, _).", "LawError"),
    "power smuggled into a forall": (f"{MET} :- E = 7 ** (7 ** 9), forall(true, E > 1).", "LawError"),
    "power smuggled under a negation": (f"{MET} :- E = 7 ** (7 ** 9), \\+ E > 1.", "LawError"),
    "shift smuggled": (f"{MET} :- E = 1 << 100000000000, X is E, X > 1.", "LawError"),
    "random smuggled": (f"{MET} :- E = random(6), X is E, X > 1.", "LawError"),
    "clock smuggled": (f"{MET} :- E = cputime, X is E, X > 1.", "LawError"),
    "list smuggled": (f"{MET} :- E = [1], X is E, X > 1.", "LawError"),
    "character smuggled": (f'{MET} :- E = "a", X is E, X > 1.', "LawError"),
    "float smuggled through a division": (f"{MET} :- E = 1 / 3, X is E, X > 1.", "LawError"),
    "cyclic expression": (f"{MET} :- E = 1 + E, X is E, X > 1.", "LawError"),
    "cyclic expression compared": (f"{MET} :- E = 1 + E, E > 1.", "LawError"),
    "product of all that is large": (f"p(X) :- Y is {tree(250, '*')}, Y > 1.\n{MET} :- p({2**255}).", "LawLimit"),
    "one bit too many computed": (f"{MET} :- X is {2**256 - 1} + 1, X > 1.", "LawLimit"),
    "one bit too many below, computed": (f"{MET} :- X is -{2**256 - 1} - 1, X < 1.", "LawLimit"),
    "squares for ever": (f"sq(X) :- Y is X * X, sq(Y).\n{MET} :- sq(7).", "LawLimit"),
    "factorial": (f"f(N, A) :- B is A * N, M is N + 1, f(M, B).\n{MET} :- f(1, 1).", "LawLimit"),
    "division by nothing": (f"{MET} :- X is 1 // 0, X > 1.", "LawError"),
    "remainder of nothing": (f"{MET} :- X is 1 mod 0, X > 1.", "LawError"),
    "division by nothing in a comparison": (f"{MET} :- 1 div 0 > 1.", "LawError"),
    "sum of the unbound": (f"{MET} :- X is _ + 1, X > 1.", "LawError"),
    "comparison with the unbound": (f"{MET} :- X > 1, X = 2.", "LawError"),
    "sum of a text": (f'{MET} :- T = "1", X is T + 1, X > 1.', "LawError"),
    "fraction computed": (f"{MET} :- X = 1r3, Y is X * 2, Y > 1.", "LawError"),
    "sum of a vast term": (f"{VAST}{MET} :- vast(60, a, T), X is T + 1, X > 1.", "LawError"),
}
