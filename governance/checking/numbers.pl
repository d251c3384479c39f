/*  Numbers that remember where they come from.

    A number of the case is '$counted'(Value, Form): its value in the case that is followed, and how it depends on the seven
    counts. A form is linear, an exact list of eight coefficients (of 1, then of the counts in their order); or a quotient of
    two such, rounded down; or unfollowed. What is done with them yields such numbers again; what is asked of them is noted,
    for the answer may differ for other counts. Numbers that depend on no count are plain.

    Notes, in order, are all that tells one case from another: two cases with the same answers to all of them run alike.
*/

:- module(surety_numbers,
          [ counted/3, plain/2, holds/4, computed/4, unified/2, same/2, numeric/1, noted/1, note_unfollowed/2, note_varying/0, forget_notes/0, law_error/2 ]).

:- use_module(library(lists)).
:- use_module(library(apply)).

%!  noted(?Note)
%
%   sign(Form, Sign, Offset): a linear form has this sign, -1, 0 or 1. at_least(Form, Truth, Offset): it is at least 0, or not.
%   unfollowed(Offset, Why): the run depends on the counts in a way that no linear form says. figures: it looked at the terms.
%   varying: its verdict was computed from the counts.

:- thread_local noted/1.

largest(115792089237316195423570985008687907853269984665640564039457584007913129639935).
%   With coefficients up to this no count that there is reaches the bound of a law's numbers.
harmless(1_329_227_995_784_915_872_903_807_060_280_344_576).         % 2^120

forget_notes :- retractall(noted(_)).

note(Note) :- ( noted(Note) -> true ; assertz(noted(Note)) ).

note_unfollowed(Offset, Why) :- note(unfollowed(Offset, Why)).

note_varying :- note(varying).

law_error(What, Offset) :- throw(law_error(What, Offset)).

%!  counted(+Index, +Value, -Number)
%   The count at that index, from 1.

counted(Index, Value, '$counted'(Value, linear(Form))) :-
    findall(C, ( between(0, 7, I), ( I =:= Index -> C = 1 ; C = 0 ) ), Form).

%!  plain(+Term, -Plain)
%   The same with the values alone.

plain(Term, Term) :- \+ compound(Term), !.
plain('$counted'(Value, _), Value) :- !.
plain('$figures'(Figures), Figures) :- !.
plain(Term, Plain) :-
    compound_name_arguments(Term, Name, Arguments),
    maplist(plain, Arguments, PlainArguments),
    compound_name_arguments(Plain, Name, PlainArguments).

value('$counted'(Value, _), Value) :- !.
value(Value, Value).

form('$counted'(_, Form), Form) :- !.
form(Value, linear([Value, 0, 0, 0, 0, 0, 0, 0])).


made(Value, Form, Number) :-
    (   Form = linear([_|Symbols]), maplist(==(0), Symbols)
    ->  Number = Value
    ;   Number = '$counted'(Value, Form)
    ).

numeric(Term) :- rational(Term), !.
numeric(Term) :- nonvar(Term), Term = '$counted'(_, _).


%   Comparing.

%!  holds(+Operator, +First, +Second, +Offset) is semidet.

holds(Operator, First, Second, _) :-
    rational(First), rational(Second), !,
    compared(Operator, First, Second).
holds(Operator, First, Second, Offset) :-
    value(First, A), value(Second, B),
    form(First, FormA), form(Second, FormB),
    noted_comparison(Operator, FormA, FormB, A, B, Offset),
    compared(Operator, A, B).

compared(<, A, B) :- A < B.
compared(>, A, B) :- A > B.
compared(=<, A, B) :- A =< B.
compared(>=, A, B) :- A >= B.
compared(=:=, A, B) :- A =:= B.
compared(=\=, A, B) :- A =\= B.

