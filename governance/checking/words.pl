/*  The words and figures of a law, by where they stand: what a fact may be compared with, and which words are alike.

    A slot is an argument of a predicate. Where a variable of a clause stands in two slots, what fills one may meet the other.
*/

:- module(surety_law_words, [law_words/4]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(clauses).

%!  law_words(+Key:string, +Of:string, -Status, -Rows:string) is det.
%
%   Of is "meetings" or "places". A meeting is a clause's number, a slot, a kind and an item: the item is a variable's number, an
%   atom, or a number as numerator/denominator. A place is an atom, where it stands (the fact around it, or the
%   clause), and the clause's number.

law_words(KeyText, Of, 1, Rows) :-
    atom_string(Key, KeyText),
    findall(Id-Head-Body, law_clause(_, Id, Head, Body, Key), Clauses),
    findall(Row, ( member(Clause, Clauses), row(Of, Clause, Row) ), Every),
    atomic_list_concat(Every, '\n', Joined),
    atom_string(Joined, Rows).

row("meetings", Id-Head-Body, Row) :-
    numbervars(Head-Body, 0, _, [attvar(skip)]),
    ( Slotted = own(_, Head, 0) ; part(Body, Slotted) ),
    slot(Slotted, Slot, Kind, Argument),
    leaf(Argument, Sort, Item),
    format(string(Row), "~d\t~w\t~w\t~w\t~w", [Id, Slot, Kind, Sort, Item]).
row("places", Id-Head-true, Row) :- !,
    numbervars(Head, 0, _),
    functor(Head, Name, Arity),
    arg(Index, Head, Atom),
    atom(Atom),
    setof_others(Head, Index, Others),
    format(string(Row), "~w\t~q ~q ~d ~q\t~d", [Atom, Name, Arity, Index, Others, Id]).
row("places", Id-Head-Body, Row) :-
    numbervars(Head-Body, 0, _),
    ( Goal = own(_, Head, 0) ; part(Body, Goal) ),
    slot(Goal, _, _, Argument),
    leaf(Argument, word, Atom),
    format(string(Row), "~w\tclause ~d\t~d", [Atom, Id, Id]).

setof_others(Head, Index, Others) :-
    findall(I-Argument, ( arg(I, Head, Argument), I =\= Index ), Others).

%   The goals of a body that have arguments.
part(Goal, Goal) :- slotted(Goal).
part(Goal, Part) :-
    compound(Goal),
    \+ slotted(Goal),
    arg(_, Goal, Inner),
    compound(Inner),
    part(Inner, Part).
part(findall(Template, _, List), builtin(Template = List, 0)).

slotted(own(_, _, _)).
slotted(granted(_, _)).
slotted(builtin(_, _)).
slotted(is(_, _, _)).
slotted(compared(_, _, _, _)).

%   Arguments of a predicate have a slot each; those of the vocabulary meet in one.
slot(own(_, Goal, _), Slot, plain, Argument) :- named(Goal, Slot, Argument).
slot(granted(Goal, _), Slot, plain, Argument) :- named(Goal, Slot, Argument).
slot(builtin(Goal, Offset), Slot, Kind, Argument) :-
    together(Offset, Slot),
    ( ordering(Goal) -> Kind = computed ; Kind = plain ),
    arg(_, Goal, Argument).
slot(is(Result, Tree, Offset), Slot, computed, Argument) :- together(Offset, Slot), member(Argument, [Result, Tree]).
slot(compared(_, A, B, Offset), Slot, Kind, Argument) :-
    together(Offset, Slot),
    ( ( A = f(_, _) ; B = f(_, _) ) -> Kind = computed ; Kind = plain ),
    member(Argument, [A, B]).

ordering(_ @< _).
ordering(_ @> _).
ordering(_ @=< _).
ordering(_ @>= _).
ordering(compare(_, _, _)).
ordering(sort(_, _)).
ordering(msort(_, _)).
ordering(sort(_, _, _, _)).

named(Goal, Slot, Argument) :-
    functor(Goal, Name, Arity),
    arg(Index, Goal, Argument),
    format(atom(Slot), "~w/~d@~d", [Name, Arity, Index]).

together(Offset, Slot) :- format(atom(Slot), "at ~d", [Offset]).

leaf('$VAR'(Number), variable, Number) :- !.
leaf([], _, _) :- !, fail.
leaf(v(Inner), Sort, Item) :- !, leaf(Inner, Sort, Item).
leaf(n(Number), Sort, Item) :- !, leaf(Number, Sort, Item).
leaf(f(_, Trees), Sort, Item) :- !, member(Tree, Trees), leaf(Tree, Sort, Item).
leaf(Atom, word, Atom) :- atom(Atom), !.
leaf(Number, figure, Item) :- rational(Number, N, D), !, format(atom(Item), "~d/~d", [N, D]).
leaf(Number, figure, Item) :- float(Number), !, Exact is rationalize(Number), leaf(Exact, figure, Item).
leaf(Compound, Sort, Item) :-
    compound(Compound),
    arg(_, Compound, Argument),
    leaf(Argument, Sort, Item).
