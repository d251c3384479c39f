"""Laws that load and end, with an answer that is no verdict, or with two: each is told from the others, and none settles."""

from __future__ import annotations

MET = "decide(_, met, [x])"
# A term that is small in memory and vast when written out or compared cell by cell.
VAST = "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n"
DEEP = "deep(0, T, T) :- !.\ndeep(N, T, S) :- M is N - 1, deep(M, f(T), S).\n"

# name: (text, the error that asking it ends in)
STOPPED: dict[str, tuple[str, str]] = {
    "no verdict": (f"{MET} :- fail.", "LawFailed"),
    "no verdict behind a cut": (f"{MET} :- !, fail.\n{MET}.", "LawFailed"),
    "type that never holds": (f"{MET} :- atom(1).", "LawFailed"),
    "two verdicts": (f"{MET}.\ndecide(_, insufficient_data, [x]).", "LawConflict"),
    "two credits": ("decide(_, breach(1, 5, 0), [x]).\ndecide(_, breach(1, 6, 0), [x]).", "LawConflict"),
    "two verdicts by choice": ("decide(_, V, [x]) :- member(V, [met, insufficient_data]).", "LawConflict"),
    "vast clause": (f"{VAST}decide(_, met, [T]) :- vast(60, a, T).", "LawMisstated"),
    "vast clause, unbound": (f"{VAST}decide(_, met, [T]) :- vast(60, _, T).", "LawMisstated"),
    "vast verdict": (f"{VAST}decide(_, T, [x]) :- vast(18, a, T).", "LawMisstated"),
    "vast verdict, unbound": (f"{VAST}decide(_, T, [x]) :- vast(60, _, T).", "LawMisstated"),
    "deep verdict": (f"{DEEP}decide(_, T, [x]) :- deep(60_000, a, T).", "LawMisstated"),
    "deep clause": (f"{DEEP}decide(_, met, [T]) :- deep(60_000, a, T).", "LawMisstated"),
    "cyclic clause": ("decide(_, met, [X]) :- X = f(X).", "LawMisstated"),
    "cyclic list of clauses": ("decide(_, met, X) :- X = [a|X].", "LawMisstated"),
    "cyclic verdict": ("decide(_, X, [a]) :- X = breach(X, X, X).", "LawMisstated"),
    "long clause": (f"decide(_, met, [{'a' * 60_000}]).", "LawMisstated"),
    "long list of clauses": (f"decide(_, met, [{','.join(['a'] * 10_000)}]).", "LawMisstated"),
    "clause of many words": (f"decide(_, met, [a({','.join(['a'] * 9)})]).", "LawMisstated"),
    "clause in a clause": ("decide(_, met, [a(b(c))]).", "LawMisstated"),
    "text for a clause": ('decide(_, met, ["x"]).', "LawMisstated"),
    "fraction for a clause": ("decide(_, met, [a(1r3)]).", "LawMisstated"),
    "no clauses": ("decide(_, met, []).", "LawMisstated"),
    "open clause": ("decide(_, met, [_]).", "LawMisstated"),
    "open clauses": ("decide(_, met, _).", "LawMisstated"),
    "open list of clauses": ("decide(_, met, [x|_]).", "LawMisstated"),
    "word for clauses": ("decide(_, met, x).", "LawMisstated"),
    "number for a clause": ("decide(_, met, [1]).", "LawMisstated"),
    "unknown verdict": ("decide(_, yes, [x]).", "LawMisstated"),
    "verdict in a text": ('decide(_, "met", [x]).', "LawMisstated"),
    "verdict by another name": ("decide(_, m\u0435t, [x]).", "LawMisstated"),
    "open verdict": ("decide(_, _, [x]).", "LawMisstated"),
    "open credit": ("decide(_, breach(1, _, 0), [x]).", "LawMisstated"),
    "credit above the whole": ("decide(_, breach(1, 10001, 0), [x]).", "LawMisstated"),
    "credit beyond all": (f"decide(_, breach(1, {2**255}, 0), [x]).", "LawMisstated"),
    "credit that turns round": (f"decide(_, breach(1, {2**64 + 5}, 0), [x]).", "LawMisstated"),
    "credit in a fraction": ("decide(_, breach(1, 1r3, 0), [x]).", "LawMisstated"),
    "slash above the whole": ("decide(_, breach(1, 0, 10001), [x]).", "LawMisstated"),
    "credit below nothing": ("decide(_, breach(1, -1, 0), [x]).", "LawMisstated"),
    "tier beyond its byte": ("decide(_, breach(256, 0, 0), [x]).", "LawMisstated"),
    "credit in words": ("decide(_, breach(1, ten, 0), [x]).", "LawMisstated"),
    "credit not worked out": ("decide(_, breach(1, 5 + 5, 0), [x]).", "LawMisstated"),
    "breach of four": ("decide(_, breach(1, 0, 0, 0), [x]).", "LawMisstated"),
    "unsound second answer": (f"{MET}.\ndecide(_, breach(1, 10001, 0), [x]).", "LawMisstated"),
}
