% Routing of confidential work: only to machines that keep data encrypted while they compute.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it
%   enforce_residency(Request)             asked for health data besides; must hold too
%   strategy(Request, Strategy)            what those that may are ordered by
%
% Provider is one offer, at its spot price or on demand, and the only one in sight.


% Who may serve.

route_inference(Request, _) :-
    data_classification(Request, public).

route_inference(Request, Provider) :-
    data_classification(Request, pii),
    provider_compliant(Provider, gdpr).

route_inference(Request, Provider) :-
    data_classification(Request, phi),
    provider_compliant(Provider, hipaa).


% Confidential work needs confidential computing.
block_provider(Request, Provider) :-
    confidentiality(Request, confidential),
    \+ provider_compliant(Provider, confidential_computing).

% So do health data, whatever the caller says of their confidentiality.
block_provider(Request, Provider) :-
    data_classification(Request, phi),
    \+ provider_compliant(Provider, confidential_computing).


% Health data stay in the country that they come from.
enforce_residency(Request) :-
    data_classification(Request, phi),
    provider_in_country(_, country_of_origin).


% What is confidential goes to the provider with the most credentials, and all other work by price.
strategy(Request, compliance_first) :- guarded(Request).
strategy(Request, cost_first) :- \+ guarded(Request).

guarded(Request) :- confidentiality(Request, confidential).
guarded(Request) :- data_classification(Request, phi).


% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
