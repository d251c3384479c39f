/*  Runs a law's own tests, one by one, and counts which of its clauses ran. A program of its own, in a process of its own.

    swipl -g main plunit.pl -- LAW TESTS REPORT

    The law is loaded plainly, as Prolog sees it, but for two marks in each clause: that it was entered, and that it held. REPORT
    gets lines of fields between tabs; what tests print goes where it goes, after a line of "@@" that names the test.
*/

:- module(surety_plunit, [main/0, entered/1, held/1]).

:- use_module(library(plunit)).
:- use_module(library(lists)).

:- dynamic clause_at/4, law_file/1, was_entered/1, was_held/1.

main :-
    current_prolog_flag(argv, Arguments),
    append(_, [Law, Tests, Report], Arguments), !,
    absolute_file_name(Law, File),
    assertz(law_file(File)),
    load_files(user:File, [silent(true)]),
    load_files(user:Tests, [silent(true)]),
    setup_call_cleanup(open(Report, write, Stream, [encoding(utf8)]), report(Stream), close(Stream)),
    halt(0).

of_law :-
    law_file(File),
    prolog_load_context(source, File).

marked(Term, (Head :- surety_plunit:entered(Id), Body, surety_plunit:held(Id))) :-
    \+ memberchk(Term, [begin_of_file, end_of_file]),
    ( Term = (Head :- Body) -> true ; Term = Head, Body = true ),
    callable(Head),
    \+ Head = (:- _),
    source_location(_, Line),
    predicate_property(clause_at(_, _, _, _), number_of_clauses(Id)),
    functor(Head, Name, Arity),
    assertz(clause_at(Id, Name, Arity, Line)).

entered(Id) :- ( was_entered(Id) -> true ; assertz(was_entered(Id)) ).
held(Id) :- ( was_held(Id) -> true ; assertz(was_held(Id)) ).

report(Stream) :-
    findall(Unit-Name, test_of(Unit, Name), Every),
    list_to_set(Every, Tests),
    forall(member(Test, Tests), run(Test, Stream)),
    forall(clause_at(Id, Name, Arity, Line), clause_line(Stream, Id, Name, Arity, Line)).

test_of(Unit, Name) :-
    plunit:current_unit(Unit, Module, _, _),
    current_predicate(Module:'unit test'/4),
    call(Module:'unit test'(Name, _, _, _)).

run(Unit-Name, Stream) :-
    format(user_error, "~N@@ ~q:~q~n", [Unit, Name]),
    (   catch(run_tests(Unit:Name), Error, ( print_message(error, Error), fail )) -> Result = passed ; Result = failed ),
    format(Stream, "test\t~q\t~q\t~w~n", [Unit, Name, Result]).

clause_line(Stream, Id, Name, Arity, Line) :-
    ( was_held(Id) -> Ran = held ; was_entered(Id) -> Ran = entered ; Ran = never ),
    format(Stream, "clause\t~q/~d\t~d\t~w~n", [Name, Arity, Line, Ran]).


%   Last, for from here on every clause that is read passes through it.

:- multifile user:term_expansion/2.
:- dynamic user:term_expansion/2.

user:term_expansion(Term, Marked) :-
    surety_plunit:of_law,
    surety_plunit:marked(Term, Marked).
