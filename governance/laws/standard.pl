% The standard law: uptime tiers and a P95 ceiling; the credit is the larger of the two clauses.
%
%   decide(+Case, -Verdict, -Clauses)
%
%   Case     case(Samples, Uptime, Attained, Coverage, Terms)
%            Uptime, Attained and Coverage are share(Good, All): counts, never rounded.
%   Terms    terms(Objective, Tiers, Latency, MinimumCoverage, MinimumSamples)
%            Tiers are tier(Number, AtOrAbove, Below, CreditBps, SlashBps), mildest first; AtOrAbove =< uptime < Below.
%            Latency is latency(CeilingMs, Attainment, CreditBps), or none.
%   Verdict  met, insufficient_data, or breach(Tier, CreditBps, SlashBps); Tier is 0 where uptime met its objective.
%
% Every figure comes from the terms. Shares are compared by cross-multiplication, so nothing is ever rounded.

decide(Case, Verdict, Clauses) :-
    shortages(Case, Shortages),
    judge(Shortages, Case, Verdict, Clauses).

judge([Shortage|More], _, insufficient_data, [Shortage|More]).
judge([], Case, Verdict, Clauses) :-
    uptime(Case, Uptime),
    latency(Case, Latency),
    verdict(Uptime, Latency, Verdict, Clauses).


% What is missing to judge at all.

shortages(Case, Shortages) :-
    findall(Shortage, shortage(Case, Shortage), Shortages).

shortage(case(_, share(_, 0), _, _, _), nothing_counted).
shortage(case(Samples, _, _, _, terms(_, _, _, _, Minimum)), insufficient_samples) :-
    Samples < Minimum.
shortage(case(_, _, _, Coverage, terms(_, _, _, Minimum, _)), insufficient_coverage) :-
    \+ covered(Coverage, Minimum).

covered(_, share(0, _)).
covered(share(Seen, Slots), Minimum) :-
    Slots > 0,
    at_least(share(Seen, Slots), Minimum).


% Uptime: kept, or broken in exactly one tier.

uptime(case(_, Uptime, _, _, terms(Objective, _, _, _, _)), kept) :-
    at_least(Uptime, Objective).
uptime(case(_, Uptime, _, _, terms(Objective, Tiers, _, _, _)), broken(Tier, CreditBps, SlashBps)) :-
    below(Uptime, Objective),
    member(tier(Tier, AtOrAbove, Below, CreditBps, SlashBps), Tiers),
    at_least(Uptime, AtOrAbove),
    below(Uptime, Below).


% Latency: P95 is at most the ceiling exactly when that share of the ok samples is. Without an ok sample nothing was late:
% such a period is uptime's to judge.

latency(case(_, _, _, _, terms(_, _, none, _, _)), unjudged).
latency(case(_, _, share(_, 0), _, terms(_, _, latency(_, _, _), _, _)), unjudged).
latency(case(_, _, share(Within, Ok), _, terms(_, _, latency(_, Attainment, _), _, _)), kept) :-
    Ok > 0,
    at_least(share(Within, Ok), Attainment).
latency(case(_, _, share(Within, Ok), _, terms(_, _, latency(_, Attainment, CreditBps), _, _)), broken(CreditBps)) :-
    Ok > 0,
    below(share(Within, Ok), Attainment).


verdict(kept, unjudged, met, [objective_met]).
verdict(kept, kept, met, [objective_met, p95_met]).
verdict(kept, broken(CreditBps), breach(0, CreditBps, 0), [p95_ceiling]).
verdict(broken(Tier, CreditBps, SlashBps), unjudged, breach(Tier, CreditBps, SlashBps), [uptime_tier(Tier)]).
verdict(broken(Tier, CreditBps, SlashBps), kept, breach(Tier, CreditBps, SlashBps), [uptime_tier(Tier)]).
verdict(broken(Tier, UptimeBps, SlashBps), broken(LatencyBps), breach(Tier, CreditBps, SlashBps),
        [uptime_tier(Tier), p95_ceiling]) :-
    CreditBps is max(UptimeBps, LatencyBps).


at_least(share(Good, All), share(Numerator, Denominator)) :-
    Good * Denominator >= Numerator * All.

below(share(Good, All), share(Numerator, Denominator)) :-
    Good * Denominator < Numerator * All.


% Who may change the law: it gives way to another, and takes another's place, where settlement is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, settlement),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
