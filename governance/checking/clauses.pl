/*  A law as data, for following it step by step: its clauses, each goal beside its place in the text.

    Only the text of a law that the fence admitted comes here. What a goal is was decided there; here each becomes a term that
    says what it is, so that following it need not look again. Arithmetic keeps apart the variables that the text has from the
    terms that they are bound to, for only whole numbers may take their place.
*/

:- module(surety_followed_law, [read_law/4, forget_law/3, law_clause/5]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(assoc)).
:- use_module('../refusal').
:- use_module('../arithmetic').

%!  law_clause(?Predicate, ?Id, ?Head, ?Body, ?Law)
%
%   Predicate is an atom of the law's key and the indicator.

:- dynamic law_clause/5.

%!  read_law(+Key:string, +Text:string, -Status, -Listing:string) is det.
%
%   Keeps a law under a key. Listing has one line for each clause, in order: name, arity, where the clause begins, and the
%   indicators that it calls.

read_law(KeyText, Text, 1, Listing) :-
    atom_string(Key, KeyText),
    setup_call_cleanup(open_string(Text, Stream), terms(Stream, Read), close(Stream)),
    maplist(indicator_of, Read, Indicators),
    sort(Indicators, Distinct),
    findall(Indicator-Predicate, ( member(Indicator, Distinct), predicate_atom(Key, Indicator, Predicate) ), Pairs),
    list_to_assoc(Pairs, Own),
    kept(Read, 0, Own, Key, Lines),
    atomic_list_concat(Lines, '\n', Joined),
    atom_string(Joined, Listing).

%!  forget_law(+Key:string, -Status, -Text) is det.

forget_law(KeyText, 1, "") :-
    atom_string(Key, KeyText),
    retractall(law_clause(_, _, _, _, Key)).

terms(Stream, Read) :-
    read_term(Stream, Term, [ module(surety_reader), dotlists(false), double_quotes(string), subterm_positions(Position),
                              term_position(Start) ]),
    (   Term == end_of_file
    ->  Read = []
    ;   stream_position_data(char_count, Start, Offset),
        Read = [read(Term, Position, Offset)|More],
        terms(Stream, More)
    ).

indicator_of(read(Term, _, _), Name/Arity) :-
    parts(Term, Head, _),
    functor(Head, Name, Arity).

parts((Head :- Body), Head, Body) :- !.
parts(Head, Head, true).

predicate_atom(Key, Name/Arity, Predicate) :-
    format(atom(Predicate), "~w ~q", [Key, Name/Arity]).

kept([], _, _, _, []).
kept([read(Term, Position, Offset)|More], Id, Own, Key, [Line|Lines]) :-
    parts(Term, Head, Body),
    ( Term = (_ :- _) -> child(2, Position, Offset, Where) ; Where = none(Offset) ),
    goal(Body, Where, Own, Goal),
    functor(Head, Name, Arity),
    get_assoc(Name/Arity, Own, Predicate),
    assertz(law_clause(Predicate, Id, Head, Goal, Key)),
    findall(Called, called(Goal, Called), Every),
    sort(Every, Calls),
    format(string(Line), "~w\t~d\t~d\t~w", [Name, Arity, Offset, Calls]),
    Next is Id + 1,
    kept(More, Next, Own, Key, Lines).

called(own(_, Goal, _), Name/Arity) :- !, functor(Goal, Name, Arity).
called(granted(Goal, _), Name/Arity) :- !, functor(Goal, Name, Arity).
called(Goal, Called) :-
    compound(Goal),
    \+ Goal = builtin(_, _),
    \+ Goal = is(_, _, _),
    \+ Goal = compared(_, _, _, _),
    arg(_, Goal, Part),
    nonvar(Part),
    called(Part, Called).


%   Goals.

goal((A, B), Where, Own, and(First, Second)) :- !, both(A, B, Where, Own, First, Second).
goal((C -> T ; E), Where, Own, if(If, Then, Else)) :- !,
    place(1, Where, Left), place(2, Where, Right),
    both(C, T, Left, Own, If, Then), goal(E, Right, Own, Else).