noted_comparison(Operator, linear(A), linear(B), VA, VB, Offset) :- !,
    (   memberchk(Operator, [>=, <])
    ->  minus(A, B, Form), truth(VA >= VB, Truth), note(at_least(Form, Truth, Offset))
    ;   memberchk(Operator, [=<, >])
    ->  minus(B, A, Form), truth(VB >= VA, Truth), note(at_least(Form, Truth, Offset))
    ;   minus(A, B, Form), Sign is sign(VA - VB), note(sign(Form, Sign, Offset))
    ).
noted_comparison(Operator, quotient(N, D), linear([C|Zeros]), V, C, Offset) :-
    integer(C), maplist(==(0), Zeros), !,
    (   memberchk(Operator, [>=, <])
    ->  quotient_at_least(N, D, V, C, Offset)
    ;   Above is C + 1,
        quotient_at_least(N, D, V, Above, Offset),
        ( memberchk(Operator, [=:=, =\=]) -> quotient_at_least(N, D, V, C, Offset) ; true )
    ).
noted_comparison(Operator, linear(A), quotient(N, D), VA, VQ, Offset) :-
    mirrored(Operator, Mirrored),
    A = [_|Zeros], maplist(==(0), Zeros), !,
    noted_comparison(Mirrored, quotient(N, D), linear(A), VQ, VA, Offset).
noted_comparison(_, _, _, _, _, Offset) :-
    note_unfollowed(Offset, "compares what was multiplied, divided or rounded").

%   floor(N / D) >= C exactly when N - C * D >= 0, for D above 0.
quotient_at_least(N, D, Value, C, Offset) :-
    times(D, C, Part),
    minus(N, Part, Form),
    truth(Value >= C, Truth),
    note(at_least(Form, Truth, Offset)).

mirrored(<, >).
mirrored(>, <).
mirrored(=<, >=).
mirrored(>=, =<).
mirrored(=:=, =:=).
mirrored(=\=, =\=).

truth(Goal, Truth) :- ( call(Goal) -> Truth = 1 ; Truth = 0 ).


%   Computing.

%!  computed(+Function, +Arguments, +Offset, -Number)

computed(Function, Arguments, Offset, Number) :-
    (   maplist(rational, Arguments)
    ->  Expression =.. [Function|Arguments],
        catch(Number is Expression, error(Error, _), law_error(Error, Offset))
    ;   of_counts(Function, Arguments, Offset, Number)
    ),
    bounded(Number, Offset).

of_counts(+, [A], _, A) :- !.
of_counts(-, [A], Offset, Number) :- !, of_counts(-, [0, A], Offset, Number).
of_counts(max, [A, B], Offset, Number) :- !, ( holds(>=, A, B, Offset) -> Number = A ; Number = B ).
of_counts(min, [A, B], Offset, Number) :- !, ( holds(=<, A, B, Offset) -> Number = A ; Number = B ).
of_counts(abs, [A], Offset, Number) :- !,
    ( holds(>=, A, 0, Offset) -> Number = A ; of_counts(-, [0, A], Offset, Number) ).
of_counts(sign, [A], Offset, Number) :- !,
    ( holds(=:=, A, 0, Offset) -> Number = 0 ; holds(>=, A, 0, Offset) -> Number = 1 ; Number = -1 ).
of_counts(Function, [A, B], Offset, Number) :-
    value(A, VA), value(B, VB),
    form(A, FormA), form(B, FormB),
    Expression =.. [Function, VA, VB],
    divisor_noted(Function, B, Offset),
    catch(Value is Expression, error(Error, _), law_error(Error, Offset)),
    (   form_of(Function, FormA, FormB, A, B, Offset, Form) -> true ; Form = unfollowed ),
    made(Value, Form, Number).

form_of(+, linear(A), linear(B), _, _, _, linear(C)) :- plus(A, B, C).
form_of(-, linear(A), linear(B), _, _, _, linear(C)) :- minus(A, B, C).
form_of(*, linear(A), linear([B|Zeros]), _, _, _, linear(C)) :- maplist(==(0), Zeros), times(A, B, C).
form_of(*, linear([A|Zeros]), linear(B), _, _, _, linear(C)) :- maplist(==(0), Zeros), times(B, A, C).
form_of(+, quotient(N, D), linear([C|Zeros]), _, _, _, quotient(M, D)) :-
    maplist(==(0), Zeros), times(D, C, Part), plus(N, Part, M).
