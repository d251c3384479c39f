% Amazon Bedrock: monthly uptime below 99.9 % is paid back in tiers.
%
% Written by `surety law from-terms` from the tier table aws-bedrock. The provider's own pages show the tiers. See
% aws.amazon.com/bedrock/sla.
%
%   uptime                         credit
%   99 % to below 99.9 %             10 %
%   95 % to below 99 %               25 %
%   below 95 %                      100 %
%
% Uptime is share(Good, All), counts that are never rounded, and is compared by cross-multiplication. How much must have
% been measured is said by the terms of the agreement; nothing else of them moves this law, and neither does latency.

% Where nothing was counted, everything counts as available.
decide(case(_, share(_, 0), _, _, _), met, [nothing_counted]).

% Fewer samples, or a smaller share of the slots, than the terms of the agreement ask for: nobody is judged.
decide(case(Samples, share(_, All), _, _, terms(_, _, _, _, Minimum)), insufficient_data, [insufficient_samples]) :-
    All > 0,
    Samples < Minimum.
decide(case(_, share(_, All), _, Coverage, terms(_, _, _, Minimum, _)), insufficient_data, [insufficient_coverage]) :-
    All > 0,
    \+ covered(Coverage, Minimum).

% The objective is 99.9 %.
decide(Case, met, [objective_met]) :-
    measured(Case, Good, All),
    Good * 1000 >= All * 999.

% Tier 1: from 99 %, and below 99.9 %.
decide(Case, breach(1, 1000, 0), [uptime_tier(1)]) :-
    measured(Case, Good, All),
    Good * 1000 < All * 999,
    Good * 100 >= All * 99.

% Tier 2: from 95 %, and below 99 %.
decide(Case, breach(2, 2500, 0), [uptime_tier(2)]) :-
    measured(Case, Good, All),
    Good * 100 < All * 99,
    Good * 100 >= All * 95.

% Tier 3: below 95 %.
decide(Case, breach(3, 10_000, 0), [uptime_tier(3)]) :-
    measured(Case, Good, All),
    Good * 100 < All * 95.

% Enough was measured to judge; a minimum of nothing asks for no slots.
measured(case(Samples, share(Good, All), _, Coverage, terms(_, _, _, MinimumCoverage, MinimumSamples)), Good, All) :-
    All > 0,
    Samples >= MinimumSamples,
    covered(Coverage, MinimumCoverage).

covered(_, share(0, _)).
covered(share(Seen, Slots), share(Numerator, Denominator)) :-
    Numerator > 0,
    Slots > 0,
    Seen * Denominator >= Numerator * Slots.

% Who may change the law: it gives way to another, and takes another's place, where settlement is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, settlement),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
