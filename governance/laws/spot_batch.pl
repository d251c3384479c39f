% Routing by cost: batch work on spot capacity under a price ceiling, with capacity on demand behind it; the rest on demand.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it
%   prefer_provider(Request, Provider)     among those that may, it comes first
%   strategy(Request, Strategy)            what the rest is ordered by
%
% Provider is one offer, at its spot price or on demand, and the only one in sight: an offer that has both prices is asked about
% twice. So the list of all that may serve begins with spot capacity and goes on with capacity on demand: whoever loses the
% first takes the next. Health data go nowhere: enforce_residency/1 is not defined.


% Who may serve.

% Spot capacity: batch work alone, at 1.50 dollars an hour or less.
route_inference(Request, Provider) :-
    fit(Request, Provider),
    inference_type(Request, batch),
    provider_capacity(Provider, spot),
    provider_spot_price_micro_usd(Provider, Price),
    Price =< 1_500_000.

% Capacity on demand: any work.
route_inference(Request, Provider) :-
    fit(Request, Provider),
    provider_capacity(Provider, on_demand).


% A request that names a price ceiling is kept from what costs more, and from what does not name its price.
block_provider(Request, Provider) :-
    price_ceiling_micro_usd(Request, Ceiling),
    \+ costs_at_most(Provider, Ceiling).

% A request that cannot wait, and names the answer time it needs, is kept from what answers later, or does not say.
block_provider(Request, Provider) :-
    inference_type(Request, realtime),
    p95_target_ms(Request, Target),
    \+ answers_within(Provider, Target).


prefer_provider(Request, Provider) :-
    inference_type(Request, batch),
    provider_capacity(Provider, spot).


% Work that can wait goes by price; what cannot, by answer time if it names one, and else by how rarely the provider fails.
strategy(Request, cost_first) :-
    inference_type(Request, batch).
strategy(Request, latency_first) :-
    inference_type(Request, realtime),
    p95_target_ms(Request, _).
strategy(Request, sla_first) :-
    inference_type(Request, realtime),
    \+ p95_target_ms(Request, _).


fit(Request, _) :- data_classification(Request, public).
fit(Request, Provider) :- data_classification(Request, pii), provider_compliant(Provider, gdpr).

costs_at_most(Provider, Ceiling) :-
    provider_capacity(Provider, spot),
    provider_spot_price_micro_usd(Provider, Price),
    Price =< Ceiling.
costs_at_most(Provider, Ceiling) :-
    provider_capacity(Provider, on_demand),
    provider_on_demand_price_micro_usd(Provider, Price),
    Price =< Ceiling.

answers_within(Provider, Target) :-
    provider_p95_ms(Provider, P95),
    P95 =< Target.


% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
