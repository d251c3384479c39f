/*  The law aws_bedrock at its boundaries; written with it by `surety law from-terms`.  */

:- module(test_aws_bedrock, []).
:- use_module(library(plunit)).

%   Amendments: of a law that settles, with and without notice, and of one that routes.
user:amendment_seat(settling, settlement).
user:amendment_seat(unannounced, settlement).
user:amendment_seat(routing, routing).
user:amendment_notice_s(settling, 0).
user:amendment_notice_s(routing, 0).

%   Twenty samples and 95 % of the slots are asked for.
verdict(Samples, Uptime, Coverage, Verdict-Clauses) :-
    user:decide(case(Samples, Uptime, share(1, 1), Coverage, terms(share(1, 1), [], none, share(19, 20), 20)), Verdict, Clauses).

uptime(Good, All, Answer) :- verdict(20, share(Good, All), share(95, 100), Answer).

:- begin_tests(uptime).

test(nothing_counted, all(A == [met-[nothing_counted]])) :- uptime(0, 0, A).
test(nothing_failed, all(A == [met-[objective_met]])) :- uptime(1, 1, A).
test(at_99_9, all(A == [met-[objective_met]])) :- uptime(999, 1000, A).
test(nearest_below_99_9, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(1997, 1999, A).
test(nearest_above_99_9, all(A == [met-[objective_met]])) :- uptime(1000, 1001, A).
test(just_below_99_9, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(998_999_999_999, 1_000_000_000_000, A).
test(just_above_99_9, all(A == [met-[objective_met]])) :- uptime(999_000_000_001, 1_000_000_000_000, A).
test(least_of_the_largest_count_at_99_9, all(A == [met-[objective_met]])) :-
    uptime(339_942_084_554_017_524_999_911_232_824_336_443_244, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_99_9, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :-
    uptime(339_942_084_554_017_524_999_911_232_824_336_443_243, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(at_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(99, 100, A).
test(nearest_below_99, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(197, 199, A).
test(nearest_above_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(100, 101, A).
test(just_below_99, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(98_999_999_999, 100_000_000_000, A).
test(just_above_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(99_000_000_001, 100_000_000_000, A).
test(least_of_the_largest_count_at_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :-
    uptime(336_879_543_251_729_078_828_740_861_357_450_529_341, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_99, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :-
    uptime(336_879_543_251_729_078_828_740_861_357_450_529_340, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(at_95, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(95, 100, A).
test(nearest_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(37, 39, A).
test(nearest_above_95, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(20, 21, A).
test(just_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(94_999_999_999, 100_000_000_000, A).
test(just_above_95, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :- uptime(95_000_000_001, 100_000_000_000, A).
test(least_of_the_largest_count_at_95, all(A == [breach(2, 2500, 0)-[uptime_tier(2)]])) :-
    uptime(323_268_248_574_891_540_290_205_877_060_179_800_883, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :-
    uptime(323_268_248_574_891_540_290_205_877_060_179_800_882, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(nothing_worked, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(0, 1000, A).
test(nothing_worked_at_the_largest_count, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :-
    uptime(0, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).

:- end_tests(uptime).

:- begin_tests(data).

test(below_the_minimum_of_samples, all(A == [insufficient_data-[insufficient_samples]])) :-
    verdict(19, share(0, 1), share(1, 1), A).
test(below_the_minimum_of_coverage, all(A == [insufficient_data-[insufficient_coverage]])) :-
    verdict(20, share(0, 1), share(94_999, 100_000), A).
test(no_slots, all(A == [insufficient_data-[insufficient_coverage]])) :-
    verdict(20, share(0, 1), share(0, 0), A).
test(both, all(A == [insufficient_data-[insufficient_samples], insufficient_data-[insufficient_coverage]])) :-
    verdict(19, share(0, 1), share(94, 100), A).
test(nothing_counted_comes_first, all(A == [met-[nothing_counted]])) :-
    verdict(0, share(0, 0), share(0, 100), A).

:- end_tests(data).

:- begin_tests(one_verdict).

test(exactly_one, forall(member(Good, [0, 1, 949, 950, 951, 989, 990, 991, 998, 999, 1000]))) :-
    findall(Answer, uptime(Good, 1000, Answer), Answers),
    assertion(Answers = [_]).

%   The rest of a case does not move it.
test(latency_and_other_tiers_do_not_count, forall(member(Attained, [share(0, 0), share(0, 1), share(1, 1)]))) :-
    Terms = terms(share(1, 2), [tier(1, share(0, 1), share(1, 2), 1, 1)], latency(1, share(1, 1), 1), share(0, 1), 0),
    findall(Verdict, user:decide(case(0, share(1, 1), Attained, share(0, 0), Terms), Verdict, _), Verdicts),
    assertion(Verdicts == [met]).

:- end_tests(one_verdict).

:- begin_tests(amendments).

test(settlement_may_be_amended, [true, nondet]) :- user:permit_amendment(settling), user:accept_establishment(settling).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(routing).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(routing).

:- end_tests(amendments).
