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
%       reads   <group> <fact> <how> <what>     how: known; word, with the word; cut, with a number as N/D; all
%       strategy <strategy>                     mentioned where strategy/2 can reach

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

%   facts(Indicator, Calls, Reads) of one clause: the own predicates that it may call, and what it reads.
clause_facts(Own, clause(Indicator, _, Clause), facts(Indicator, Calls, Reads)) :-
    numbervars(Clause, 0, Variables, [functor_name('surety variable')]),
    functor(Counts, counts, Variables),
    forall(between(1, Variables, Index), nb_setarg(Index, Counts, 0)),
    findall(Part, part_of(Clause, Part), Parts),
    forall(( member('surety variable'(N), Parts), integer(N), N < Variables ), count(Counts, N)),
    findall(N-Cut, ( Clause = (_ :- Body), goal_of(Body, Goal), comparison(Goal, N, Cut) ), Pairs),
    keysort(Pairs, Sorted),
    group_pairs_by_key(Sorted, Groups),
    list_to_assoc(Groups, Cuts),
    findall(Call, ( member(Part, Parts), callable(Part), functor(Part, F, A), Call = F/A, get_assoc(Call, Own, _) ), AllCalls),
    sort(AllCalls, Calls),
    findall(Read, ( member(Part, Parts), part_reads(Part, Counts, Cuts, Read) ), AllReads),
    sort(AllReads, Reads).

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

comparison(Goal, N, Numerator/Denominator) :-
    compound(Goal),
    compound_name_arguments(Goal, Operator, [A, B]),
    memberchk(Operator, [<, >, =<, >=, =:=, =\=]),
    (   A = 'surety variable'(N), number(B) -> Number = B
    ;   B = 'surety variable'(N), number(A) -> Number = A
    ),
    exact(Number, Numerator, Denominator).

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
    (   Compared == [] -> How = known, What = '' ; How = cut, member(What, Compared) ).
value_reads(_, _, _, all, '').

by_predicate(Facts, Graph) :-
    findall(Indicator-facts(Calls, Reads), member(facts(Indicator, Calls, Reads), Facts), Pairs),
    keysort(Pairs, Sorted),
    group_pairs_by_key(Sorted, Groups),
    list_to_assoc(Groups, Graph).

written(Group, Indicator, Clauses, Graph) :-
    findall(Line, member(clause(Indicator, Line, _), Clauses), Lines),
    atomic_list_concat([clauses, Group|Lines], '\t', First),
    writeln(First),
    empty_assoc(None),
    reached([Indicator], Graph, None, Reached),
    findall(Read, ( gen_assoc(Own, Reached, _), get_assoc(Own, Graph, Every), member(facts(_, Reads), Every), member(Read, Reads) ),
            AllReads),
    sort(AllReads, Reads),
    forall(member(read(Fact, How, What), Reads), format("reads\t~w\t~w\t~w\t~w~n", [Group, Fact, How, What])),
    ( Group == strategy -> written_strategies(Reached, Clauses) ; true ).

reached([], _, Reached, Reached).
reached([Indicator|More], Graph, Before, Reached) :-
    (   get_assoc(Indicator, Before, _)
    ->  reached(More, Graph, Before, Reached)
    ;   get_assoc(Indicator, Graph, Every)
    ->  put_assoc(Indicator, Before, seen, Next),
        findall(Call, ( member(facts(Calls, _), Every), member(Call, Calls) ), New),
        append(New, More, All),
        reached(All, Graph, Next, Reached)
    ;   reached(More, Graph, Before, Reached)
    ).

written_strategies(Reached, Clauses) :-
    findall(Part,
            ( member(clause(Indicator, _, Clause), Clauses), get_assoc(Indicator, Reached, _), part_of(Clause, Part), atom(Part),
              memberchk(Part, [cost_first, latency_first, compliance_first, sla_first]) ),
            Parts),
    sort(Parts, Strategies),
    forall(member(Strategy, Strategies), format("strategy\t~w~n", [Strategy])).