form_of(+, linear(A), quotient(N, D), X, Y, O, Form) :- form_of(+, quotient(N, D), linear(A), Y, X, O, Form).
form_of(-, quotient(N, D), linear([C|Zeros]), _, _, _, quotient(M, D)) :-
    maplist(==(0), Zeros), times(D, C, Part), minus(N, Part, M).
form_of(//, linear(N), linear(D), A, B, Offset, quotient(N, D)) :-
    holds(>, B, 0, Offset),
    holds(>=, A, 0, Offset).                        % // rounds towards 0, which is down from there
form_of(div, linear(N), linear(D), _, B, Offset, quotient(N, D)) :-
    holds(>, B, 0, Offset).

divisor_noted(Function, B, Offset) :-
    (   memberchk(Function, [//, div, mod, rem]), \+ rational(B)
    ->  ignore(holds(=:=, B, 0, Offset))
    ;   true
    ).

plus([], [], []).
plus([A|As], [B|Bs], [C|Cs]) :- C is A + B, plus(As, Bs, Cs).

minus([], [], []).
minus([A|As], [B|Bs], [C|Cs]) :- C is A - B, minus(As, Bs, Cs).

times([], _, []).
times([A|As], K, [C|Cs]) :- C is A * K, times(As, K, Cs).

bounded(Number, Offset) :-
    value(Number, Value),
    largest(Largest),
    (   integer(Value), abs(Value) > Largest -> law_error(resource_error(integer_of_256_bits), Offset) ; true ),
    (   Number = '$counted'(_, Form), \+ bounded_form(Form)
    ->  note_unfollowed(Offset, "may exceed 256 bits")
    ;   true
    ).

bounded_form(linear(Form)) :- harmless(Most), forall(member(C, Form), abs(C) =< Most).
bounded_form(quotient(N, _)) :- bounded_form(linear(N)).
bounded_form(unfollowed).


%   Unifying, and being the same.

%!  unified(?A, ?B) is semidet.
%   Unification in which a counted number is a whole number.

unified(A, B) :- ( var(A) ; var(B) ), !, A = B.
unified(A, B) :- \+ compound(A), \+ compound(B), !, A == B.
unified(A, B) :- A == B, !.
unified(A, B) :- ( A = '$counted'(_, _) ; B = '$counted'(_, _) ), !, same_number(A, B).
unified('$figures'(A), B) :- !, noted_figures, unified(A, B).
unified(A, '$figures'(B)) :- !, noted_figures, unified(A, B).
unified(A, B) :-
    compound(A), compound(B),
    compound_name_arguments(A, Name, ArgumentsA),
    compound_name_arguments(B, Name, ArgumentsB),
    unified_all(ArgumentsA, ArgumentsB).

unified_all([], []).
unified_all([A|As], [B|Bs]) :- unified(A, B), unified_all(As, Bs).

%!  same(+A, +B) is semidet.
%   As ==, for terms that may hold counted numbers.

same(A, B) :- A == B, !.
same(A, B) :- nonvar(A), nonvar(B), ( A = '$counted'(_, _) ; B = '$counted'(_, _) ), !, same_number(A, B).
same(A, B) :- nonvar(A), A = '$figures'(Figures), !, noted_figures, same(Figures, B).
same(A, B) :- nonvar(B), B = '$figures'(Figures), !, noted_figures, same(A, Figures).
same(A, B) :-
    compound(A), compound(B),
    compound_name_arguments(A, Name, ArgumentsA),
    compound_name_arguments(B, Name, ArgumentsB),
    same_all(ArgumentsA, ArgumentsB).

same_all([], []).
same_all([A|As], [B|Bs]) :- same(A, B), same_all(As, Bs).

same_number(A, B) :-
    numeric(A), numeric(B),
    b_getval(surety_place, Offset),
    holds(=:=, A, B, Offset).

noted_figures :- note(figures).
