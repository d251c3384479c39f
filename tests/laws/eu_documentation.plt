/*  The law of European duties of documentation as Prolog sees it: loaded plainly, over facts that stand in this file.  */

:- module(test_eu_documentation, []).
:- use_module(library(plunit)).

%   Requests: bank (finance, European by its user), doctor (high risk, by its law), both (by its data), shop (no duty), london
%   (no European), person (pii), patient (phi). Offers are named for the papers that they hold.
user:user_jurisdiction(bank, eu).
user:user_jurisdiction(doctor, us).
user:user_jurisdiction(both, us).
user:user_jurisdiction(shop, eu).
user:user_jurisdiction(london, gb).
user:user_jurisdiction(person, gb).
user:user_jurisdiction(patient, eu).
user:jurisdiction(bank, us).
user:jurisdiction(doctor, fr).
user:jurisdiction(both, us).
user:jurisdiction(shop, de).
user:jurisdiction(london, gb).
user:jurisdiction(person, gb).
user:jurisdiction(patient, de).
user:country(bank, us).
user:country(doctor, us).
user:country(both, se).
user:country(shop, de).
user:country(london, gb).
user:country(person, gb).
user:country(patient, de).
user:data_classification(bank, public).
user:data_classification(doctor, public).
user:data_classification(both, public).
user:data_classification(shop, public).
user:data_classification(london, public).
user:data_classification(person, pii).
user:data_classification(patient, phi).
user:sector(bank, finance).
user:sector(doctor, health).
user:sector(both, finance).
user:sector(shop, general).
user:sector(london, finance).
user:sector(person, general).
user:sector(patient, health).
user:risk_class(bank, limited).
user:risk_class(doctor, high).
user:risk_class(both, high).
user:risk_class(shop, limited).
user:risk_class(london, high).
user:risk_class(person, minimal).
user:risk_class(patient, minimal).
user:provider_compliant(dora, dora_audit).
user:provider_compliant(act, ai_act_documentation).
user:provider_compliant(all, dora_audit).
user:provider_compliant(all, ai_act_documentation).
user:provider_compliant(all, gdpr).
user:provider_compliant(privacy, gdpr).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

provider(dora).
provider(act).
provider(all).
provider(privacy).
provider(none).

%   Who is permitted, and by no clause blocked.
routed(Request, Providers) :-
    findall(Provider,
            ( provider(Provider), once(user:route_inference(Request, Provider)), \+ user:block_provider(Request, Provider) ),
            Providers).

strategies(Request, Strategies) :- findall(Strategy, user:strategy(Request, Strategy), Strategies).

:- begin_tests(who_may_serve).

test(finance_needs_the_right_to_audit, true(P == [dora, all])) :- routed(bank, P).
test(high_risk_needs_documentation, true(P == [act, all])) :- routed(doctor, P).
test(both_duties_need_both_papers, true(P == [all])) :- routed(both, P).
test(without_a_duty_public_data_go_anywhere, true(P == [dora, act, all, privacy, none])) :- routed(shop, P).
test(the_duties_end_at_the_border, true(P == [dora, act, all, privacy, none])) :- routed(london, P).
test(personal_data_need_the_gdpr, true(P == [all, privacy])) :- routed(person, P).
test(health_data_go_nowhere, true(P == [])) :- routed(patient, P).
test(an_unknown_request_goes_nowhere, true(P == [])) :- routed(stranger, P).

:- end_tests(who_may_serve).

:- begin_tests(strategy).

test(a_duty_goes_by_credentials, true(S == [compliance_first])) :- strategies(bank, S).
test(each_duty_does, true(S == [compliance_first])) :- strategies(doctor, S).
test(both_duties_say_the_same, forall(user:strategy(both, S))) :- assertion(S == compliance_first).
test(without_a_duty_by_failures, true(S == [sla_first])) :- strategies(shop, S).
test(abroad_too, true(S == [sla_first])) :- strategies(london, S).

:- end_tests(strategy).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
