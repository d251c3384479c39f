"""Laws for routing, and for amendments, that loop, err or answer nonsense: none of them routes anything, or permits it."""

from __future__ import annotations

MAY = "route_inference(_, _)."
LOOP = "loop :- loop.\n"

# name: (text, line and column where they matter, words of the complaint)
REFUSED: dict[str, tuple[str, str | None, str]] = {
    "halt while routing": ("route_inference(_, _) :- halt.", "1:26", "halt/0"),
    "goal in a provider": ("route_inference(_, P) :- P.", "1:26", "may not be a variable"),
    "call of a provider": ("route_inference(_, P) :- call(P).", "1:26", "call/1"),
    "fact forged": (f"provider_compliant(_, hipaa).\n{MAY}", "1:1", "provider_compliant/2 may not be defined"),
    "fact forged by a rule": (f"data_classification(_, public) :- true.\n{MAY}", "1:1", "data_classification/2 may not be"),
    "fact asserted": ("route_inference(R, _) :- assertz(data_classification(R, public)).", "1:26", "assertz/1"),
    "fact retracted": (f"{MAY}\nblock_provider(_, _) :- retract(provider_name(_, _)).", "2:25", "retract/1"),
    "fact of another module": ("route_inference(_, P) :- surety_facts:provider_name(P, _).", "1:26", r"\(:\)/2"),
    "request set": ("route_inference(_, _) :- b_setval(surety_request, x).", "1:26", "b_setval/2"),
    "citation forged": (f"'$cite'(route_inference(_, _), 1, 1).\n{MAY}", "1:1", "may not be defined"),
    "price computed with a fraction": (
        "route_inference(_, P) :- provider_spot_price(P, X), Y is X / 2, Y < 1.",
        "1:53",
        r"\(/\)/2 is no function",
    ),
    "strategy by directive": (f":- set_strategy(cost_first).\n{MAY}", "1:1", "directives"),
    "no route": ("block_provider(_, _).", "1:1", "route_inference/2 is missing"),
    "route of three": ("route_inference(_, _, _).", "1:1", "route_inference/2 is missing"),
    "amendment that halts": (f"{MAY}\npermit_amendment(_) :- halt.", "2:24", "halt/0"),
    "amendment in a variable": (f"{MAY}\naccept_establishment(A) :- A.", "2:28", "may not be a variable"),
    "notice forged": (f"{MAY}\namendment_notice_s(_, 9).", "2:1", "amendment_notice_s/2 may not be defined"),
}

# name: (text, the error that routing by it ends in)
STOPPED: dict[str, tuple[str, str]] = {
    "route that loops": (f"{LOOP}route_inference(_, _) :- loop.", "LawLimit"),
    "block that loops": (f"{LOOP}{MAY}\nblock_provider(_, _) :- loop.", "LawLimit"),
    "preference that loops": (f"{LOOP}{MAY}\nprefer_provider(_, _) :- loop.", "LawLimit"),
    "residency that loops": (f"{LOOP}{MAY}\nenforce_residency(_) :- loop.", "LawLimit"),
    "block that grows": (f"{MAY}\nblock_provider(R, P) :- block_provider(f(R, R), [P|R]).", "LawLimit"),
    "block that errs": (f"{MAY}\nblock_provider(_, P) :- provider_name(P, N), N > 1.", "LawError"),
    "route that errs": ("route_inference(R, _) :- country(R, C), C > 1.", "LawError"),
    "preference that errs": (f"{MAY}\nprefer_provider(_, P) :- provider_region(P, X), X < 1.", "LawError"),
    "residency that errs": (f"{MAY}\nenforce_residency(R) :- country(R, C), C > 1.", "LawError"),
    "error behind a permission": ("route_inference(_, P) :- provider_p95_ms(P, L), L // 0 =:= L ; true.", "LawError"),
    "power in a price": ("route_inference(_, _) :- E = 7 ** (7 ** 9), E > 1.", "LawError"),
    "route of all ways to part a list": ("route_inference(_, _) :- append(X, [a], Y), X == Y.", "LawLimit"),
    "ring in a route": ("route_inference(_, _) :- X = [a|X], nth0(1_000_000_000_000, X, _).", "LawLimit"),
    "strategy that loops": (f"{LOOP}{MAY}\nstrategy(_, _) :- loop.", "LawLimit"),
    "strategies without end": (f"{MAY}\nstrategy(R, S) :- strategy(R, S).\nstrategy(_, cost_first).", "LawLimit"),
    "strategy that errs": (f"{MAY}\nstrategy(R, cost_first) :- country(R, C), C > 1.", "LawError"),
    "strategy that nobody knows": (f"{MAY}\nstrategy(_, cheapest).", "LawMisstated"),
    "strategy in a text": (f'{MAY}\nstrategy(_, "cost_first").', "LawMisstated"),
    "open strategy": (f"{MAY}\nstrategy(_, _).", "LawMisstated"),
    "vast strategy": (
        "vast(0, A, A) :- !.\nvast(N, A, f(T, T)) :- M is N - 1, vast(M, A, T).\n" + f"{MAY}\nstrategy(_, S) :- vast(60, _, S).",
        "LawMisstated",
    ),
    "cyclic strategy": (f"{MAY}\nstrategy(_, S) :- S = f(S).", "LawMisstated"),
    "two strategies": (f"{MAY}\nstrategy(_, cost_first).\nstrategy(_, sla_first).", "LawConflict"),
    "facts asked for ever": ("route_inference(R, P) :- provider_name(P, _), route_inference(R, P).", "LawLimit"),
    "facts for no one": (f"g :- provider_compliant(_, gdpr), g.\n{MAY}\nblock_provider(_, _) :- g.", "LawLimit"),
}
