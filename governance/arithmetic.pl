/*  Arithmetic that a law may do: on whole numbers of at most 256 bits, so that no single step can take long.

    `X is Y` evaluates whatever term Y is bound to, however it was made. So a guard is woven in before each evaluation, which
    lets nothing but whole numbers through, and what comes out is compared with the bound.
*/

:- module(surety_arithmetic,
          [ arithmetic/3, check_expressions/3, guard/4, small/1, not_integers/1, not_comparable/1, out_of_bounds/1 ]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(refusal).

%   A product of many numbers can be vast although none of them is.
most_operands(256).

largest_integer(115792089237316195423570985008687907853269984665640564039457584007913129639935).  % 2^256 - 1

%!  small(+Integer)

small(Integer) :-
    largest_integer(Largest),
    abs(Integer) =< Largest.

%!  arithmetic(?Goal, -Kind, -Expressions)

arithmetic(Result is Expression, evaluation(Result), [Expression]).
arithmetic(A =:= B, comparison, [A, B]).
arithmetic(A =\= B, comparison, [A, B]).
arithmetic(A < B, comparison, [A, B]).
arithmetic(A =< B, comparison, [A, B]).
arithmetic(A > B, comparison, [A, B]).
arithmetic(A >= B, comparison, [A, B]).

function(_ + _).
function(_ - _).
function(_ * _).
function(_ // _).
function(_ div _).
function(_ mod _).
function(_ rem _).
function(min(_, _)).
function(max(_, _)).
function(abs(_)).
function(sign(_)).
function(- _).
function(+ _).

%!  check_expressions(+Expressions, +Kind, +Position)
%
%   Throws a refusal for what no law may compute.

check_expressions(Expressions, Kind, Position) :-
    maplist(check_expression(Kind, Position), Expressions),
    foldl(operands, Expressions, 0, Count),
    most_operands(Most),
    (   Count =< Most -> true ; refuse_at(Position, "an expression of more than ~d operands", [Most]) ).

operands(Expression, Before, After) :-
    (   compound(Expression)
    ->  compound_name_arguments(Expression, _, Arguments),
        foldl(operands, Arguments, Before, After)
    ;   After is Before + 1
    ).

check_expression(_, _, Expression) :-
    var(Expression), !.
check_expression(Kind, Position, Expression) :-
    number(Expression), !,
    (   bounded_number(Kind, Expression)
    ->  true
    ;   refuse_at(Position, "~w is no number that a law may write here; write whole numbers", [Expression])
    ).
check_expression(Kind, Position, Expression) :-
    compound(Expression),
    function(Expression), !,
    compound_name_arguments(Expression, _, Arguments),
    maplist(check_expression(Kind, Position), Arguments).
check_expression(_, Position, Expression) :-
    callable(Expression), !,
    functor(Expression, Name, Arity),
    refuse_at(Position, "~q is no function that a law may use", [Name/Arity]).
check_expression(_, Position, _) :-
    refuse_at(Position, "this is no expression", []).

bounded_number(_, Number) :-
    integer(Number),
    small(Number).
bounded_number(comparison, Number) :-       % a decimal such as 1.50, compared exactly
    float(Number),
    abs(Number) < 1.0e15.

%!  guard(+Kind, +Goal, +Expressions, -Guarded)

guard(evaluation(Result), _, [Expression], Guarded) :-
    term_variables(Expression, Variables),
    (   Variables == [], integer(Expression)
    ->  Guarded = (Result = Expression)
    ;   integers(Variables, Integers),
        largest_integer(Most),
        Least is -Most,
        Guarded = ( ( Integers -> true ; surety_arithmetic:not_integers(Variables) ),
                    Value is Expression,
                    ( Value =< Most, Value >= Least -> true ; surety_arithmetic:out_of_bounds(Value) ),
                    Result = Value )
    ).
guard(comparison, Goal, Expressions, Guarded) :-
    term_variables(Expressions, Variables),
    integers(Variables, Integers),
    mapargs(exact, Goal, Exact),
    (   Variables == []
    ->  Guarded = Exact
    ;   Guarded = ( ( Integers -> true ; surety_arithmetic:not_comparable(Variables) ), Exact )
    ).

mapargs(Map, Term, Mapped) :-
    compound_name_arguments(Term, Name, Arguments),
    maplist(Map, Arguments, MappedArguments),
    compound_name_arguments(Mapped, Name, MappedArguments).

exact(Expression, Expression) :- var(Expression), !.
exact(Number, Exact) :- float(Number), !, Exact is rationalize(Number).
exact(Expression, Exact) :- compound(Expression), !, mapargs(exact, Expression, Exact).
exact(Expression, Expression).

integers([], true).
integers([Variable], integer(Variable)) :- !.
integers([Variable|More], (integer(Variable), Rest)) :- integers(More, Rest).

%   Called from guarded clauses alone.

not_integers(Values) :-
    member(Value, Values),
    \+ integer(Value), !,
    shown(Value, Shown),
    throw(error(type_error(integer, Shown), _)).

%   Facts may hold exact fractions; a law may compare them, not compute with them.
not_comparable(Values) :-
    member(Value, Values),
    \+ rational(Value), !,
    shown(Value, Shown),
    throw(error(type_error(number, Shown), _)).
not_comparable(_).

out_of_bounds(_) :-
    throw(error(resource_error(integer_of_256_bits), _)).

shown(Value, Shown) :-
    (   var(Value) -> Shown = '_'
    ;   compound(Value) -> compound_name_arity(Value, Name, Arity), Shown = Name/Arity
    ;   Shown = Value
    ).
