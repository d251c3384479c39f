/*  Why a law says what it says: the clauses that an answer rests on, each with its line; where an error came from; or where each
    clause of the entry stopped.

    The loaded law's own clauses are followed one by one, as the machine follows them: the same clauses in the same order, with
    cuts. What the law calls besides is called. This only explains: the verdict is always the machine's (host.pl).
*/

:- module(surety_proof, [explain/6]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(assoc)).
:- use_module(library(pairs)).
:- use_module(library(solution_sequences)).

inference_limit(20_000_000).
most_answers(16).
most_steps(512).

%!  explain(+Law, +Question:string, +Case:string, +Text:string, -Status, -Told:string) is det.
%
%   Case is a case as a term, Text the law's own. Told is lines of fields that tabs divide: "answer", a verdict, and for each clause
%   that it rests on "step", predicate, line; for a clause of decide/3 without an answer "dead", its line, and the line and the goal
%   that failed last in it; last, if it did not end by itself, "stopped", the line and the goal at which that was, and why.

explain(Law, QuestionText, CaseText, Text, 1, Told) :-
    number_string(Question, QuestionText),
    term_string(Case, CaseText),
    lines_of(Text, Lines),
    inference_limit(Limit),
    setup_call_cleanup(
        remember_nothing,
        ( surety_host:bounded(Question, surety_proof:answers(ctx(Law, Lines), Case), Limit, Outcome),
          with_output_to(string(Told), tell(Outcome, Lines)) ),
        ( remember_nothing, garbage_collect )).

%   What is remembered takes of the stack that this thread's next law has.
remember_nothing :-
    forall(member(Name, [surety_proof_answers, surety_proof_dead]), nb_setval(Name, [])),
    forall(member(Name, [surety_proof_at, surety_proof_top, surety_proof_last]), nb_setval(Name, none)).

answers(Ctx, Case) :-
    most_answers(Most),
    forall(limit(Most, own(decide(Case, Verdict, Clauses), Ctx, [], Steps)), keep(Verdict, Clauses, Steps)),
    close_top.

keep(Verdict, _, Steps) :-
    nb_setval(surety_proof_top, none),      % this clause has an answer
    nb_getval(surety_proof_answers, Before),
    reverse(Steps, InOrder),
    nb_setval(surety_proof_answers, [Verdict-InOrder|Before]).


%   Which line each clause begins on, by predicate, in their order.

lines_of(Text, Lines) :-
    setup_call_cleanup(open_string(Text, Stream), clause_lines(Stream, Pairs), close(Stream)),
    keysort(Pairs, Sorted),
    group_pairs_by_key(Sorted, Groups),
    list_to_assoc(Groups, Lines).

clause_lines(Stream, Pairs) :-
    read_term(Stream, Term, [module(surety_reader), dotlists(false), double_quotes(string), term_position(Start)]),
    (   Term == end_of_file
    ->  Pairs = []
    ;   stream_position_data(line_count, Start, Line),
        ( Term = (Head :- _) -> true ; Head = Term ),
        functor(Head, Name, Arity),
        Pairs = [Name/Arity-Line|More],
        clause_lines(Stream, More)
    ).


%!  own(+Goal, +Ctx, +Before, -Steps) is nondet.
%
%   A goal of the law's own. Steps are the clauses used, newest first. A cut ends the choice among the clauses and all that was done
%   in this one before it.

own(Goal, Ctx, Before, Steps) :-
    Ctx = ctx(Law, Lines),
    functor(Goal, Name, Arity),
    get_assoc(Name/Arity, Lines, Own),
    nth_clause(Law:Goal, Number, Reference),
    clause(Law:Goal, Body, Reference),
    nth1(Number, Own, Line),
    entered(Name/Arity, Line),
    run(Body, Ctx, Line, After, Cut, [Name/Arity-Line|Before], Middle),
    (   Cut == no
    ->  Steps = Middle
    ;   !, rest(After, Ctx, Line, Middle, Steps)
    ).

rest(Body, Ctx, Line, Before, Steps) :-
    run(Body, Ctx, Line, After, Cut, Before, Middle),
    (   Cut == no
    ->  Steps = Middle
    ;   !, rest(After, Ctx, Line, Middle, Steps)
    ).

%!  run(+Body, +Ctx, +Line, -After, -Cut, +Before, -Steps) is nondet.
%
%   Runs a body to its end, and then Cut is no; or up to its next cut, and then Cut is yes and After is what comes behind that.

run(!, _, _, true, yes, Steps, Steps) :- !.
run((First, Second), Ctx, Line, After, Cut, Before, Steps) :- !,
    run(First, Ctx, Line, AfterFirst, CutFirst, Before, Middle),
    (   CutFirst == yes
    ->  After = (AfterFirst, Second), Cut = yes, Steps = Middle
    ;   run(Second, Ctx, Line, After, Cut, Middle, Steps)
    ).
run((If -> Then ; Else), Ctx, Line, After, Cut, Before, Steps) :- !,
    (   inner(If, Ctx, Line, Before, Middle)
    ->  run(Then, Ctx, Line, After, Cut, Middle, Steps)
    ;   run(Else, Ctx, Line, After, Cut, Before, Steps)
    ).
