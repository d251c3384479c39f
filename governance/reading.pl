/*  What a routing law reads: found in its text, so that offers of which the law reads the same need be judged only once.

    Everything here errs on the safe side. A fact that is mentioned anywhere in a clause that a rule group can reach is read by the
    group. It is read by `word` or `cut` alone if the clause cannot tell apart values that answer the same to these: its second
    argument is a word or a number; or a variable of which every other occurrence is one side of a comparison with a number.
*/

:- module(surety_reading, [reading/3]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(assoc)).
:- use_module(library(pairs)).
:- use_module(surety_facts, [granted/1]).

%!  reading(+Text:string, -Status, -Answer) is det.
%
%   Text is a law that the fence has let through. Answer are lines of words between tabs:
%
%       clauses <group> <line> ...              where the clauses of a rule group stand
%       reads   <group> <fact> <how> <what>     how: known; word, with the word; cut, with a number as N/D; all; or
%                                               against: compared with variables, which hold what else the group can reach
%       numbers <group> <N/D> ...               all numbers that stand in the clauses of the group
%       computes <group>                        where it may come to numbers that stand nowhere

reading(Text, 1, Answer) :-
    setup_call_cleanup(open_string(Text, Stream), read_clauses(Stream, Clauses), close(Stream)),
    own_predicates(Clauses, Own),
    maplist(clause_facts(Own), Clauses, Facts),
    by_predicate(Facts, Graph),
    with_output_to(string(Answer), forall(group(Group, Indicator), written(Group, Indicator, Clauses, Graph))).

group(block_provider, block_provider/2).
group(route_inference, route_inference/2).
group(enforce_residency, enforce_residency/1).
group(prefer_provider, prefer_provider/2).
group(strategy, strategy/2).

read_clauses(Stream, Clauses) :-
    read_term(Stream, Term, [ module(surety_reader), syntax_errors(error), dotlists(false), double_quotes(string),
                              term_position(Start) ]),
    (   Term == end_of_file
    ->  Clauses = []
    ;   stream_position_data(line_count, Start, Line),
        ( Term = (Head :- _) -> true ; Head = Term ),
        functor(Head, Name, Arity),
        Clauses = [clause(Name/Arity, Line, Term)|More],
        read_clauses(Stream, More)
    ).

own_predicates(Clauses, Own) :-
    findall(Indicator-own, member(clause(Indicator, _, _), Clauses), Pairs),
    sort(Pairs, Sorted),
    list_to_assoc(Sorted, Own).

%   facts(Indicator, Calls, Reads, Numbers) of one clause: the own predicates that it may call, what it reads, the numbers in it.
%   Numbers is `computed` where a goal may make others.
clause_facts(Own, clause(Indicator, _, Clause), facts(Indicator, Calls, Reads, Numbers)) :-
    numbervars(Clause, 0, Variables, [functor_name('surety variable')]),
    functor(Counts, counts, Variables),
    forall(between(1, Variables, Index), nb_setarg(Index, Counts, 0)),
    forall(( part_of(Clause, 'surety variable'(N)), integer(N), N < Variables ), count(Counts, N)),
    ( Clause = (_ :- Body) -> findall(Goal, goal_of(Body, Goal), Goals) ; Goals = [] ),
    findall(N, ( part_of(Clause, Part), offer_figure(Part, N) ), Figures),
    findall(N-Cut, ( member(Goal, Goals), comparison(Goal, Figures, N, Cut) ), Pairs),
    keysort(Pairs, Sorted),
    group_pairs_by_key(Sorted, Groups),
    list_to_assoc(Groups, Cuts),
    findall(Call, ( part_of(Clause, Part), callable(Part), functor(Part, F, A), Call = F/A, get_assoc(Call, Own, _) ), AllCalls),
    sort(AllCalls, Calls),
    findall(Read, ( part_of(Clause, Part), part_reads(Part, Counts, Cuts, Read) ), AllReads),
    sort(AllReads, Reads),
    (   member(Goal, Goals), \+ makes_no_number(Goal, Own)
    ->  Numbers = computed
    ;   findall(N/D, ( part_of(Clause, Part), number(Part), exact(Part, N, D) ), Numbers)
    ).

count(Counts, N) :-
    Index is N + 1,
    arg(Index, Counts, Before),
    After is Before + 1,
    nb_setarg(Index, Counts, After).

part_of(Term, Term).
part_of(Term, Part) :-
    compound(Term),
    compound_name_arguments(Term, _, Arguments),
    member(Argument, Arguments),
    part_of(Argument, Part).

%   A comparison counts where it is a goal: as part of a term it may carry the value elsewhere.
goal_of(Goal, Goal).
goal_of(Body, Goal) :-
    control(Body, Parts),
    member(Part, Parts),
    goal_of(Part, Goal).

control((A, B), [A, B]).
control((A ; B), [A, B]).
control((A -> B), [A, B]).
control((A *-> B), [A, B]).
control(\+ A, [A]).
control(once(A), [A]).
control(forall(A, B), [A, B]).
control(findall(_, A, _), [A]).

