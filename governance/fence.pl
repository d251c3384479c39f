/*  The fence: turns the text of a law into predicates of a private module, or says why not.

    A law is data until every goal in it was walked. What it may call is its own predicates, the granted facts and the
    vocabulary below; nothing else is even reachable from its module, for the default imports are taken away. Arithmetic is on
    integers of bounded size: since `X is Y` evaluates whatever term Y is bound to, a guard is woven in before each evaluation,
    and the bound is checked after it.
*/

:- module(surety_fence, [fence_law/5]).

:- use_module(library(lists)).
:- use_module(law_lists, [stoppable/2]).
:- use_module(library(apply)).
:- use_module(library(assoc)).
:- use_module(surety_facts, []).
:- use_module(amendment_facts, []).
:- use_module(arithmetic).
:- use_module(refusal).

deepest_term(100).
most_clauses(5_000).
most_arguments(16).
program_space(4_000_000).

%!  fact_module(?Module)
%
%   Where granted facts are kept; each of these modules has a granted/1 that lists its own.

fact_module(surety_facts).
fact_module(surety_amendment_facts).

granted(Indicator, Module) :-
    fact_module(Module),
    Module:granted(Indicator).

%!  entry(?Indicator)
%
%   What a law may be asked.

entry(decide/3).
entry(route_inference/2).
entry(permit_amendment/1).
entry(accept_establishment/1).

/*  Importing predicates that their module does not export is what a private vocabulary is made of. The hook is silent for
    law modules alone.  */
:- multifile user:message_hook/3.
user:message_hook(import_private(Module, _), _, _) :-
    atom(Module),
    sub_atom(Module, 0, _, _, 'surety law ').

%!  fence_law(+Module, +Text:string, +Entry:string, -Status, -Why) is det.
%
%   Entry is what the law must define, as in "decide/3". Status is 1, and Why then says all that the law may be asked, as in
%   "decide/3 permit_amendment/1"; or 0 for a law that is refused: Why is then "Offset<TAB>Message", where Offset counts
%   characters from 0. Nothing stays of a refused law but an empty module.

fence_law(Module, Text, EntryText, Status, Why) :-
    catch(( term_string(Entry, EntryText),
            with_mutex(surety_fence, admit(Module, Text, Entry, Defined)),
            indicators_text(Defined, Why), Status = 1 ),
          Error,
          ( refusal(Error, Offset, Message), Status = 0, format(string(Why), "~d\t~s", [Offset, Message]) )).

admit(Module, Text, Entry, Defined) :-
    setup_call_cleanup(open_string(Text, Stream), read_clauses(Stream, 0, Read), close(Stream)),
    own_predicates(Read, Indicators),
    (   memberchk(Entry, Indicators) -> true ; refuse(0, "~w is missing", [Entry]) ),
    findall(Indicator-0, member(Indicator, Indicators), Pairs),
    list_to_assoc(Pairs, Own),
    maplist(fenced_clause(Own), Read, Clauses),
    load(Module, Indicators, Own, Clauses),
    findall(Indicator, ( entry(Indicator), memberchk(Indicator, Indicators) ), Defined).

indicators_text(Indicators, Text) :-
    maplist(term_to_atom, Indicators, Words),
    atomic_list_concat(Words, ' ', Joined),
    atom_string(Joined, Text).


%   Reading: one term at a time, as data, with the operators of the system alone.

read_clauses(Stream, Count, Clauses) :-
    read_term(Stream, Term, [ module(surety_reader), syntax_errors(error), dotlists(false), double_quotes(string),
                              singletons(Singletons), quasi_quotations(Quasi), subterm_positions(Position),
                              term_position(Start), comments(Comments) ]),
    stream_position_data(char_count, Start, Offset),
    maplist(check_comment, Comments),
    (   Term == end_of_file
    ->  ( peek_char(Stream, end_of_file) -> true ; refuse(Offset, "the text ends before its end", []) ),
        Clauses = []
    ;   stream_position_data(line_count, Start, Line),
        check_clause_form(Term, Singletons, Quasi, Count, Offset),
        Clauses = [read(Term, Position, Offset, Line)|More],
        Next is Count + 1,
        read_clauses(Stream, Next, More)
    ).

%   Prolog reads on to the end of the outer one, as other languages do not: a person may take for a clause what is none.
check_comment(Start-Comment) :-
    (   sub_string(Comment, 0, _, _, "/*"), sub_string(Comment, At, _, _, "/*"), At > 0
    ->  stream_position_data(char_count, Start, Before),
        Offset is Before + At,
        refuse(Offset, "a comment within a comment", [])
    ;   true
    ).

