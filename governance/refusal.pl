/*  Why a law is refused, and at which character of its text.  */

:- module(surety_refusal, [refuse/3, refuse_at/3, offset_of/2, child/4, refusal/3]).

:- use_module(library(lists)).

%!  refuse(+Offset, +Format, +Arguments)

refuse(Offset, Format, Arguments) :-
    format(string(Message), Format, Arguments),
    throw(refused(Offset, Message)).

%!  refuse_at(+Position, +Format, +Arguments)
%
%   Position is one of subterm_positions, or none(Offset).

refuse_at(Position, Format, Arguments) :-
    offset_of(Position, Offset),
    refuse(Offset, Format, Arguments).

offset_of(none(Offset), Offset) :- !.
offset_of(Position, Offset) :- arg(1, Position, Offset).

%!  child(+Index, +Position, +Default, -ChildPosition)

child(Index, Position, Default, Child) :-
    (   bare(Position, term_position(_, _, _, _, Children)), nth1(Index, Children, Found)
    ->  Child = Found
    ;   Child = none(Default)
    ).

bare(parentheses_term_position(_, _, Inner), Bare) :- !, bare(Inner, Bare).
bare(Position, Position).

%!  refusal(+Error, -Offset, -Message)

refusal(refused(Offset, Message), Offset, Message) :- !.
refusal(error(syntax_error(What), Where), Offset, Message) :- !,
    ( syntax_offset(Where, Offset) -> true ; Offset = 0 ),
    format(string(Message), "not Prolog: ~w", [What]).
refusal(error(resource_error(What), _), 0, Message) :- !,
    format(string(Message), "needs more than a law may use: ~w", [What]).
refusal(Error, 0, Message) :-
    format(string(Message), "cannot be loaded: ~W", [Error, [max_depth(6), quoted(true)]]).

syntax_offset(stream(_, _, _, Offset), Offset).
syntax_offset(string(_, Offset), Offset).
