% A law to compare with the standard one (`surety law diff standard examples/gentler.pl ...`).
%
% Below 95 % a quarter of the fee goes back, not all of it, and nothing is slashed. Latency is not judged.

decide(case(Samples, share(_, All), _, _, terms(_, _, _, _, Minimum)), insufficient_data, [too_few(Samples)]) :-
    ( Samples < Minimum ; All =:= 0 ), !.
decide(case(_, Uptime, _, _, terms(Objective, _, _, _, _)), met, [objective_met]) :-
    at_least(Uptime, Objective), !.
decide(case(_, Uptime, _, _, _), breach(1, 1_000, 0), [below_objective]) :-
    at_least(Uptime, share(95, 100)), !.
decide(_, breach(2, 2_500, 0), [below_95_percent]).

at_least(share(Good, All), share(Numerator, Denominator)) :-
    Good * Denominator >= Numerator * All.
