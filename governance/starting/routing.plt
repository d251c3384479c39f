/*  Tests of starting_law, for SWI-Prolog's plunit: `surety law test starting_law.pl`.  */

:- module(test_starting_law, []).
:- use_module(library(plunit)).

%   Requests: open (public, realtime), personal (batch, of a European), health (realtime).
user:data_classification(open, public).
user:data_classification(personal, pii).
user:data_classification(health, phi).
user:inference_type(open, realtime).
user:inference_type(personal, batch).
user:inference_type(health, realtime).
user:user_jurisdiction(open, us).
user:user_jurisdiction(personal, eu).
user:user_jurisdiction(health, us).

%   Offers: near has every paper and is cheap, dear costs a millionth more and has no HIPAA, far is an American's without papers.
user:provider_compliant(near, gdpr).
user:provider_compliant(near, hipaa).
user:provider_compliant(dear, gdpr).
user:provider_jurisdiction(near, de).
user:provider_jurisdiction(far, us).
user:provider_spot_price_micro_usd(near, 1_000_000).
user:provider_spot_price_micro_usd(dear, 1_000_001).
user:provider_in_country(near, country_of_origin).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

:- begin_tests(routing).

test(public_data_go_anywhere, [true, nondet]) :- user:route_inference(open, far).
test(personal_data_need_papers, [true, nondet]) :- user:route_inference(personal, near).
test(personal_data_without_papers, fail) :- user:route_inference(personal, far).
test(health_data_need_papers, [true, nondet]) :- user:route_inference(health, near).
test(health_data_need_those_of_hipaa, fail) :- user:route_inference(health, dear).
test(health_data_without_papers, fail) :- user:route_inference(health, far).
test(american_owners_are_blocked_for_europeans, [true, nondet]) :- user:block_provider(personal, far).
test(european_owners_are_not, fail) :- user:block_provider(personal, near).
test(nobody_is_blocked_for_others, fail) :- user:block_provider(open, far).
test(at_the_ceiling, [true, nondet]) :- user:prefer_provider(personal, near).
test(above_the_ceiling, fail) :- user:prefer_provider(personal, dear).
test(only_batch_work_prefers, fail) :- user:prefer_provider(open, near).
test(health_data_have_a_home, [true, nondet]) :- user:enforce_residency(health).
test(other_data_have_none, fail) :- user:enforce_residency(open).
test(batch_work_goes_by_price, all(S == [cost_first])) :- user:strategy(personal, S).
test(the_rest_goes_by_answer_time, all(S == [latency_first])) :- user:strategy(open, S).

:- end_tests(routing).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
