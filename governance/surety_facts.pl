/*  The granted facts: all that a routing rule may know of a request and of the one offer in sight.

    The host puts a request and one offer on the stack of the asking thread, for one judgement (judging.pl). Nothing is asserted,
    a law cannot change what it reads, and what is behind the two words `request` and `offer` cannot be asked: two offers of which
    the same is known are judged alike. A fact that is not known, or that belongs to the other kind of capacity, does not hold.
*/

:- module(surety_facts,
          [ granted/1,
            jurisdiction/2, user_jurisdiction/2, country/2, data_classification/2, inference_type/2,
            sector/2, risk_class/2, confidentiality/2, price_ceiling_micro_usd/2, p95_target_ms/2,
            provider_name/2, provider_compliant/2, provider_region/2, provider_jurisdiction/2, provider_in_country/2,
            provider_capacity/2, provider_spot_price/2, provider_spot_price_micro_usd/2, provider_on_demand_price_micro_usd/2,
            provider_error_rate_ppm/2, provider_p95_ms/2
          ]).

:- use_module(library(lists)).

%!  granted(?Indicator)

granted(jurisdiction/2).                        % whose law governs the request: de, fr, us ...
granted(user_jurisdiction/2).                   % where the user is protected: eu, us ...
granted(country/2).                             % the country that the data comes from
granted(data_classification/2).                 % public, pii or phi
granted(inference_type/2).                      % realtime or batch
granted(sector/2).                              % general, finance, health or public
granted(risk_class/2).                          % minimal, limited or high, as in the EU AI Act
granted(confidentiality/2).                     % standard or confidential
granted(price_ceiling_micro_usd/2).             % an hour; does not hold where the request names none
granted(p95_target_ms/2).                       % does not hold where the request names none
granted(provider_name/2).
granted(provider_compliant/2).                  % one fact per credential: gdpr, hipaa, soc2 ...
granted(provider_region/2).                     % eu_west ...
granted(provider_jurisdiction/2).               % the law that the provider's owner answers to
granted(provider_in_country/2).                 % where the machines stand
granted(provider_capacity/2).                   % spot or on_demand
granted(provider_spot_price/2).                 % dollars an hour, an exact fraction: to be compared, not computed with
granted(provider_spot_price_micro_usd/2).       % the same in whole millionths of a dollar
granted(provider_on_demand_price_micro_usd/2).
granted(provider_error_rate_ppm/2).             % as last observed
granted(provider_p95_ms/2).

%   request(UserJurisdiction, Jurisdiction, Country, Class, Type, Sector, Risk, Confidentiality, Ceiling, Target)
user_jurisdiction(request, J) :- b_getval(surety_request, F), F = request(J, _, _, _, _, _, _, _, _, _).
jurisdiction(request, J) :- b_getval(surety_request, F), F = request(_, J, _, _, _, _, _, _, _, _).
country(request, C) :- b_getval(surety_request, F), F = request(_, _, C, _, _, _, _, _, _, _).
data_classification(request, D) :- b_getval(surety_request, F), F = request(_, _, _, D, _, _, _, _, _, _).
inference_type(request, T) :- b_getval(surety_request, F), F = request(_, _, _, _, T, _, _, _, _, _).
sector(request, S) :- b_getval(surety_request, F), F = request(_, _, _, _, _, S, _, _, _, _).
risk_class(request, R) :- b_getval(surety_request, F), F = request(_, _, _, _, _, _, R, _, _, _).
confidentiality(request, C) :- b_getval(surety_request, F), F = request(_, _, _, _, _, _, _, C, _, _).
price_ceiling_micro_usd(request, Price) :- b_getval(surety_request, F), F = request(_, _, _, _, _, _, _, _, P, _), known(P, Price).
p95_target_ms(request, Target) :- b_getval(surety_request, F), F = request(_, _, _, _, _, _, _, _, _, T), known(T, Target).

%   offer(Capacity, Name, Jurisdiction, Region, Country, Credentials, Price, ErrorRate, P95); `none` while no offer is in sight
provider_capacity(offer, C) :- b_getval(surety_offer, F), F = offer(C, _, _, _, _, _, _, _, _).
provider_name(offer, N) :- b_getval(surety_offer, F), F = offer(_, N, _, _, _, _, _, _, _).
provider_jurisdiction(offer, J) :- b_getval(surety_offer, F), F = offer(_, _, J, _, _, _, _, _, _).
provider_region(offer, R) :- b_getval(surety_offer, F), F = offer(_, _, _, R, _, _, _, _, _).
provider_in_country(offer, C) :-
    b_getval(surety_offer, F), F = offer(_, _, _, _, Country, _, _, _, _),
    in_country(C, Country).
provider_compliant(offer, C) :-
    b_getval(surety_offer, F), F = offer(_, _, _, _, _, Credentials, _, _, _),
    (   atom(C) -> memberchk(C, Credentials) ; member(C, Credentials) ).
provider_spot_price_micro_usd(offer, Price) :-
    b_getval(surety_offer, F), F = offer(spot, _, _, _, _, _, P, _, _), known(P, Price).
provider_spot_price(offer, Dollars) :-
    b_getval(surety_offer, F), F = offer(spot, _, _, _, _, _, P, _, _), integer(P), Dollars is P rdiv 1_000_000.
provider_on_demand_price_micro_usd(offer, Price) :-
    b_getval(surety_offer, F), F = offer(on_demand, _, _, _, _, _, P, _, _), known(P, Price).
provider_error_rate_ppm(offer, Rate) :- b_getval(surety_offer, F), F = offer(_, _, _, _, _, _, _, R, _), known(R, Rate).
provider_p95_ms(offer, P95) :- b_getval(surety_offer, F), F = offer(_, _, _, _, _, _, _, _, L), known(L, P95).

known(Value, Value) :- integer(Value).

in_country(Asked, Country) :-
    atom(Asked),
    Asked \== country_of_origin, !,
    Asked == Country.
in_country(Country, Country).
in_country(country_of_origin, Country) :-
    b_getval(surety_request, F), F = request(_, _, Country, _, _, _, _, _, _, _).