goal((C *-> T ; E), Where, Own, soft(If, Then, Else)) :- !,
    place(1, Where, Left), place(2, Where, Right),
    both(C, T, Left, Own, If, Then), goal(E, Right, Own, Else).
goal((A ; B), Where, Own, or(First, Second)) :- !, both(A, B, Where, Own, First, Second).
goal((C -> T), Where, Own, if(If, Then, fail)) :- !, both(C, T, Where, Own, If, Then).
goal((C *-> T), Where, Own, soft(If, Then, fail)) :- !, both(C, T, Where, Own, If, Then).
goal(\+ G, Where, Own, not(Goal)) :- !, inner(1, G, Where, Own, Goal).
goal(once(G), Where, Own, once(Goal)) :- !, inner(1, G, Where, Own, Goal).
goal(forall(A, B), Where, Own, forall(First, Second)) :- !, both(A, B, Where, Own, First, Second).
goal(findall(Template, G, List), Where, Own, findall(Template, Goal, List)) :- !, inner(2, G, Where, Own, Goal).
goal(!, _, _, cut) :- !.
goal(true, _, _, true) :- !.
goal(fail, _, _, fail) :- !.
goal(false, _, _, fail) :- !.
goal(Result is Expression, Where, _, is(Result, Tree, Offset)) :- !,
    offset_of(Where, Offset), tree(Expression, Tree).
goal(Goal, Where, _, compared(Operator, First, Second, Offset)) :-
    arithmetic(Goal, comparison, [A, B]), !,
    functor(Goal, Operator, 2),
    offset_of(Where, Offset), tree(A, First), tree(B, Second).
goal(Goal, Where, Own, own(Predicate, Goal, Offset)) :-
    functor(Goal, Name, Arity),
    get_assoc(Name/Arity, Own, Predicate), !,
    offset_of(Where, Offset).
goal(Goal, Where, _, builtin(Goal, Offset)) :-
    builtin(Goal), !,
    offset_of(Where, Offset).
goal(Goal, Where, _, granted(Goal, Offset)) :-
    offset_of(Where, Offset).

both(A, B, Where, Own, First, Second) :-
    inner(1, A, Where, Own, First),
    inner(2, B, Where, Own, Second).

inner(Index, Term, Where, Own, Goal) :-
    place(Index, Where, Inner),
    goal(Term, Inner, Own, Goal).

place(Index, Where, Inner) :-
    offset_of(Where, Offset),
    child(Index, Where, Offset, Inner).

%!  builtin(?Goal)
%   What the fence's vocabulary has besides control and arithmetic.

builtin(_ = _).
builtin(_ \= _).
builtin(_ == _).
builtin(_ \== _).
builtin(_ @< _).
builtin(_ @> _).
builtin(_ @=< _).
builtin(_ @>= _).
builtin(compare(_, _, _)).
builtin(var(_)).
builtin(nonvar(_)).
builtin(atom(_)).
builtin(atomic(_)).
builtin(integer(_)).
builtin(compound(_)).
builtin(ground(_)).
builtin(between(_, _, _)).
builtin(length(_, _)).
builtin(sort(_, _)).
builtin(msort(_, _)).
builtin(sort(_, _, _, _)).
builtin(member(_, _)).
builtin(memberchk(_, _)).
builtin(append(_, _, _)).
builtin(reverse(_, _)).
builtin(nth0(_, _, _)).
builtin(nth1(_, _, _)).
builtin(last(_, _)).


%   Expressions: v(Variable), n(Number), or f(Function, Arguments).

tree(Expression, v(Expression)) :- var(Expression), !.
tree(Number, n(Exact)) :- float(Number), !, Exact is rationalize(Number).
tree(Number, n(Number)) :- number(Number), !.
tree(Expression, f(Name, Trees)) :-
    compound_name_arguments(Expression, Name, Arguments),
    maplist(tree, Arguments, Trees).
