/*  The law of confidential work as Prolog sees it: loaded plainly, over facts that stand in this file.  */

:- module(test_confidential, []).
:- use_module(library(plunit)).

%   Requests: secret and open (public), secret_person and person (pii), patient (phi, which nobody called confidential).
%   Offers: sealed, sealed_gdpr and clinic compute on encrypted data, papers does not, none holds nothing.
user:data_classification(secret, public).
user:data_classification(secret_person, pii).
user:data_classification(person, pii).
user:data_classification(open, public).
user:data_classification(patient, phi).
user:confidentiality(secret, confidential).
user:confidentiality(secret_person, confidential).
user:confidentiality(person, standard).
user:confidentiality(open, standard).
user:confidentiality(patient, standard).
user:provider_compliant(sealed, confidential_computing).
user:provider_compliant(sealed_gdpr, confidential_computing).
user:provider_compliant(sealed_gdpr, gdpr).
user:provider_compliant(clinic, confidential_computing).
user:provider_compliant(clinic, hipaa).
user:provider_compliant(papers, gdpr).
user:provider_compliant(papers, hipaa).
user:provider_in_country(clinic, country_of_origin).

%   Amendments: of a law that routes, with and without notice, and of one that settles.
user:amendment_seat(routing, routing).
user:amendment_seat(unannounced, routing).
user:amendment_seat(settling, settlement).
user:amendment_notice_s(routing, 0).
user:amendment_notice_s(settling, 0).

provider(sealed).
provider(sealed_gdpr).
provider(clinic).
provider(papers).
provider(none).

%   Who is permitted, and by no clause blocked.
routed(Request, Providers) :-
    findall(Provider,
            ( provider(Provider), once(user:route_inference(Request, Provider)), \+ user:block_provider(Request, Provider) ),
            Providers).

strategies(Request, Strategies) :- findall(Strategy, user:strategy(Request, Strategy), Strategies).

:- begin_tests(who_may_serve).

test(confidential_work_needs_sealed_machines, true(P == [sealed, sealed_gdpr, clinic])) :- routed(secret, P).
test(with_papers_where_data_are_personal, true(P == [sealed_gdpr])) :- routed(secret_person, P).
test(other_personal_data_need_papers_alone, true(P == [sealed_gdpr, papers])) :- routed(person, P).
test(other_work_goes_anywhere, true(P == [sealed, sealed_gdpr, clinic, papers, none])) :- routed(open, P).
test(health_data_need_sealed_machines_and_papers, true(P == [clinic])) :- routed(patient, P).
test(an_unknown_request_goes_nowhere, true(P == [])) :- routed(stranger, P).

:- end_tests(who_may_serve).

:- begin_tests(residency).

test(health_data_have_a_home, [true, nondet]) :- user:enforce_residency(patient).
test(other_data_have_none, fail) :- user:enforce_residency(secret).

:- end_tests(residency).

:- begin_tests(strategy).

test(confidential_work_goes_by_credentials, true(S == [compliance_first])) :- strategies(secret, S).
test(health_data_too, true(S == [compliance_first])) :- strategies(patient, S).
test(other_work_by_price, true(S == [cost_first])) :- strategies(open, S).

:- end_tests(strategy).

:- begin_tests(amendments).

test(routing_may_be_amended, [true, nondet]) :- user:permit_amendment(routing), user:accept_establishment(routing).
test(notice_is_needed, fail) :- user:permit_amendment(unannounced).
test(notice_is_needed_to_begin, fail) :- user:accept_establishment(unannounced).
test(no_other_seat_is_given_up, fail) :- user:permit_amendment(settling).
test(no_other_seat_is_taken, fail) :- user:accept_establishment(settling).

:- end_tests(amendments).
