/*  List predicates for laws, where the library's run in C for as long as they like and hear no limit meanwhile.

    One step of Prolog is bounded by the stack alone: it may compare two terms of a megabyte. Sorting in C takes as many such
    steps as it needs, and looking for one of many like terms too; walking a ring of cells to a far place never ends. Here every
    step is one that can be stopped. The fence puts these in the place of the others.
*/

:- module(surety_lists, [stoppable/2]).

%   So few cells are sorted in C: no comparison of them takes long.
few_cells(1_024).

%!  stoppable(?Goal, -Instead)
%
%   Instead says the same as the goal of a law, and can be stopped.

stoppable(memberchk(Element, List), surety_lists:member_once(Element, List)).
stoppable(nth0(Index, List, Element), surety_lists:at(Index, 0, List, Element)).
stoppable(nth1(Index, List, Element), surety_lists:at(Index, 1, List, Element)).
stoppable(sort(List, Sorted), surety_lists:in_order(0, @<, List, Sorted)).
stoppable(msort(List, Sorted), surety_lists:in_order(0, @=<, List, Sorted)).
stoppable(sort(Key, Order, List, Sorted), surety_lists:in_order(Key, Order, List, Sorted)).

member_once(Element, [First|Rest]) :-
    (   Element = First -> true ; member_once(Element, Rest) ).

%   Base is the number of the first element.
at(Index, Base, List, Element) :-
    (   integer(Index)
    ->  Index >= Base,
        Steps is Index - Base,
        walk(Steps, List, Element)
    ;   var(Index)
    ->  List = [First|Rest],
        count(Rest, First, Base, Index, Element)
    ;   throw(error(type_error(integer, Index), _))
    ).

walk(0, [Element|_], Found) :- !, Found = Element.
walk(Steps, [_|Rest], Element) :-
    Less is Steps - 1,
    walk(Less, Rest, Element).

count(_, Element, Index, Index, Element).
count([Next|Rest], _, Before, Index, Element) :-
    Number is Before + 1,
    count(Rest, Next, Number, Index, Element).

in_order(Key, Order, List, Sorted) :-
    (   few_cells(Few), small(List, Few, _)
    ->  sort(Key, Order, List, Sorted)
    ;   sort(Key, Order, [], _),                   % has the library complain of a key or an order that is none
        is_list(List)
    ->  keyed(List, Key, Keyed),
        length(Keyed, Count),
        sorted(Count, Keyed, [], Order, Ordered),
        values(Ordered, Result),
        Sorted = Result
    ;   throw(error(type_error(list, List), _))
    ).

%   Counted here: term_size/2 forgets that it was told to stop.
small(Term, Before, After) :-
    (   compound(Term)
    ->  compound_name_arity(Term, _, Arity),
        Left is Before - Arity - 1,
        Left >= 0,
        small_arguments(Arity, Term, Left, After)
    ;   After = Before
    ).

small_arguments(Index, Term, Before, After) :-
    (   Index =:= 0
    ->  After = Before
    ;   arg(Index, Term, Argument),
        small(Argument, Before, Between),
        Less is Index - 1,
        small_arguments(Less, Term, Between, After)
    ).

keyed([], _, []).
keyed([Element|More], Key, [By-Element|Rest]) :-
    (   Key == 0 -> By = Element
    ;   compound(Element) -> arg(Key, Element, By)
    ;   throw(error(type_error(compound, Element), _))
    ),
    keyed(More, Key, Rest).

values([], []).
values([_-Value|More], [Value|Rest]) :- values(More, Rest).

%   The first Count of a list in order, and the rest of it.
sorted(Count, List, Rest, Order, Ordered) :-
    (   Count =:= 0 -> Rest = List, Ordered = []
    ;   Count =:= 1 -> List = [First|Rest], Ordered = [First]
    ;   Left is Count // 2,
        Right is Count - Left,
        sorted(Left, List, Middle, Order, One),
        sorted(Right, Middle, Rest, Order, Two),
        merged(One, Two, Order, Ordered)
    ).

merged([], Two, _, Two) :- !.
merged(One, [], _, One) :- !.
merged([A|One], [B|Two], Order, Ordered) :-
    A = KeyA-_, B = KeyB-_,
    compare(How, KeyA, KeyB),
    choice(How, Order, Choice),
    merged(Choice, A, One, B, Two, Order, Ordered).

merged(first, A, One, B, Two, Order, [A|More]) :- merged(One, [B|Two], Order, More).
merged(second, A, One, B, Two, Order, [B|More]) :- merged([A|One], Two, Order, More).
merged(same, A, One, _, Two, Order, Ordered) :- merged([A|One], Two, Order, Ordered).

%   Of equal ones the first stays, or both do and in their order.
choice(=, @<, same) :- !.
choice(=, @>, same) :- !.
choice(=, _, first).
choice(<, @<, first).
choice(<, @=<, first).
choice(<, @>, second).
choice(<, @>=, second).
choice(>, @<, second).
choice(>, @=<, second).
choice(>, @>, first).
choice(>, @>=, first).