run((If *-> Then ; Else), Ctx, Line, After, Cut, Before, Steps) :- !,
    (   inner(If, Ctx, Line, Before, Middle)
    *-> run(Then, Ctx, Line, After, Cut, Middle, Steps)
    ;   run(Else, Ctx, Line, After, Cut, Before, Steps)
    ).
run((First ; Second), Ctx, Line, After, Cut, Before, Steps) :- !,
    (   run(First, Ctx, Line, After, Cut, Before, Steps)
    ;   run(Second, Ctx, Line, After, Cut, Before, Steps)
    ).
run((If -> Then), Ctx, Line, After, Cut, Before, Steps) :- !,
    once(inner(If, Ctx, Line, Before, Middle)),
    run(Then, Ctx, Line, After, Cut, Middle, Steps).
run((If *-> Then), Ctx, Line, After, Cut, Before, Steps) :- !,
    inner(If, Ctx, Line, Before, Middle),
    run(Then, Ctx, Line, After, Cut, Middle, Steps).
run(Goal, Ctx, Line, true, no, Before, Steps) :-
    inner_goal(Goal, Ctx, Line, Before, Steps).

%   A goal inside which a cut is local.
inner(Goal, Ctx, Line, Before, Steps) :-
    rest(Goal, Ctx, Line, Before, Steps).

inner_goal(\+ Goal, Ctx, Line, Steps, Steps) :- !,
    \+ inner(Goal, Ctx, Line, [], _).
inner_goal(once(Goal), Ctx, Line, Before, Steps) :- !,
    once(inner(Goal, Ctx, Line, Before, Steps)).
inner_goal(forall(Condition, Action), Ctx, Line, Before, Steps) :- !,
    \+ ( inner(Condition, Ctx, Line, [], _), \+ inner(Action, Ctx, Line, [], _) ),
    findall(Used, ( inner(Condition, Ctx, Line, [], First), once(inner(Action, Ctx, Line, First, Used)) ), Every),
    foldl(append, Every, Before, Steps).
inner_goal(findall(Template, Goal, List), Ctx, Line, Before, Steps) :- !,
    findall(Template-Used, inner(Goal, Ctx, Line, [], Used), Pairs),
    pairs_keys_values(Pairs, List, Every),
    foldl(append, Every, Before, Steps).
inner_goal(Goal, Ctx, Line, Before, Steps) :-
    Ctx = ctx(Law, Lines),
    functor(Goal, Name, Arity),
    get_assoc(Name/Arity, Lines, _), !,
    (   \+ clause(Law:Goal, _) -> failed(Line, Goal) ; true ),
    own(Goal, Ctx, Before, Steps).
inner_goal(Goal, ctx(Law, _), Line, Steps, Steps) :-
    ( Goal = _:_ -> At = Line-none ; At = Line-Goal ),      % the host's own guards are nobody's affair
    nb_setval(surety_proof_at, At),
    (   call(Law:Goal) *-> true ; failed(Line, Goal) ).


%   What is remembered for a law that has no answer: of each clause of the entry, where it failed last.

entered(decide/3, Line) :- !,
    close_top,
    nb_setval(surety_proof_top, Line),
    nb_setval(surety_proof_last, none).
entered(_, _).

failed(Line, Goal) :-
    nb_setval(surety_proof_last, Line-Goal),
    fail.

close_top :-
    nb_getval(surety_proof_top, Top),
    nb_getval(surety_proof_last, Last),
    (   Top == none -> true
    ;   nb_getval(surety_proof_dead, Before), nb_setval(surety_proof_dead, [Top-Last|Before])
    ).


tell(Outcome, Lines) :-
    nb_getval(surety_proof_answers, Answers),
    reverse(Answers, InOrder),
    forall(member(Verdict-Steps, InOrder), tell_answer(Verdict, Steps)),
    tell_dead(Lines),
    tell_stop(Outcome).

tell_answer(Verdict, Steps) :-
    format("answer\t~W~n", [Verdict, [quoted(true), max_depth(8)]]),
    most_steps(Most),
    forall(limit(Most, member(Predicate-Line, Steps)), format("step\t~q\t~d~n", [Predicate, Line])).

tell_dead(Lines) :-
    get_assoc(decide/3, Lines, Entry),
    nb_getval(surety_proof_dead, Dead),
    forall(( member(Line, Entry), memberchk(Line-Last, Dead) ), tell_last(Line, Last)).

tell_last(Line, none) :- !,
    format("dead\t~d\t~d\t~n", [Line, Line]).
tell_last(Line, At-Goal) :-
    shown(Goal, Shown),
    format("dead\t~d\t~d\t~s~n", [Line, At, Shown]).

tell_stop(done) :- !.
tell_stop(stopped(_, Why)) :-
    nb_getval(surety_proof_at, At),
    (   At = Line-Goal, Goal \== none -> shown(Goal, Shown) ; ( At = Line-_ -> true ; Line = 0 ), Shown = "" ),
    format("stopped\t~d\t~s\t~s~n", [Line, Shown, Why]).

%   A goal as a law writes it, with the values that it had.
shown(Goal, Shown) :-
    copy_term(Goal, Copy),
    term_variables(Copy, Variables),
    maplist(=('_'), Variables),
    format(string(Written), "~W", [Copy, [quoted(false), max_depth(10), spacing(next_argument)]]),
    split_string(Written, "\t\n", "", Pieces),
    foldl([Piece, Before, After]>>string_concat(Before, Piece, After), Pieces, "", Shown).
