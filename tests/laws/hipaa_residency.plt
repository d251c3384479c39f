/*  The law for protected health information as Prolog sees it: loaded plainly, over facts that stand in this file.  */

:- module(test_hipaa_residency, []).
:- use_module(library(plunit)).

%   Requests: patient (phi under American law), abroad (phi under Canadian law), german (phi that nobody may have), person and
%   waiting (pii), open (public). Offers: ohio on demand and on spot, toronto in Canada, leased by a German owner in the US,
%   munich by an American one in Germany, audited and plain without HIPAA.
user:data_classification(patient, phi).
user:data_classification(abroad, phi).
user:data_classification(german, phi).
user:data_classification(person, pii).
user:data_classification(waiting, pii).
user:data_classification(open, public).
user:jurisdiction(patient, us).
user:jurisdiction(abroad, ca).
user:jurisdiction(person, us).
user:jurisdiction(waiting, us).
user:jurisdiction(open, us).
user:country(patient, us).
user:country(abroad, ca).
user:country(german, de).
user:country(person, us).
user:country(waiting, us).
user:country(open, us).
user:inference_type(patient, batch).
user:inference_type(abroad, realtime).
user:inference_type(person, realtime).
user:inference_type(waiting, batch).
user:inference_type(open, realtime).
user:provider_compliant(ohio, hipaa).
user:provider_compliant(ohio_spot, hipaa).
user:provider_compliant(toronto, hipaa).
user:provider_compliant(leased, hipaa).
user:provider_compliant(audited, soc2).
user:provider_compliant(plain, gdpr).
user:provider_in_country(ohio, us).
user:provider_in_country(ohio_spot, us).
user:provider_in_country(toronto, ca).
user:provider_in_country(leased, us).
user:provider_in_country(audited, us).
user:provider_in_country(plain, us).
user:provider_in_country(munich, de).
user:provider_jurisdiction(ohio, us).
user:provider_jurisdiction(ohio_spot, us).
user:provider_jurisdiction(toronto, ca).
user:provider_jurisdiction(leased, de).
user:provider_jurisdiction(audited, us).
user:provider_jurisdiction(plain, us).
user:provider_jurisdiction(munich, us).
user:provider_capacity(ohio, on_demand).
user:provider_capacity(ohio_spot, spot).
user:provider_capacity(toronto, on_demand).
user:provider_capacity(leased, on_demand).
user:provider_capacity(audited, on_demand).
user:provider_capacity(plain, spot).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

provider(ohio).
provider(ohio_spot).
provider(toronto).
provider(leased).
provider(audited).
provider(plain).

%   Who is permitted, and by no clause blocked.
routed(Request, Providers) :-
    findall(Provider,
            ( provider(Provider), once(user:route_inference(Request, Provider)), \+ user:block_provider(Request, Provider) ),
            Providers).

strategies(Request, Strategies) :- findall(Strategy, user:strategy(Request, Strategy), Strategies).

:- begin_tests(who_may_serve).

test(health_data_under_american_law_stay_there_and_off_spot_capacity, true(P == [ohio, leased])) :- routed(patient, P).
test(health_data_under_another_law_need_the_papers, true(P == [ohio, toronto, leased])) :- routed(abroad, P).
test(personal_data_need_an_audit_or_the_papers, true(P == [ohio, ohio_spot, toronto, leased, audited])) :- routed(person, P).
test(public_data_go_anywhere, true(P == [ohio, ohio_spot, toronto, leased, audited, plain])) :- routed(open, P).
test(an_unknown_request_goes_nowhere, true(P == [])) :- routed(stranger, P).

:- end_tests(who_may_serve).

:- begin_tests(residency).

test(health_data_have_a_home, [true, nondet]) :- user:enforce_residency(patient).
test(so_have_those_of_another_country, [true, nondet]) :- user:enforce_residency(abroad).
test(other_data_have_none, fail) :- user:enforce_residency(person).
test(machines_and_owner_of_one_country_are_one_providers, fail) :- user:enforce_residency(german).
test(nobody_is_at_home_where_nobody_is, fail) :- user:enforce_residency(stranger).

:- end_tests(residency).

:- begin_tests(strategy).

test(health_data_go_by_credentials, true(S == [compliance_first])) :- strategies(patient, S).
test(also_where_they_could_wait, true(S == [compliance_first])) :- strategies(abroad, S).
test(work_that_can_wait_goes_by_price, true(S == [cost_first])) :- strategies(waiting, S).
test(work_that_cannot_goes_by_answer_time, true(S == [latency_first])) :- strategies(person, S).
test(public_work_too, true(S == [latency_first])) :- strategies(open, S).

:- end_tests(strategy).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