check_clause_form(Term, Singletons, Quasi, Count, Offset) :-
    most_clauses(Most),
    (   Count >= Most -> refuse(Offset, "more than ~d clauses", [Most]) ; true ),
    (   Quasi == [] -> true ; refuse(Offset, "quasi quotations are not allowed", []) ),
    (   Singletons = [Name=_|_]
    ->  refuse(Offset, "variable ~w stands alone; write _~w if it is meant to", [Name, Name])
    ;   true
    ),
    deepest_term(Deepest),
    (   shallow(Term, Deepest) -> true ; refuse(Offset, "terms nested deeper than ~d", [Deepest]) ),
    (   part_of(Term, Part), is_dict(Part) -> refuse(Offset, "dicts are not allowed", []) ; true ),
    (   part_of(Term, Whole), rational(Whole, Over, Under), \+ ( small(Over), small(Under) )
    ->  refuse(Offset, "a number of more than 256 bits", [])
    ;   true
    ).

%   Conjunctions and lists may be long: only their elements count as depth.
shallow(Term, _) :- \+ compound(Term), !.
shallow(_, 0) :- !, fail.
shallow((First, Rest), Depth) :- !, Less is Depth - 1, shallow(First, Less), shallow(Rest, Depth).
shallow([First|Rest], Depth) :- !, Less is Depth - 1, shallow(First, Less), shallow(Rest, Depth).
shallow(Term, Depth) :-
    Less is Depth - 1,
    compound_name_arguments(Term, _, Arguments),
    all_shallow(Arguments, Less).

all_shallow([], _).
all_shallow([First|Rest], Depth) :- shallow(First, Depth), all_shallow(Rest, Depth).

part_of(Term, Term).
part_of(Term, Part) :-
    compound(Term),
    compound_name_arguments(Term, _, Arguments),
    member(Argument, Arguments),
    part_of(Argument, Part).


%   Heads: what a law may define.

own_predicates(Read, Indicators) :-
    maplist(own_predicate, Read, Every),
    sort(Every, Indicators).

own_predicate(read(Term, _, Offset, _), Name/Arity) :-
    head_and_body(Term, Head, _, Offset),
    (   callable(Head) -> true ; refuse(Offset, "a clause has no head", []) ),
    functor(Head, Name, Arity),
    most_arguments(Most),
    (   Arity > Most -> refuse(Offset, "~q has more than ~d arguments", [Name/Arity, Most]) ; true ),
    (   definable(Head, Name) -> true ; refuse(Offset, "~q may not be defined by a law", [Name/Arity]) ).

head_and_body((Head :- Body), Head, Body, _) :- !.
head_and_body((:- _), _, _, Offset) :- !, refuse(Offset, "directives are not allowed", []).
head_and_body((?- _), _, _, Offset) :- !, refuse(Offset, "queries are not allowed", []).
head_and_body((_ --> _), _, _, Offset) :- !, refuse(Offset, "grammar rules are not allowed", []).
head_and_body((_ => _), _, _, Offset) :- !, refuse(Offset, "rules with => are not allowed", []).
head_and_body(Head, Head, true, _).

definable(Head, Name) :-
    \+ sub_atom(Name, 0, 1, _, $),
    \+ punctuation(Name),
    \+ predicate_property(system:Head, defined),
    \+ vocabulary(Head),
    \+ control(Head, _),
    \+ ( functor(Head, Name, Arity), granted(Name/Arity, _) ),
    Head \= _:_.

punctuation(:-).
punctuation(?-).
punctuation(-->).
punctuation(=>).
punctuation('|').
punctuation([]).
punctuation('[|]').
punctuation({}).


%   Bodies: every goal is walked, beside its position, and arithmetic is guarded.

fenced_clause(Own, read(Term, Position, Offset, Line), clause(Head, Guarded, Line)) :-
    head_and_body(Term, Head, Body, Offset),
    (   Term = (_ :- _)
    ->  child(2, Position, Offset, BodyPosition)
    ;   BodyPosition = none(Offset)
    ),
    walk(Body, BodyPosition, Own, Guarded),
    (   part_of(Head-Guarded, Part), float(Part)
    ->  refuse(Offset, "~w is no whole number; decimals may stand in comparisons alone", [Part])
    ;   true
    ).

walk(Goal, Position, _, _) :-
    var(Goal), !,
    refuse_at(Position, "a goal may not be a variable", []).
walk(Goal, Position, Own, Guarded) :-
    control(Goal, Places), !,
    Goal =.. [Name|Arguments],
    walk_places(Arguments, 1, Places, Position, Own, GuardedArguments),
    Guarded =.. [Name|GuardedArguments].
walk(Goal, Position, _, Guarded) :-
    arithmetic(Goal, Kind, Expressions), !,
    check_expressions(Expressions, Kind, Position),
    guard(Kind, Goal, Expressions, Guarded).
walk(Goal, _, _, Instead) :-
    stoppable(Goal, Instead), !.
walk(Goal, _, _, Goal) :-
    vocabulary(Goal), !.
walk(Goal, _, Own, Goal) :-
    callable(Goal),
    functor(Goal, Name, Arity),
    ( get_assoc(Name/Arity, Own, _) ; granted(Name/Arity, _) ), !.
