/*  The standard order of terms where some hold counted numbers: what comes of it is followed for two numbers alone.  */

:- module(surety_sorting, [order/4, sorted/5]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(pairs)).
:- use_module(numbers).

%!  order(+A, +B, ?Order, +Offset) is semidet.

order(A, B, Order, Offset) :-
    (   numeric(A), numeric(B)
    ->  (   holds(=:=, A, B, Offset) -> Found = (=) ; holds(>=, A, B, Offset) -> Found = (>) ; Found = (<) )
    ;   plain(A, PlainA), plain(B, PlainB),
        ( A == PlainA, B == PlainB -> true ; note_unfollowed(Offset, "orders terms that hold counts") ),
        compare(Found, PlainA, PlainB)
    ),
    Order = Found.

%!  sorted(+Key, +Order, +List, -Sorted, +Offset) is det.

sorted(Key, Order, List, Sorted, Offset) :-
    plain(List, Plain),
    (   List == Plain
    ->  catch(sort(Key, Order, List, Sorted), error(What, _), law_error(What, Offset))
    ;   note_unfollowed(Offset, "sorts counts"),
        catch(sort(Key, Order, Plain, Sorted), error(What, _), law_error(What, Offset))
    ).
