/*  The host's side of a routing question: grants the facts of one request and its offers, and asks the four rule groups.

    An offer is eligible if no clause of block_provider/2 holds for it, one of route_inference/2 does, and, where the request's
    data are protected health information, one of enforce_residency/1 holds with no other offer in sight. The first clause that
    holds is cited by its number and line. What a law does not define holds for nobody.
*/

:- module(surety_routing, [route/6]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(surety_facts).
:- use_module(host, [bounded/4]).

budget(Offers, Limit) :-
    length(Offers, Count),
    Limit is 500_000 + 20_000 * Count.

%!  route(+Law, +Question:string, +Request:string, +Offers:string, -Status, -Answer) is det.
%
%   Request is one line, and Offers are lines, of fields between tabs (governance/routing.py writes them). Status 1: Answer has
%   one line for each offer, in order: its state, and the number and line of the clause. Status -2 and -3 are those of a case.

route(Law, QuestionText, RequestText, OffersText, Status, Answer) :-
    number_string(Question, QuestionText),
    request_of(RequestText, Request),
    offers_of(OffersText, Offers),
    budget(Offers, Limit),
    setup_call_cleanup(
        grant(Request, Offers),
        bounded(Question, surety_routing:judged(Law, Request, Offers, Judged), Limit, Outcome),
        withdraw),
    (   Outcome == done
    ->  Status = 1, written(Judged, Answer)
    ;   Outcome = stopped(Status, Answer)
    ).

judged(Law, Request, Offers, Judged) :-
    Request = request(Id, _, _, Origin, Class, _),
    maplist(judged_among_all(Law, Id), Offers, First),
    (   Class == phi
    ->  withdraw_offers,
        maplist(judged_alone(Law, Id, Origin), Offers, First, Judged)
    ;   Judged = First
    ).

judged_among_all(Law, Request, Facts, Judgement) :-
    arg(1, Facts, Offer),
    (   once(Law:'$cite'(block_provider(Request, Offer), Number, Line))
    ->  Judgement = blocked(Number, Line)
    ;   once(Law:'$cite'(route_inference(Request, Offer), Number, Line))
    ->  (   once(Law:'$cite'(prefer_provider(Request, Offer), PreferNumber, PreferLine))
        ->  Judgement = eligible(Number, Line, PreferNumber, PreferLine)
        ;   Judgement = eligible(Number, Line, 0, 0)
        )
    ;   Judgement = unpermitted
    ).

judged_alone(Law, Request, Origin, Offer, eligible(Number, Line, PreferNumber, PreferLine), Judgement) :- !,
    setup_call_cleanup(
        grant_offer(Origin, Offer),
        (   once(Law:'$cite'(enforce_residency(Request), HomeNumber, HomeLine))
        ->  Judgement = resident(Number, Line, PreferNumber, PreferLine, HomeNumber, HomeLine)
        ;   Judgement = abroad
        ),
        withdraw_offers).
judged_alone(_, _, _, _, Judgement, Judgement).

written(Judged, Answer) :-
    with_output_to(string(Answer), forall(member(Judgement, Judged), written_line(Judgement))).

written_line(Judgement) :-
    Judgement =.. Fields,
    atomic_list_concat(Fields, '\t', Line),
    writeln(Line).


%   Facts in and out. They are the thread's own, and gone when the question is answered.

request_of(Text, request(Id, User, Jurisdiction, Country, Class, Type)) :-
    fields(Text, [Id, User, Jurisdiction, Country, Class, Type]).

offers_of("", []) :- !.
offers_of(Text, Offers) :-
    split_string(Text, "\n", "", Lines),
    maplist(offer_of, Lines, Offers).

offer_of(Line, offer(Id, Name, Jurisdiction, Region, Country, Credentials, Spot, OnDemand, ErrorRate, P95)) :-
    split_string(Line, "\t", "", [IdText, NameText, JurisdictionText, RegionText, CountryText, CredentialsText|Figures]),
    maplist(string_atom, [IdText, NameText, JurisdictionText, RegionText, CountryText],
            [Id, Name, Jurisdiction, Region, Country]),
    split_string(CredentialsText, " ", " ", CredentialTexts),
    maplist(string_atom, CredentialTexts, Credentials),
    maplist(figure, Figures, [Spot, OnDemand, ErrorRate, P95]).

fields(Line, Atoms) :-
    split_string(Line, "\t", "", Strings),
    maplist(string_atom, Strings, Atoms).

string_atom(String, Atom) :- atom_string(Atom, String).

figure("", unknown) :- !.
figure(Text, Number) :- number_string(Number, Text), integer(Number).

grant(Request, Offers) :-
    withdraw,
    Request = request(Id, User, Jurisdiction, Country, Class, Type),
    assertz(surety_facts:user_jurisdiction(Id, User)),
    assertz(surety_facts:jurisdiction(Id, Jurisdiction)),
    assertz(surety_facts:country(Id, Country)),
    assertz(surety_facts:data_classification(Id, Class)),
    assertz(surety_facts:inference_type(Id, Type)),
    maplist(grant_offer(Country), Offers).

grant_offer(Origin, offer(Id, Name, Jurisdiction, Region, Country, Credentials, Spot, OnDemand, ErrorRate, P95)) :-
    assertz(surety_facts:provider_name(Id, Name)),
    assertz(surety_facts:provider_jurisdiction(Id, Jurisdiction)),
    assertz(surety_facts:provider_region(Id, Region)),
    assertz(surety_facts:provider_in_country(Id, Country)),
    ( Country == Origin -> assertz(surety_facts:provider_in_country(Id, country_of_origin)) ; true ),
    forall(( member(Credential, Credentials), Credential \== '' ), assertz(surety_facts:provider_compliant(Id, Credential))),
    grant_spot_price(Spot, Id),
    grant_figure(OnDemand, surety_facts:provider_on_demand_price_micro_usd(Id, OnDemand)),
    grant_figure(ErrorRate, surety_facts:provider_error_rate_ppm(Id, ErrorRate)),
    grant_figure(P95, surety_facts:provider_p95_ms(Id, P95)).

grant_spot_price(unknown, _) :- !.
grant_spot_price(Micro, Id) :-
    Dollars is Micro rdiv 1_000_000,
    assertz(surety_facts:provider_spot_price_micro_usd(Id, Micro)),
    assertz(surety_facts:provider_spot_price(Id, Dollars)).

grant_figure(unknown, _) :- !.
grant_figure(_, Fact) :- assertz(Fact).

withdraw :-
    forall(granted(Name/Arity), withdraw(Name, Arity)).

withdraw_offers :-
    forall(( granted(Name/Arity), sub_atom(Name, 0, _, _, provider_) ), withdraw(Name, Arity)).

withdraw(Name, Arity) :-
    functor(Fact, Name, Arity),
    retractall(surety_facts:Fact).