%   With a number; or with a variable, unless that is a figure of the offer too.
comparison(Goal, Figures, N, Cut) :-
    compared(Goal, A, B),
    (   A = 'surety variable'(N), Other = B ; B = 'surety variable'(N), Other = A ),
    (   number(Other)
    ->  exact(Other, Numerator, Denominator), Cut = Numerator/Denominator
    ;   Other = 'surety variable'(M), M \== N, \+ memberchk(M, Figures), Cut = variable
    ).

compared(Goal, A, B) :-
    compound(Goal),
    compound_name_arguments(Goal, Operator, [A, B]),
    memberchk(Operator, [<, >, =<, >=, =:=, =\=]).

offer_figure(Part, N) :-
    compound(Part),
    compound_name_arguments(Part, Fact, [_, 'surety variable'(N)]),
    memberchk(Fact, [ provider_spot_price, provider_spot_price_micro_usd, provider_on_demand_price_micro_usd,
                      provider_error_rate_ppm, provider_p95_ms ]).

%   Goals that bring no number into play which was nowhere before. What is not known here may.
makes_no_number(Goal, Own) :- callable(Goal), functor(Goal, Name, Arity), get_assoc(Name/Arity, Own, _), !.
makes_no_number(Goal, _) :- callable(Goal), functor(Goal, Name, Arity), granted(Name/Arity), !.
makes_no_number(Goal, _) :- compared(Goal, _, _), !.
makes_no_number(Goal, _) :- control(Goal, _), !.
makes_no_number(Goal, _) :-
    callable(Goal),
    functor(Goal, Name, Arity),
    memberchk(Name/Arity, [ (!)/0, true/0, fail/0, false/0, (=)/2, (\=)/2, (==)/2, (\==)/2, (@<)/2, (@>)/2, (@=<)/2, (@>=)/2,
                            compare/3, var/1, nonvar/1, atom/1, atomic/1, integer/1, compound/1, ground/1,
                            sort/2, msort/2, sort/4, member/2, memberchk/2, append/3, reverse/2, last/2 ]).

exact(Number, Numerator, Denominator) :-
    Rational is rationalize(Number),
    Numerator is numerator(Rational),
    Denominator is denominator(Rational).

part_reads(Part, _, _, read(Part, all, '')) :-
    atom(Part),
    granted(Part/_).
part_reads(Part, Counts, Cuts, read(Fact, How, What)) :-
    compound(Part),
    compound_name_arity(Part, Fact, Arity),
    granted(Fact/Arity),
    arg(2, Part, Value),
    value_reads(Value, Counts, Cuts, How, What).

value_reads(Word, _, _, How, What) :-
    atom(Word), !,
    (   sub_atom(Word, _, 1, _, Character), memberchk(Character, ['\t', '\n'])
    ->  How = all, What = ''
    ;   How = word, What = Word
    ).
value_reads(Number, _, _, How, What) :-
    integer(Number), !,
    How = cut, What = Number/1.
value_reads('surety variable'(N), Counts, Cuts, How, What) :-
    integer(N),
    Index is N + 1,
    arg(Index, Counts, Count),
    ( get_assoc(N, Cuts, Compared) -> true ; Compared = [] ),
    length(Compared, Comparisons),
    Count =:= Comparisons + 1, !,
    (   Compared == [] -> How = known, What = ''
    ;   member(Cut, Compared),
        ( Cut == variable -> How = against, What = '' ; How = cut, What = Cut )
    ).
value_reads(_, _, _, all, '').

by_predicate(Facts, Graph) :-
    findall(Indicator-facts(Calls, Reads, Numbers), member(facts(Indicator, Calls, Reads, Numbers), Facts), Pairs),
    keysort(Pairs, Sorted),
    group_pairs_by_key(Sorted, Groups),
    list_to_assoc(Groups, Graph).

written(Group, Indicator, Clauses, Graph) :-
    findall(Line, member(clause(Indicator, Line, _), Clauses), Lines),
    atomic_list_concat([clauses, Group|Lines], '\t', First),
    writeln(First),
    empty_assoc(None),
    reached([Indicator], Graph, None, Reached),
    findall(Each, ( gen_assoc(Own, Reached, _), get_assoc(Own, Graph, Every), member(Each, Every) ), All),
    findall(Read, ( member(facts(_, Some, _), All), member(Read, Some) ), AllReads),
    sort(AllReads, Reads),
    (   memberchk(facts(_, _, computed), All)
    ->  format("computes\t~w~n", [Group])
    ;   findall(Number, ( member(facts(_, _, Some), All), member(Exact, Some), term_to_atom(Exact, Number) ), AllNumbers),
        sort(AllNumbers, Numbers),
        atomic_list_concat([numbers, Group|Numbers], '\t', Line),
        writeln(Line)
    ),
    forall(member(read(Fact, How, What), Reads), format("reads\t~w\t~w\t~w\t~w~n", [Group, Fact, How, What])).

reached([], _, Reached, Reached).
reached([Indicator|More], Graph, Before, Reached) :-
    (   get_assoc(Indicator, Before, _)
    ->  reached(More, Graph, Before, Reached)
    ;   get_assoc(Indicator, Graph, Every)
    ->  put_assoc(Indicator, Before, seen, Next),
        findall(Call, ( member(facts(Calls, _, _), Every), member(Call, Calls) ), New),
        append(New, More, All),
        reached(All, Graph, Next, Reached)
    ;   reached(More, Graph, Before, Reached)
    ).
