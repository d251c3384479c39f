% Routing of protected health information: HIPAA's papers, and residency in the country that the data come from.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it
%   enforce_residency(Request)             asked for health data besides; must hold too
%   strategy(Request, Strategy)            what those that may are ordered by
%
% Provider is one offer, at its spot price or on demand, and the only one in sight. Written for requests under American law; a
% router that serves Europeans takes eu_health instead.


% Who may serve.

% Health data: a provider that holds HIPAA's papers.
route_inference(Request, Provider) :-
    data_classification(Request, phi),
    provider_compliant(Provider, hipaa).

% Personal data: one whose controls were audited, or that may hold health data.
route_inference(Request, Provider) :-
    data_classification(Request, pii),
    provider_compliant(Provider, Credential),
    keeps_personal_data(Credential).

route_inference(Request, _) :-
    data_classification(Request, public).


% Health data under American law are not worked on abroad, wherever they come from.
block_provider(Request, Provider) :-
    data_classification(Request, phi),
    jurisdiction(Request, us),
    \+ provider_in_country(Provider, us).

% A machine that may be taken away at any moment is no place for health data.
block_provider(Request, Provider) :-
    data_classification(Request, phi),
    provider_capacity(Provider, spot).


% Health data stay in the country that they come from, with a provider that answers to that country's law.
enforce_residency(Request) :-
    data_classification(Request, phi),
    country(Request, Country),
    provider_in_country(Provider, Country),
    provider_jurisdiction(Provider, Country).


% Health data go to the provider with the most credentials, other work by price if it can wait, and else by answer time.
strategy(Request, compliance_first) :-
    data_classification(Request, phi).
strategy(Request, cost_first) :-
    \+ data_classification(Request, phi),
    inference_type(Request, batch).
strategy(Request, latency_first) :-
    \+ data_classification(Request, phi),
    inference_type(Request, realtime).


keeps_personal_data(soc2).
keeps_personal_data(hipaa).


% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
