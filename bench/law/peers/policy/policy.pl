% The policy of bench/law/peers/workload.py, as a routing law.

% Users whom the EU protects: no provider under US control, none without the GDPR credential.
block_provider(Request, Provider) :-
    user_jurisdiction(Request, eu),
    provider_jurisdiction(Provider, us).

block_provider(Request, Provider) :-
    user_jurisdiction(Request, eu),
    \+ provider_compliant(Provider, gdpr).


% Whatever is not blocked may serve, health data only under the HIPAA credential.
route_inference(Request, Provider) :-
    fit(Request, Provider),
    affordable(Request, Provider).

fit(Request, _) :- \+ data_classification(Request, phi).
fit(_, Provider) :- provider_compliant(Provider, hipaa).

% Spot capacity is for batch work, at 1.50 dollars or less.
affordable(_, Provider) :- \+ provider_spot_price_micro_usd(Provider, _).
affordable(Request, Provider) :-
    inference_type(Request, batch),
    provider_spot_price_micro_usd(Provider, Price),
    Price =< 1_500_000.


% Health data stay in the country that they come from.
enforce_residency(Request) :-
    country(Request, Country),
    provider_in_country(_, Country).
