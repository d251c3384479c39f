/*  The standard law as Prolog sees it: loaded plainly, without the fence and without Python.  */

:- module(test_standard, []).
:- use_module(library(plunit)).

%   Amendments: of a law that settles, with and without notice, and of one that routes.
user:amendment_seat(settling, settlement).
user:amendment_seat(unannounced, settlement).
user:amendment_seat(routing, routing).
user:amendment_notice_s(settling, 0).
user:amendment_notice_s(routing, 0).

figures(terms(share(999, 1000),
              [ tier(1, share(99, 100), share(999, 1000), 1000, 0),
                tier(2, share(95, 100), share(99, 100), 2500, 0),
                tier(3, share(0, 1), share(95, 100), 10_000, 1000) ],
              latency(2000, share(95, 100), 1000),
              share(95, 100),
              20)).

%   Everything was kept but what is given.
verdict(Uptime, Attained, Coverage, Samples, Verdict-Clauses) :-
    figures(Figures),
    user:decide(case(Samples, Uptime, Attained, Coverage, Figures), Verdict, Clauses).

uptime(Good, All, Answer) :- verdict(share(Good, All), share(1, 1), share(1, 1), 20, Answer).
latency(Within, Ok, Answer) :- verdict(share(1, 1), share(Within, Ok), share(1, 1), 20, Answer).
coverage(Seen, Slots, Answer) :- verdict(share(1, 1), share(1, 1), share(Seen, Slots), 20, Answer).
samples(Samples, Answer) :- verdict(share(1, 1), share(1, 1), share(1, 1), Samples, Answer).

:- begin_tests(uptime).

test(at_the_objective, all(A == [met-[objective_met, p95_met]])) :- uptime(999, 1000, A).
test(one_sample_below_the_objective, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(998_999, 1_000_000, A).
test(at_the_second_tier, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(990, 1000, A).
test(below_the_second_tier, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(989, 1000, A).
test(at_the_third_tier, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(950, 1000, A).
test(below_the_third_tier, all(A == [breach(3, 10_000, 1000)-[uptime_tier(3)]])) :- uptime(949, 1000, A).
test(nothing_ok, all(A == [breach(3, 10_000, 1000)-[uptime_tier(3)]])) :- uptime(0, 1000, A).

:- end_tests(uptime).

:- begin_tests(latency).

test(at_the_share, all(A == [met-[objective_met, p95_met]])) :- latency(95, 100, A).
test(below_the_share, all(A == [breach(0, 1000, 0)-[p95_ceiling]])) :- latency(94, 100, A).
test(the_rank_is_rounded_up, all(A == [breach(0, 1000, 0)-[p95_ceiling]])) :- latency(19, 21, A).
test(no_ok_sample_is_no_latency, all(A == [met-[objective_met]])) :- latency(0, 0, A).

test(the_larger_credit_counts, all(A == [breach(1, 1000, 0)-[uptime_tier(1), p95_ceiling]])) :-
    verdict(share(995, 1000), share(0, 10), share(1, 1), 20, A).

test(no_clause_in_the_terms, all(Verdict-Clauses == [met-[objective_met]])) :-
    figures(terms(Objective, Tiers, _, Coverage, Samples)),
    user:decide(case(20, share(1, 1), share(0, 10), share(1, 1), terms(Objective, Tiers, none, Coverage, Samples)),
                Verdict, Clauses).

:- end_tests(latency).

:- begin_tests(data).

test(at_the_minimum_of_coverage, all(A == [met-[objective_met, p95_met]])) :- coverage(95, 100, A).
test(below_the_minimum_of_coverage, all(A == [insufficient_data-[insufficient_coverage]])) :- coverage(94, 100, A).
test(no_slots_at_all, all(A == [insufficient_data-[insufficient_coverage]])) :- coverage(0, 0, A).
test(at_the_minimum_of_samples, all(A == [met-[objective_met, p95_met]])) :- samples(20, A).
test(below_the_minimum_of_samples, all(A == [insufficient_data-[insufficient_samples]])) :- samples(19, A).
test(nothing_counted, all(A == [insufficient_data-[nothing_counted]])) :- uptime(0, 0, A).

test(too_little_data_hides_a_breach, all(A == [insufficient_data-[insufficient_samples]])) :-
    verdict(share(0, 19), share(0, 0), share(1, 1), 19, A).

:- end_tests(data).

:- begin_tests(one_verdict).

%   Over a grid of cases there is exactly one answer, and it is sound.
test(exactly_one, forall(( member(Good, [0, 940, 949, 950, 951, 989, 990, 991, 998, 999, 1000]),
                           member(Within-Ok, [0-0, 0-1, 94-100, 95-100, 1-1]),
                           member(Seen, [0, 94, 95, 100]),
                           member(Samples, [0, 19, 20, 21]) ))) :-
    findall(A, verdict(share(Good, 1000), share(Within, Ok), share(Seen, 100), Samples, A), Answers),
    Answers = [Verdict-[_|_]],
    assertion(memberchk(Verdict, [met, insufficient_data, breach(_, _, _)])).

:- end_tests(one_verdict).

:- begin_tests(amendments).

test(settlement_may_be_amended, [true, nondet]) :- user:permit_amendment(settling), user:accept_establishment(settling).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(routing).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(routing).

:- end_tests(amendments).
