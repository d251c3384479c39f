/*  Tests of starting_law, for SWI-Prolog's plunit: `surety law test starting_law.pl`.  */

:- module(test_starting_law, []).
:- use_module(library(plunit)).

%   Amendments: of a law that settles, with and without notice, and of one that routes.
user:amendment_seat(settling, settlement).
user:amendment_seat(unannounced, settlement).
user:amendment_seat(routing, routing).
user:amendment_notice_s(settling, 0).
user:amendment_notice_s(routing, 0).

verdict(Samples, Uptime, Coverage, Verdict-Clauses) :-
    user:decide(case(Samples, Uptime, share(1, 1), Coverage, none), Verdict, Clauses).

uptime(Good, All, Answer) :- verdict(100, share(Good, All), share(1, 1), Answer).

:- begin_tests(uptime).

test(at_the_objective, all(A == [met-[objective_met]])) :- uptime(999, 1000, A).
test(just_below_the_objective, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(998_999, 1_000_000, A).
test(at_the_second_tier, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(99, 100, A).
test(just_below_the_second_tier, all(A == [breach(2, 10_000, 0)-[uptime_tier(2)]])) :- uptime(989_999, 1_000_000, A).
test(nothing_worked, all(A == [breach(2, 10_000, 0)-[uptime_tier(2)]])) :- uptime(0, 1000, A).

:- end_tests(uptime).

:- begin_tests(data).

test(enough, all(A == [met-[objective_met]])) :- verdict(100, share(1, 1), share(95, 100), A).
test(too_few_samples, all(A == [insufficient_data-[too_little_measured]])) :- verdict(99, share(1, 1), share(1, 1), A).
test(too_few_slots, all(A == [insufficient_data-[too_little_measured]])) :- verdict(100, share(0, 1), share(94, 100), A).
test(no_slots, all(A == [insufficient_data-[too_little_measured]])) :- verdict(100, share(1, 1), share(0, 0), A).
test(nothing_counted, all(A == [insufficient_data-[too_little_measured]])) :- uptime(0, 0, A).

:- end_tests(data).

:- begin_tests(amendments).

test(settlement_may_be_amended, [true, nondet]) :- user:permit_amendment(settling), user:accept_establishment(settling).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(routing).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(routing).

:- end_tests(amendments).
