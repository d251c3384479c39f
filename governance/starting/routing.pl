% starting_law: where a request may go.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it
%   prefer_provider(Request, Provider)     among those that may, it comes first
%   enforce_residency(Request)             asked for health data besides; must hold too
%   strategy(Request, Strategy)            what the rest is ordered by
%
% Provider is one offer, and the only one in sight.

% Public data may go anywhere.
route_inference(Request, _) :-
    data_classification(Request, public).

% Personal data need a provider with the GDPR's papers.
route_inference(Request, Provider) :-
    data_classification(Request, pii),
    provider_compliant(Provider, gdpr).

% Health data need HIPAA's.
route_inference(Request, Provider) :-
    data_classification(Request, phi),
    provider_compliant(Provider, hipaa).

% A user whom European law protects is kept from owners that answer to American law.
block_provider(Request, Provider) :-
    user_jurisdiction(Request, eu),
    provider_jurisdiction(Provider, us).

% Batch work takes spot capacity first, at a dollar an hour or less.
prefer_provider(Request, Provider) :-
    inference_type(Request, batch),
    provider_spot_price_micro_usd(Provider, Price),
    Price =< 1_000_000.

% Health data stay in the country that they come from.
enforce_residency(Request) :-
    data_classification(Request, phi),
    provider_in_country(_, country_of_origin).

% Batch work goes by price, the rest by answer time.
strategy(Request, cost_first) :- inference_type(Request, batch).
strategy(Request, latency_first) :- inference_type(Request, realtime).

% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
