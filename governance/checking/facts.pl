/*  The facts of one request and one offer, given one by one while a law is followed.

    A fact is given as Name-Value, with the value `none` for one that is not known. credential(Word) is yes or no. Looking at
    any other throws fact_needed(Name): whoever follows then gives it in each of the ways that it may be.
*/

:- module(surety_given_facts, [give_facts/2, give_no_facts/0, no_facts/0, given_fact/2, granted_fact/1]).

:- use_module(library(lists)).
:- use_module(numbers).

:- thread_local given/2, credential_word/1, no_facts/0.

%!  give_facts(+Given:list, +Credentials:list) is det.
%   Credentials are all the words that a credential may be.

give_facts(Given, Credentials) :-
    retractall(no_facts),
    retractall(given(_, _)),
    retractall(credential_word(_)),
    forall(member(Name-Value, Given), assertz(given(Name, Value))),
    forall(member(Word, Credentials), assertz(credential_word(Word))).

%!  give_no_facts is det.
%   As for a law that settles: it has a case and no facts.

give_no_facts :- ( no_facts -> true ; assertz(no_facts) ).

%!  given_fact(+Name, ?Value) is semidet.

given_fact(Name, Value) :-
    (   given(Name, Given) -> Value = Given ; throw(fact_needed(Name)) ).

known_fact(Name, Value) :- given_fact(Name, Value), Value \== none.

%!  granted_fact(+Goal) is nondet.

granted_fact(_) :- no_facts, !, fail.
granted_fact(provider_compliant(Provider, Word)) :- !,
    unified(Provider, offer),
    ( atom(Word) -> true ; credential_word(Word) ),
    given_fact(credential(Word), yes).
granted_fact(provider_in_country(Provider, Country)) :- !,
    unified(Provider, offer),
    known_fact(provider_in_country, Home),
    (   unified(Country, Home)
    ;   unified(Country, country_of_origin), known_fact(country, Home)
    ).
granted_fact(provider_spot_price(Provider, Price)) :- !,
    unified(Provider, offer),
    price(spot, provider_spot_price_micro_usd, Micro),
    Dollars is Micro rdiv 1_000_000,
    unified(Price, Dollars).
granted_fact(provider_spot_price_micro_usd(Provider, Price)) :- !,
    unified(Provider, offer),
    price(spot, provider_spot_price_micro_usd, Micro),
    unified(Price, Micro).
granted_fact(provider_on_demand_price_micro_usd(Provider, Price)) :- !,
    unified(Provider, offer),
    price(on_demand, provider_on_demand_price_micro_usd, Micro),
    unified(Price, Micro).
granted_fact(Goal) :-
    Goal =.. [Name, Subject, Value],
    ( sub_atom(Name, 0, _, _, provider_) -> About = offer ; About = request ),
    unified(Subject, About),
    known_fact(Name, Known),
    unified(Value, Known).

%   A price is granted on its own rung alone.
price(Capacity, Name, Micro) :-
    known_fact(provider_capacity, Capacity),
    known_fact(Name, Micro).