walk(Goal, Position, _, _) :-
    callable(Goal), !,
    functor(Goal, Name, Arity),
    refuse_at(Position, "~q may not be called by a law", [Name/Arity]).
walk(_, Position, _, _) :-
    refuse_at(Position, "a goal is a predicate", []).

walk_places([], _, _, _, _, []).
walk_places([Argument|More], Index, Places, Position, Own, [Guarded|Rest]) :-
    (   memberchk(Index, Places)
    ->  offset_of(Position, Offset),
        child(Index, Position, Offset, ChildPosition),
        walk(Argument, ChildPosition, Own, Guarded)
    ;   Guarded = Argument
    ),
    Next is Index + 1,
    walk_places(More, Next, Places, Position, Own, Rest).

%!  control(?Goal, -Places)
%   Goals whose arguments at Places are goals.

control((_, _), [1, 2]).
control((_ ; _), [1, 2]).
control((_ -> _), [1, 2]).
control((_ *-> _), [1, 2]).
control(\+ _, [1]).
control(once(_), [1]).
control(forall(_, _), [1, 2]).
control(findall(_, _, _), [2]).

%!  vocabulary(?Goal)
%   What a law may call besides. None of it makes atoms, evaluates a term, or reaches beyond its arguments.

vocabulary(!).
vocabulary(true).
vocabulary(fail).
vocabulary(false).
vocabulary(_ = _).
vocabulary(_ \= _).
vocabulary(_ == _).
vocabulary(_ \== _).
vocabulary(_ @< _).
vocabulary(_ @> _).
vocabulary(_ @=< _).
vocabulary(_ @>= _).
vocabulary(compare(_, _, _)).
vocabulary(var(_)).
vocabulary(nonvar(_)).
vocabulary(atom(_)).
vocabulary(atomic(_)).
vocabulary(integer(_)).
vocabulary(compound(_)).
vocabulary(ground(_)).
vocabulary(between(_, _, _)).
vocabulary(length(_, _)).
vocabulary(sort(_, _)).
vocabulary(msort(_, _)).
vocabulary(sort(_, _, _, _)).
vocabulary(member(_, _)).
vocabulary(memberchk(_, _)).
vocabulary(append(_, _, _)).
vocabulary(reverse(_, _)).
vocabulary(nth0(_, _, _)).
vocabulary(nth1(_, _, _)).
vocabulary(last(_, _)).

%   Loading: the module sees its own predicates and the vocabulary, and nothing by default.

load(Module, Indicators, Own, Clauses) :-
    program_space(Space),
    set_module(Module:program_space(Space)),
    forall(( vocabulary(Goal), Goal \== !, \+ stoppable(Goal, _) ), import_goal(Module, Goal)),
    forall(( control(Goal, _), \+ compiled_away(Goal) ), import_goal(Module, Goal)),
    forall(arithmetic(Goal, _, _), import_goal(Module, Goal)),
    forall(granted(Indicator, Home), @(import(Home:Indicator), Module)),
    forall(import_module(Module, Default), delete_import_module(Module, Default)),
    Every = ['$cite'/3|Indicators],
    forall(member(Indicator, Every), dynamic(Module:Indicator)),
    catch(compiled_well(assert_clauses(Clauses, Module, Own)), Error, ( empty(Module, Every), throw(Error) )),
    findall(Module:Indicator, member(Indicator, Every), Compiled),
    compile_predicates(Compiled).

%   Arithmetic is compiled into the clause, instead of being a call. It does the same, sooner.
compiled_well(Goal) :-
    current_prolog_flag(optimise, Before),
    setup_call_cleanup(set_prolog_flag(optimise, true), Goal, set_prolog_flag(optimise, Before)).

compiled_away((_, _)).
compiled_away((_ ; _)).
compiled_away((_ -> _)).
compiled_away((_ *-> _)).
compiled_away(\+ _).

import_goal(Module, Goal) :-
    functor(Goal, Name, Arity),
    (   predicate_property(surety_fence:Goal, imported_from(Home)) -> true ; Home = system ),
    @(import(Home:Name/Arity), Module).

assert_clauses([], _, _).
assert_clauses([clause(Head, Body, Line)|More], Module, Counts) :-
    assertz(Module:(Head :- Body)),
    functor(Head, Name, Arity),
    get_assoc(Name/Arity, Counts, Before),
    Number is Before + 1,
    put_assoc(Name/Arity, Counts, Number, Next),
    (   rule_group(Name/Arity) -> assertz(Module:('$cite'(Head, Number, Line) :- Body)) ; true ),
    assert_clauses(More, Module, Next).

rule_group(route_inference/2).
rule_group(block_provider/2).
rule_group(prefer_provider/2).
rule_group(enforce_residency/1).
rule_group(strategy/2).
rule_group(permit_amendment/1).
rule_group(accept_establishment/1).

empty(Module, Indicators) :-
    forall(( member(Name/Arity, Indicators), functor(Head, Name, Arity) ), retractall(Module:Head)).
