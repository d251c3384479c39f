/*  The law of the tier table aws-ec2-instance, at its boundaries. Written by `surety law from-terms` with the law.  */

:- module(test_aws_ec2_instance, []).
:- use_module(library(plunit)).

%   Amendments: of a law that settles, with and without notice, and of one that routes.
user:amendment_seat(settling, settlement).
user:amendment_seat(unannounced, settlement).
user:amendment_seat(routing, routing).
user:amendment_notice_s(settling, 0).
user:amendment_notice_s(routing, 0).

uptime(Good, All, Verdict-Clauses) :-
    user:decide(case(1000, share(Good, All), share(1, 1), share(1, 1), none), Verdict, Clauses).

:- begin_tests(uptime).

test(nothing_counted, all(A == [insufficient_data-[nothing_counted]])) :- uptime(0, 0, A).
test(nothing_failed, all(A == [met-[objective_met]])) :- uptime(1, 1, A).
test(at_99_5, all(A == [met-[objective_met]])) :- uptime(995, 1000, A).
test(nearest_below_99_5, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(397, 399, A).
test(nearest_above_99_5, all(A == [met-[objective_met]])) :- uptime(200, 201, A).
test(just_below_99_5, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(994_999_999_999, 1_000_000_000_000, A).
test(just_above_99_5, all(A == [met-[objective_met]])) :- uptime(995_000_000_001, 1_000_000_000_000, A).
test(least_of_the_largest_count_at_99_5, all(A == [met-[objective_met]])) :-
    uptime(338_580_955_086_333_771_146_057_734_394_609_370_398, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_99_5, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :-
    uptime(338_580_955_086_333_771_146_057_734_394_609_370_397, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(at_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(99, 100, A).
test(nearest_below_99, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :- uptime(197, 199, A).
test(nearest_above_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(100, 101, A).
test(just_below_99, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :- uptime(98_999_999_999, 100_000_000_000, A).
test(just_above_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :- uptime(99_000_000_001, 100_000_000_000, A).
test(least_of_the_largest_count_at_99, all(A == [breach(1, 1000, 0)-[uptime_tier(1)]])) :-
    uptime(336_879_543_251_729_078_828_740_861_357_450_529_341, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_99, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :-
    uptime(336_879_543_251_729_078_828_740_861_357_450_529_340, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(at_95, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :- uptime(95, 100, A).
test(nearest_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(37, 39, A).
test(nearest_above_95, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :- uptime(20, 21, A).
test(just_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(94_999_999_999, 100_000_000_000, A).
test(just_above_95, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :- uptime(95_000_000_001, 100_000_000_000, A).
test(least_of_the_largest_count_at_95, all(A == [breach(2, 3000, 0)-[uptime_tier(2)]])) :-
    uptime(323_268_248_574_891_540_290_205_877_060_179_800_883, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(most_of_the_largest_count_below_95, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :-
    uptime(323_268_248_574_891_540_290_205_877_060_179_800_882, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).
test(nothing_worked, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :- uptime(0, 1000, A).
test(nothing_worked_at_the_largest_count, all(A == [breach(3, 10_000, 0)-[uptime_tier(3)]])) :-
    uptime(0, 340_282_366_920_938_463_463_374_607_431_768_211_455, A).

:- end_tests(uptime).

:- begin_tests(one_verdict).

test(exactly_one, forall(member(Good, [0, 1, 949, 950, 951, 989, 990, 991, 994, 995, 996, 1000]))) :-
    findall(Answer, uptime(Good, 1000, Answer), Answers),
    assertion(Answers = [_]).

%   The rest of a case does not move it.
test(only_uptime_counts, forall(( member(Samples, [0, 1]), member(Other, [share(0, 0), share(0, 1)]) ))) :-
    Case = case(Samples, share(995, 1000), Other, Other, none),
    findall(Verdict, user:decide(Case, Verdict, _), Verdicts),
    assertion(Verdicts == [met]).

:- end_tests(one_verdict).

:- begin_tests(amendments).

test(settlement_may_be_amended, [true, nondet]) :- user:permit_amendment(settling), user:accept_establishment(settling).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(routing).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(routing).

:- end_tests(amendments).
