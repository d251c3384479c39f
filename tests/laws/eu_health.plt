/*  The law for health data in Europe as Prolog sees it: loaded plainly, over facts that stand in this file.  */

:- module(test_eu_health, []).
:- use_module(library(plunit)).

%   Requests: german (pii), patient (phi from Germany), american (public), batch (pii, not urgent).
user:jurisdiction(german, de).
user:jurisdiction(patient, de).
user:jurisdiction(american, us).
user:jurisdiction(batch, de).
user:user_jurisdiction(german, eu).
user:user_jurisdiction(patient, eu).
user:user_jurisdiction(american, us).
user:user_jurisdiction(batch, eu).
user:country(german, de).
user:country(patient, de).
user:country(american, us).
user:country(batch, de).
user:data_classification(german, pii).
user:data_classification(patient, phi).
user:data_classification(american, public).
user:data_classification(batch, pii).
user:inference_type(german, realtime).
user:inference_type(patient, realtime).
user:inference_type(american, realtime).
user:inference_type(batch, batch).

%   Offers: berlin and paris are European, vienna too but without the GDPR's papers, dublin is an American's in Ireland,
%   oregon is American throughout.
user:provider_compliant(berlin, gdpr).
user:provider_compliant(berlin, hipaa).
user:provider_compliant(paris, gdpr).
user:provider_compliant(dublin, gdpr).
user:provider_compliant(vienna, soc2).
user:provider_compliant(oregon, hipaa).
user:provider_jurisdiction(berlin, de).
user:provider_jurisdiction(paris, fr).
user:provider_jurisdiction(vienna, at).
user:provider_jurisdiction(dublin, us).
user:provider_jurisdiction(oregon, us).
user:provider_in_country(berlin, de).
user:provider_in_country(paris, fr).
user:provider_in_country(vienna, at).
user:provider_in_country(dublin, ie).
user:provider_in_country(oregon, us).
user:provider_spot_price_micro_usd(berlin, 1_500_000).
user:provider_spot_price_micro_usd(paris, 1_500_001).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

provider(berlin).
provider(paris).
provider(vienna).
provider(dublin).
provider(oregon).

permitted(Request, Providers) :-
    findall(Provider, ( provider(Provider), once(user:route_inference(Request, Provider)) ), Providers).

blocked(Request, Providers) :-
    findall(Provider, ( provider(Provider), once(user:block_provider(Request, Provider)) ), Providers).

:- begin_tests(route_inference).

test(european_data_need_the_gdpr_and_the_eea, true(Providers == [berlin, paris, dublin])) :- permitted(german, Providers).
test(health_data_need_hipaa_too, true(Providers == [berlin])) :- permitted(patient, Providers).
test(public_data_may_go_anywhere, true(Providers == [berlin, paris, vienna, dublin, oregon])) :- permitted(american, Providers).
test(an_unknown_request_goes_nowhere, true(Providers == [])) :- permitted(stranger, Providers).

:- end_tests(route_inference).

:- begin_tests(block_provider).

test(american_owners_are_blocked_for_european_data, true(Providers == [dublin, oregon])) :- blocked(german, Providers).
test(nobody_is_blocked_for_american_data, true(Providers == [])) :- blocked(american, Providers).

:- end_tests(block_provider).

:- begin_tests(prefer_provider).

test(spot_at_the_ceiling_is_preferred, [true, nondet]) :- user:prefer_provider(batch, berlin).
test(spot_above_the_ceiling_is_not, fail) :- user:prefer_provider(batch, paris).
test(unknown_spot_prices_are_not, fail) :- user:prefer_provider(batch, dublin).
test(urgent_work_prefers_nobody, fail) :- user:prefer_provider(german, berlin).

:- end_tests(prefer_provider).

:- begin_tests(enforce_residency).

test(health_data_have_a_home, [true, nondet]) :- user:enforce_residency(patient).
test(other_data_have_none, fail) :- user:enforce_residency(german).

:- end_tests(enforce_residency).

:- begin_tests(strategy).

test(everything_goes_by_price, forall(member(Request, [german, patient, american, batch]))) :-
    findall(Strategy, user:strategy(Request, Strategy), Strategies),
    assertion(Strategies == [cost_first]).

:- end_tests(strategy).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
