/*  The law of spot capacity for batch work as Prolog sees it: loaded plainly, over facts that stand in this file.  */

:- module(test_spot_batch, []).
:- use_module(library(plunit)).

%   Requests: batch, capped (with a price ceiling), personal and patient can wait; urgent and quick (with an answer time) cannot.
%   Offers: spot capacity at and beside 1.50 dollars, and capacity on demand at and beside 1.40; each kind also without a price.
user:data_classification(batch, public).
user:data_classification(capped, public).
user:data_classification(personal, pii).
user:data_classification(urgent, public).
user:data_classification(quick, public).
user:data_classification(patient, phi).
user:inference_type(batch, batch).
user:inference_type(capped, batch).
user:inference_type(personal, batch).
user:inference_type(urgent, realtime).
user:inference_type(quick, realtime).
user:inference_type(patient, batch).
user:price_ceiling_micro_usd(capped, 1_400_000).
user:p95_target_ms(quick, 800).
user:p95_target_ms(capped, 1).
user:provider_compliant(dear, gdpr).
user:provider_compliant(spot, gdpr).
user:provider_capacity(spot, spot).
user:provider_capacity(spot_at, spot).
user:provider_capacity(spot_above, spot).
user:provider_capacity(spot_unknown, spot).
user:provider_capacity(dear, on_demand).
user:provider_capacity(at, on_demand).
user:provider_capacity(above, on_demand).
user:provider_capacity(unknown, on_demand).
user:provider_spot_price_micro_usd(spot, 1_400_000).
user:provider_spot_price_micro_usd(spot_at, 1_500_000).
user:provider_spot_price_micro_usd(spot_above, 1_500_001).
user:provider_on_demand_price_micro_usd(dear, 9_000_000).
user:provider_on_demand_price_micro_usd(at, 1_400_000).
user:provider_on_demand_price_micro_usd(above, 1_400_001).
user:provider_p95_ms(spot, 1).
user:provider_p95_ms(dear, 801).
user:provider_p95_ms(at, 800).
user:provider_p95_ms(above, 799).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

provider(spot).
provider(spot_at).
provider(spot_above).
provider(spot_unknown).
provider(dear).
provider(at).
provider(above).
provider(unknown).

%   Who is permitted, and by no clause blocked.
routed(Request, Providers) :-
    findall(Provider,
            ( provider(Provider), once(user:route_inference(Request, Provider)), \+ user:block_provider(Request, Provider) ),
            Providers).

strategies(Request, Strategies) :- findall(Strategy, user:strategy(Request, Strategy), Strategies).

:- begin_tests(who_may_serve).

test(batch_work_takes_spot_up_to_the_ceiling_and_any_on_demand,
     true(P == [spot, spot_at, dear, at, above, unknown])) :-
    routed(batch, P).
test(a_ceiling_holds_for_both_and_an_unknown_price_is_above_it, true(P == [spot, at])) :- routed(capped, P).
test(personal_data_need_papers, true(P == [spot, dear])) :- routed(personal, P).
test(what_cannot_wait_takes_no_spot, true(P == [dear, at, above, unknown])) :- routed(urgent, P).
test(an_answer_time_holds_and_an_unknown_one_is_beyond_it, true(P == [at, above])) :- routed(quick, P).
test(health_data_go_nowhere, true(P == [])) :- routed(patient, P).
test(an_unknown_request_goes_nowhere, true(P == [])) :- routed(stranger, P).

:- end_tests(who_may_serve).

:- begin_tests(preference).

test(batch_work_prefers_spot, [true, nondet]) :- user:prefer_provider(batch, spot).
test(and_nothing_on_demand, fail) :- user:prefer_provider(batch, at).
test(what_cannot_wait_prefers_nobody, fail) :- user:prefer_provider(urgent, spot).

:- end_tests(preference).

:- begin_tests(strategy).

test(batch_work_goes_by_price, true(S == [cost_first])) :- strategies(batch, S).
test(whatever_else_it_names, true(S == [cost_first])) :- strategies(capped, S).
test(an_answer_time_is_what_counts, true(S == [latency_first])) :- strategies(quick, S).
test(else_the_rarest_failures, true(S == [sla_first])) :- strategies(urgent, S).

:- end_tests(strategy).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
