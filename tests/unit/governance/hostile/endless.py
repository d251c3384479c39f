"""Laws that load, and then take all the time or the memory that they can get: each is stopped when it is asked."""

from __future__ import annotations

MET = "decide(_, met, [x])"
# A term that is small in memory and vast when written out or compared cell by cell.
VAST = "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n"
# A term that is as deep as it is large.
DEEP = "deep(0, T, T) :- !.\ndeep(N, T, S) :- M is N - 1, deep(M, f(T), S).\n"
# Many terms of which any two of different origin are told apart at their end alone.
ALIKE = (
    "pair(0, _, []) :- !.\npair(N, P, [f(P, N)|L]) :- M is N - 1, pair(M, P, L).\n"
    "mix([], [], []).\nmix([A|X], [B|Y], [A, B|Z]) :- mix(X, Y, Z).\n"
    "alike(L, Q) :- findall(a, between(1, 50_000, _), P), findall(a, between(1, 50_000, _), Q),\n"
    "    pair(2_000, P, A), pair(2_000, Q, B), mix(A, B, L).\n"
)
RING = "X = [a|X]"
WIDE = "".join(f"p(f({','.join([str(n)] * 250)})).\n" for n in range(60))

# name: (text, the error that asking it ends in)
STOPPED: dict[str, tuple[str, str]] = {
    "loop": (f"loop :- loop.\n{MET} :- loop.", "LawLimit"),
    "loop of two": (f"a :- b.\nb :- a.\n{MET} :- a.", "LawLimit"),
    "loop behind a cut": (f"a :- !, a.\n{MET} :- a.", "LawLimit"),
    "loop in a condition": (f"a :- a.\n{MET} :- ( a -> true ; true ).", "LawLimit"),
    "loop under negation": (f"a :- a.\n{MET} :- \\+ a.", "LawLimit"),
    "loop in once": (f"a :- a.\n{MET} :- once(a).", "LawLimit"),
    "loop in forall": (f"a :- a.\n{MET} :- forall(a, true).", "LawLimit"),
    "loop in findall": (f"a :- a.\n{MET} :- findall(x, a, _).", "LawLimit"),
    "left recursion": ("decide(A, B, C) :- decide(A, B, C), true.", "LawLimit"),
    "recursion through the citation": ("decide(A, B, C) :- once(decide(A, B, C)).", "LawLimit"),
    "endless choices": (f"p.\np :- p.\n{MET} :- p, fail.", "LawLimit"),
    "endless answers": (f"p.\np :- p.\n{MET} :- p, X = 1, X > 1.", "LawLimit"),
    "choices multiplied": (f"p(1).\np(2).\n{MET} :- {','.join(['p(_)'] * 30)}, fail.", "LawLimit"),
    "tower of findalls": (f"{MET} :- {'findall(x, (between(1, 9, _), ' * 20}fail{'), _)' * 20}.", "LawLimit"),
    "tower of foralls": (f"{MET} :- {'forall(between(1, 9, _), ' * 20}true{')' * 20}.", "LawLimit"),
    "Ackermann": (
        (
            "a(0, N, R) :- !, R is N + 1.\na(M, 0, R) :- !, L is M - 1, a(L, 1, R).\n"
            f"a(M, N, R) :- K is N - 1, a(M, K, S), L is M - 1, a(L, S, R).\n{MET} :- a(4, 4, _)."
        ),
        "LawLimit",
    ),
    "Fibonacci": (
        f"f(N, 1) :- N < 2, !.\nf(N, R) :- A is N - 1, B is N - 2, f(A, X), f(B, Y), R is X + Y.\n{MET} :- f(60, _).",
        "LawLimit",
    ),
    "counting for ever": (f"{MET} :- between(1, inf, _), fail.", "LawLimit"),
    "counting far": (f"{MET} :- between(1, 1_000_000_000_000, X), X < 0.", "LawLimit"),
    "endless answers collected": (f"{MET} :- findall(X, between(1, inf, X), _).", "LawLimit"),
    "lists of lists collected": (
        f"{MET} :- findall(L, ( between(1, inf, _), findall(X, between(1, 10_000, X), L) ), _).",
        "LawLimit",
    ),
    "long lists collected": (f"{MET} :- length(L, 100_000), findall(L, between(1, inf, _), _).", "LawLimit"),
    "large terms collected": (f"{VAST}{MET} :- vast(16, _, T), findall(T, between(1, inf, _), _).", "LawLimit"),
    "growing term": (f"grow(X) :- grow(f(X, X, X, X)).\n{MET} :- grow(a).", "LawLimit"),
    "growing list": (f"grow(X) :- grow([X|X]).\n{MET} :- grow([]).", "LawLimit"),
    "growing at the end": (f"grow([a|T]) :- grow(T).\n{MET} :- grow(_).", "LawLimit"),
    "growing in wide terms": (f"grow(X) :- grow(f({','.join(['X'] * 500)})).\n{MET} :- grow(a).", "LawLimit"),
    "deep recursion": (f"deep(X) :- deep([a|X]), true.\n{MET} :- deep([]).", "LawLimit"),
    "many choice points": (f"p(_).\np(_).\ng :- p(_), g.\n{MET} :- g.", "LawLimit"),
    "trail of bindings": (f"g(L) :- ( L = [_|T] ; L = [] ), g(T).\n{MET} :- g(_).", "LawLimit"),
    "many variables kept": (f"g(L) :- length(M, 1_000), g([M|L]).\n{MET} :- g([]).", "LawLimit"),
    "rubbish for the collector": (f"{DEEP}g :- deep(1_000, a, _), fail.\ng :- g.\n{MET} :- g.", "LawLimit"),
    "rubbish kept alive": (f"{DEEP}g(L) :- deep(1_000, a, X), g([X|L]).\n{MET} :- g([]).", "LawLimit"),
    "list doubled for ever": (f"g(L) :- append(L, L, M), g(M).\n{MET} :- g([a]).", "LawLimit"),
    "list turned for ever": (f"g(L) :- reverse(L, M), g([a|M]).\n{MET} :- g([]).", "LawLimit"),
    "long list at once": (f"{MET} :- length(_, 100_000_000).", "LawLimit"),
    "list of no measure": (f"{MET} :- length(_, {2**70}).", "LawLimit"),
    "lists of all lengths": (f"{MET} :- length(_, N), N < 0.", "LawLimit"),
    "long lists one after the other": (f"g :- length(_, 300_000), fail.\ng :- g.\n{MET} :- g.", "LawLimit"),
    "all ways to part a list": (f"{MET} :- append(X, [a], Y), X == Y.", "LawLimit"),
    "all members of no list": (f"{MET} :- member(x, L), L = [].", "LawLimit"),
    "all places of no list": (f"{MET} :- nth0(N, _, x), N < 0.", "LawLimit"),
    "last of no list": (f"{MET} :- last(L, x), L = [].", "LawLimit"),
    "sorting for ever": (f"{MET} :- findall(X, between(1, 100_000, X), L), s(L).\ns(L) :- msort(L, M), s(M).", "LawLimit"),
    "sorting what is alike": (f"{ALIKE}{MET} :- alike(L, _), msort(L, _).", "LawLimit"),
    "sorting what is alike by a key": (f"{ALIKE}{MET} :- alike(L, _), sort(1, @>=, L, _).", "LawLimit"),
    "sorting what is alike, and once": (f"{ALIKE}{MET} :- alike(L, _), sort(L, _).", "LawLimit"),
    "looking for what is alike": (f"{ALIKE}{MET} :- alike(L, Q), memberchk(f(Q, z), L).", "LawLimit"),
    "trying what is alike": (f"{ALIKE}{MET} :- alike(L, Q), member(f(Q, z), L).", "LawLimit"),
    "unifying in vain": (
        f"g(A, B) :- A \\= B, fail.\ng(A, B) :- g(A, B).\n{MET} :- length(A, 150_000), length(B, 150_000), g([A|1], [B|2]).",
        "LawLimit",
    ),
    "comparing in vain": (
        (
            f"g(A, B) :- A == B, g(A, B).\n"
            f"{MET} :- findall(a, between(1, 100_000, _), A), findall(a, between(1, 100_000, _), B), g(A, B)."
        ),
        "LawLimit",
    ),
    "asking for ground in vain": (
        f"g(A) :- ground(A), g(A).\n{MET} :- findall(a, between(1, 200_000, _), A), g(A).",
        "LawLimit",
    ),
    "measuring in vain": (f"g(A) :- length(A, _), g(A).\n{MET} :- findall(a, between(1, 200_000, _), A), g(A).", "LawLimit"),
    "far place in a ring": (f"{MET} :- {RING}, nth0(1_000_000_000_000, X, _).", "LawLimit"),
    "far place in a ring, counted from one": (f"{MET} :- {RING}, nth1(1_000_000_000_000, X, _).", "LawLimit"),
    "place beyond all in a ring": (f"{MET} :- {RING}, nth1({2**100}, X, _).", "LawLimit"),
    "looking in a ring": (f"{MET} :- {RING}, memberchk(b, X).", "LawLimit"),
    "trying a ring": (f"{MET} :- {RING}, member(b, X).", "LawLimit"),
    "end of a ring": (f"{MET} :- {RING}, last(X, _).", "LawLimit"),
    "ring appended": (f"{MET} :- {RING}, append(X, [b], _).", "LawLimit"),
    "ring turned": (f"{MET} :- {RING}, reverse(X, _).", "LawLimit"),
    "ring walked": (f"w([_|T]) :- w(T).\n{MET} :- {RING}, w(X).", "LawLimit"),
    "length of a ring": (f"{MET} :- {RING}, length(X, _).", "LawError"),
    "ring sorted": (f"{MET} :- {RING}, msort(X, _).", "LawError"),
    "vast term to count to": (f"{VAST}{MET} :- vast(60, a, T), between(T, 1, _).", "LawError"),
    "vast term for a list": (f"{VAST}{MET} :- vast(60, a, T), length([a|T], _).", "LawError"),
    "vast term for a key": (f"{VAST}{MET} :- vast(60, a, T), sort(T, @<, [a], _).", "LawError"),
    "vast term for a place": (f"{VAST}{MET} :- vast(60, a, T), nth0(T, [a], _).", "LawError"),
    "deep term to count to": (f"{DEEP}{MET} :- deep(60_000, a, T), between(T, 1, _).", "LawError"),
    "index of many arguments": (
        "".join(f"p({','.join(f'a{n * k % 97}' for k in range(1, 11))}).\n" for n in range(700))
        + "q([]).\n"
        + "".join(f"q(N{n}) :- p({','.join('_' if k != n else f'N{n}' for k in range(10))}), fail.\n" for n in range(10))
        + f"g :- between(0, 96, N), q(N), fail.\ng :- g.\n{MET} :- g.",
        "LawLimit",
    ),
    "index of deep lists": (
        "".join(f"p([a,b,c,[d,e,f{n}]|_]).\n" for n in range(2_000)) + f"g :- p([a,b,c,[d,e,x]]).\ng :- g.\n{MET} :- g.",
        "LawLimit",
    ),
    "index of wide terms": (
        WIDE + f"g :- p(f({','.join(['_'] * 250)})), fail.\ng :- g.\n{MET} :- g.",
        "LawLimit",
    ),
    "trap for one case alone": (
        (
            "decide(case(_, _, _, _, _), met, [x]) :- fail.\n"
            f"loop :- loop.\ndecide(case(S, _, _, _, _), met, [x]) :- S =:= 1_000, {RING}, nth0(1_000_000_000_000, X, _)."
        ),
        "LawLimit",
    ),
}
