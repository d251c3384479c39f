/*  The host's side of a routing question: one rule group, one request, and offers of which each is judged on its own.

    What is known of an offer is kept under a number (keep/3), since many requests ask about it; it is never changed, and is
    forgotten under that number. A judgement sees the request and one offer, so it cannot depend on any other. The first clause
    that holds is cited by its number. What a law does not define holds for nobody.
*/

:- module(surety_routing, [keep/3, forget/3, kept_count/2, judge/7, strategy/5]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(solution_sequences)).
:- use_module(surety_facts).
:- use_module(host, [bounded/4]).

:- dynamic kept/2.

inference_limit(500_000).                       % of one judgement
most_strategies(16).

%!  keep(+Offers:string, -Status, -Text) is det.
%
%   Offers are lines of fields between tabs (governance/judging.py writes them), each with its number first.

keep(Text, 1, "") :-
    split_string(Text, "\n", "", Lines),
    forall(member(Line, Lines), ( offer_of(Line, Number, Offer), assertz(kept(Number, Offer)) )).

%!  forget(+Numbers:string, -Status, -Text) is det.

forget(Text, 1, "") :-
    term_string(Numbers, Text),
    forall(member(Number, Numbers), retractall(kept(Number, _))).

%!  kept_count(-Status, -Count) is det.
%
%   Of how many offers anything is kept.

kept_count(1, Count) :-
    predicate_property(kept(_, _), number_of_clauses(Number)),
    number_string(Number, Count).

%!  judge(+Law, +Question:string, +Group:string, +Request:string, +Numbers:string, -Status, -Answer) is det.
%
%   Status 1: Answer is the number of the clause that holds for each offer, in order, or 0 where none does. Status -2 and -3 are
%   those of a case. An offer's judgement has its own limit of inferences: all together are tried within that of one first.

judge(Law, QuestionText, GroupText, RequestText, NumbersText, Status, Answer) :-
    number_string(Question, QuestionText),
    head_of(GroupText, Head),
    request_of(RequestText, Request),
    term_string(Numbers, NumbersText),
    b_setval(surety_request, Request),
    inference_limit(Limit),
    bounded(Question, surety_routing:cited_all(Numbers, Law, Head, Together), Limit, Outcome),
    (   Outcome == done
    ->  Status = 1, atomic_list_concat(Together, ' ', Answer)
    ;   Numbers = [_, _|_]
    ->  cited_each(Numbers, Question, Law, Head, Clauses, Status, Why),
        ( Status == 1 -> atomic_list_concat(Clauses, ' ', Answer) ; Answer = Why )
    ;   Outcome = stopped(Status, Answer)
    ).

head_of("block_provider", block_provider(request, offer)).
head_of("route_inference", route_inference(request, offer)).
head_of("prefer_provider", prefer_provider(request, offer)).
head_of("enforce_residency", enforce_residency(request)).

cited_all([], _, _, []).
cited_all([Number|More], Law, Head, [Clause|Rest]) :-
    kept(Number, Offer),
    b_setval(surety_offer, Offer),
    (   Law:'$cite'(Head, First, _) -> Clause = First ; Clause = 0 ),
    cited_all(More, Law, Head, Rest).

cited_each([], _, _, _, [], 1, "").
cited_each([Number|More], Question, Law, Head, Clauses, Status, Why) :-
    inference_limit(Limit),
    bounded(Question, surety_routing:cited_all([Number], Law, Head, Cited), Limit, Outcome),
    (   Outcome == done
    ->  Cited = [Clause],
        Clauses = [Clause|Rest],
        cited_each(More, Question, Law, Head, Rest, Status, Why)
    ;   Outcome = stopped(Status, Why), Clauses = []
    ).

%!  strategy(+Law, +Question:string, +Request:string, -Status, -Answer) is det.
%
%   Status 1: Answer is the one strategy that strategy/2 gives for a request, or empty where no clause holds. Status -1: there are
%   two that differ; -4: it is none of those that there are.

strategy(Law, QuestionText, RequestText, Status, Answer) :-
    number_string(Question, QuestionText),
    request_of(RequestText, Request),
    b_setval(surety_request, Request),
    b_setval(surety_offer, none),
    inference_limit(Limit),
    most_strategies(Most),
    TooMany is Most + 1,
    bounded(Question, findall(Strategy, limit(TooMany, Law:strategy(request, Strategy)), Found), Limit, Outcome),
    (   Outcome == done
    ->  one_strategy(Found, Status, Answer)
    ;   Outcome = stopped(Status, Answer)
    ).

one_strategy([], 1, "") :- !.
one_strategy([_|More], -4, Answer) :-
    most_strategies(Most),
    length(More, Most), !,
    shown("the law gives more strategies than one should: over ~W", Most, Answer).
one_strategy(Found, Status, Answer) :-
    sort(Found, Strategies),
    (   member(Other, Strategies), \+ known_strategy(Other)
    ->  Status = -4, shown("this is no strategy: ~W", Other, Answer)
    ;   Strategies = [Strategy]
    ->  Status = 1, Answer = Strategy
    ;   Status = -1, shown("the law gives strategies that differ: ~W", Strategies, Answer)
    ).

known_strategy(Strategy) :-
    atom(Strategy),
    memberchk(Strategy, [cost_first, latency_first, compliance_first, sla_first]).

shown(Format, Term, Text) :-
    format(string(Text), Format, [Term, [max_depth(8), quoted(true)]]).


%   From lines to terms. The words are those of a request or an offer: they are never read as Prolog.

request_of(Text, Request) :-
    split_string(Text, "\t", "", [User, Jurisdiction, Country, Class, Type, Sector, Risk, Confidentiality|Figures]),
    maplist(string_atom, [User, Jurisdiction, Country, Class, Type, Sector, Risk, Confidentiality], Words),
    maplist(figure, Figures, [Ceiling, Target]),
    append(Words, [Ceiling, Target], Facts),
    Request =.. [request|Facts].

offer_of(Line, Number, offer(Capacity, Name, Jurisdiction, Region, Country, Credentials, Price, ErrorRate, P95)) :-
    split_string(Line, "\t", "", [NumberText, CapacityText, NameText, JurisdictionText, RegionText, CountryText, CredentialsText|
                                  Figures]),
    number_string(Number, NumberText),
    maplist(string_atom, [CapacityText, NameText, JurisdictionText, RegionText, CountryText],
            [Capacity, Name, Jurisdiction, Region, Country]),
    credentials(CredentialsText, Credentials),
    maplist(figure, Figures, [Price, ErrorRate, P95]).

credentials("", []) :- !.
credentials(Text, Credentials) :-
    split_string(Text, " ", "", Words),
    maplist(string_atom, Words, Credentials).

string_atom(String, Atom) :- atom_string(Atom, String).

figure("", unknown) :- !.
figure(Text, Number) :- number_string(Number, Text), integer(Number).
