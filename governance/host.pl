/*  The host's side of a question to a law: bounded, caught, and answered with one status whatever happens.

    Nothing here fails and nothing throws: an answer of no is a status of its own, so that an error can never look like one.
*/

:- module(surety_host, [decide/11, why/2, cited/3, forget_citations/2, bounded/4, start_thread/2, stop_question/4]).

:- set_prolog_flag(optimise, true).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(solution_sequences)).

:- meta_predicate bounded(+, 0, +, -), watched(+, 0, +, -).

%   citation(Hash, Clauses, Number): the lists of clauses that laws have answered with in this thread. unnumbered(Question,
%   Verdict, Clauses): the last answer whose clauses were none of these. reason(Text): why the last answer was no verdict.
:- thread_local citation/3, unnumbered/3, reason/1.

inference_limit(500_000).
most_answers(16).
again_after_s(0.05).
most_clauses_cited(32).

%!  start_thread(-Status, -Text) is det.
%
%   To be called once in each thread: flags are the thread's own. No debugger may ever open, for it would end the process.

start_thread(1, "") :-
    set_prolog_flag(debug_on_error, false),
    set_prolog_flag(report_error, false),
    nb_setval(surety_question, 0),
    nb_setval(surety_given_up_s, -1.0),
    nb_setval(surety_citations, 0).

%!  stop_question(+Thread:string, +Question:string, -Status, -Text) is det.
%
%   Has a thread give up a question, if it is still at it. To be called from another thread.

stop_question(ThreadText, QuestionText, 1, "") :-
    number_string(Thread, ThreadText),
    number_string(Question, QuestionText),
    catch(thread_signal(Thread, surety_host:give_up(Question)), error(existence_error(_, _), _), true).

%   Signals pile up while one step takes long, and those that are left must not meet the calls that end the question. But there
%   are predicates of Prolog that forget an exception: so it is thrown again, if the question is still at it some time later.
give_up(Question) :-
    (   nb_getval(surety_question, Question),
        statistics(cputime, Now_s),
        nb_getval(surety_given_up_s, Last_s),
        again_after_s(Pause_s),
        abs(Now_s - Last_s) > Pause_s
    ->  nb_setval(surety_given_up_s, Now_s),
        throw(surety_overdue)
    ;   true
    ).

%!  decide(+Law, +Question, +Terms, +Samples, +UptimeGood, +UptimeAll, +Within, +Ok, +Seen, +Slots, -Answer) is det.
%
%   Answer above 0 is a verdict in one number: from its lowest bit, the outcome in 2 bits (1 met, 2 breach, 3 insufficient
%   data), the tier in 8, the credit in 14, the slash in 14, and above them the number of its clauses (see cited/3). Else it is
%   0 no verdict, -1 verdicts that differ, -2 an exception, -3 a limit, -4 an answer that is no verdict (see why/2).

decide(Law, Question, Terms, Samples, UptimeGood, UptimeAll, Within, Ok, Seen, Slots, Answer) :-
    Case = case(Samples, share(UptimeGood, UptimeAll), share(Within, Ok), share(Seen, Slots), Terms),
    inference_limit(Limit),
    bounded(Question, surety_host:recognised(Question, Law, Case, Found), Limit, Outcome),
    (   Outcome == done, integer(Found)
    ->  numbered(Found, Answer)
    ;   Outcome == done, Found == new
    ->  unnumbered(Question, Verdict, Clauses),
        numbered(verdict(Verdict, Clauses), Answer)
    ;   Outcome == done
    ->  bounded(Question, surety_host:judged(Law, Case, Judged), Limit, Last),
        concluded(Last, Judged, Answer)
    ;   Outcome = stopped(-3, Why), endless(Why), retract(unnumbered(Question, _, Clauses))
    ->  number_of(Clauses, Number),
        decide(Law, Question, Terms, Samples, UptimeGood, UptimeAll, Within, Ok, Seen, Slots, Answer),
        ( Answer > 0 -> true ; forget_last(Number) )
    ;   concluded(Outcome, Found, Answer)
    ).

concluded(done, Found, Answer) :-
    numbered(Found, Answer).
concluded(stopped(Answer, Why), _, Answer) :-
    because(Why).

%   Every answer of the law is looked at. Most often there is one, whose clauses have a number already: it is never copied. If
%   there is another, or one that is unsound, the law is asked again, and all that it answers is collected and judged.
%
%   To look at clauses for the first time takes inferences. Who meets the limit then is asked once more, with clauses that are
%   known: what was answered before in a thread must not decide whether a law comes to its end.

recognised(Question, Law, Case, Found) :-
    Noted = noted(0),
    (   Law:decide(Case, Verdict, Clauses),
        \+ noted(Question, Verdict, Clauses, Noted)
    ->  Found = unsettled
    ;   arg(1, Noted, Found)
    ).

judged(Law, Case, Found) :-
    most_answers(Most),
    TooMany is Most + 1,
    findall(Answer, limit(TooMany, answer(Law, Case, Answer)), Answers),
    settled(Answers, Found).

answer(Law, Case, Answer) :-
    Law:decide(Case, Verdict, Clauses),
    (   sound(Verdict-Clauses)
    ->  Answer = Verdict-Clauses
    ;   shown("this is no verdict with its clauses: ~W", Verdict-Clauses, Why),
        Answer = unsound(Why)
    ).

noted(Question, Verdict, Clauses, Noted) :-
    arg(1, Noted, 0),
    nonvar(Verdict),
    sound_verdict(Verdict),
    ground(Clauses),  % or it would be made equal to clauses that are known
    term_hash(Clauses, Hash),
    (   citation(Hash, Clauses, Number)
    ->  packed(Verdict, Packed),
        Answer is Packed + (Number << 38)
    ;   sound(Verdict-Clauses),
        retractall(unnumbered(_, _, _)),
        assertz(unnumbered(Question, Verdict, Clauses)),
        Answer = new
    ),
    nb_setarg(1, Noted, Answer).

%   What was found is a number, an answer that has none yet, or a fault.

numbered(Answer, Answer) :-
    integer(Answer), !,
    (   Answer =:= 0 -> because("the law gives no verdict") ; true ).
numbered(verdict(Verdict, Clauses), Answer) :-
    packed(Verdict, Packed),
    number_of(Clauses, Number),
    Answer is Packed + (Number << 38).
numbered(fault(Answer, Why), Answer) :-
    because(Why).

because(Why) :-
    retractall(reason(_)),
    assertz(reason(Why)).

settled([], 0).
settled(Answers, fault(-4, Why)) :-
    member(unsound(Why), Answers), !.
settled([_|More], fault(-4, Why)) :-
    most_answers(Most),
    length(More, Most), !,
    shown("the law gives more answers than one should: over ~W", Most, Why).
settled([Verdict-_|More], fault(-1, Why)) :-
    member(Other-_, More),
    Other \== Verdict, !,
    shown("the law gives two verdicts: ~W", Verdict/Other, Why).
settled([Verdict-Clauses|More], Found) :-
    all_cited(More, Clauses, All),
    most_clauses_cited(Most),
    length(All, Count),
    (   Count =< Most                                % these will be recognised
    ->  Found = verdict(Verdict, All)
    ;   shown("the answers cite more clauses together than one may: over ~W", Most, Why),
        Found = fault(-4, Why)
    ).

packed(met, 1).
packed(insufficient_data, 3).
packed(breach(Tier, Credit, Slash), Answer) :-
    Answer is 2 + (Tier << 2) + (Credit << 10) + (Slash << 24).

all_cited([], Clauses, Clauses).
all_cited([_-Clauses|More], Before, All) :-
    append(Before, Clauses, Both),
    list_to_set(Both, Next),
    all_cited(More, Next, All).

number_of(Clauses, Number) :-
    term_hash(Clauses, Hash),
    (   citation(Hash, Clauses, Number)
    ->  true
    ;   nb_getval(surety_citations, Before),
        Number is Before + 1,
        nb_setval(surety_citations, Number),
        assertz(citation(Hash, Clauses, Number))
    ).

forget_last(Number) :-
    retractall(citation(_, _, Number)),
    Before is Number - 1,
    nb_setval(surety_citations, Before).

%!  cited(+Number:string, -Status, -Text) is det.
%
%   The clauses of a verdict just given in this thread, one a line, each as it would be read back.

cited(NumberText, 1, Text) :-
    number_string(Number, NumberText),
    citation(_, Clauses, Number),
    maplist(written, Clauses, Lines),
    atomic_list_concat(Lines, '\n', Text).

%!  forget_citations(-Status, -Text) is det.
%
%   To be called by whoever asks, before there are too many; their numbers begin anew.

forget_citations(1, "") :-
    retractall(citation(_, _, _)),
    nb_setval(surety_citations, 0).

%!  why(-Status, -Text) is det.
%
%   Why the answer just given in this thread is no verdict.

why(1, Text) :-
    reason(Text).

written(Clause, Line) :-
    format(string(Line), "~q", [Clause]).

sound(Verdict-Clauses) :-
    ground(Verdict),
    sound_verdict(Verdict),
    most_clauses_cited(Most),
    is_list(Clauses),
    length(Clauses, Count),
    between(1, Most, Count),
    forall(member(Clause, Clauses), sound_clause(Clause)).

sound_verdict(met).
sound_verdict(insufficient_data).
sound_verdict(breach(Tier, Credit, Slash)) :-
    within(Tier, 255),
    within(Credit, 10_000),
    within(Slash, 10_000).

within(Value, Most) :- integer(Value), Value >= 0, Value =< Most.

%   A citation is short: a word, with words and whole numbers for arguments.
sound_clause(Clause) :-
    callable(Clause),
    Clause =.. [Name|Arguments],
    length(Arguments, Count),
    Count =< 8,
    forall(member(Word, [Name|Arguments]), ( integer(Word) ; atom(Word), atom_length(Word, Length), Length =< 64 )).

%!  bounded(+Question, :Goal, +Limit, -Outcome) is det.
%
%   Outcome is `done`, or stopped(Status, Text). Goal is one of the host's, and succeeds if it ends. Question is the number
%   under which another thread may have it given up.

bounded(Question, Goal, Limit, Outcome) :-
    catch(watched(Question, Goal, Limit, Result), Error, unwatched),
    (   nonvar(Error) -> stopped(Error, Outcome)
    ;   Result == inference_limit_exceeded -> endless(Why), Outcome = stopped(-3, Why)
    ;   Outcome = done
    ).

endless("the law does not come to an end: too many inferences").

%   To be given up is heard at the next call, which may be the first after the goal: so both lie within the catch.
watched(Question, Goal, Limit, Result) :-
    nb_setval(surety_question, Question),
    call_with_inference_limit(Goal, Limit, Result),
    nb_setval(surety_question, 0).

%   Who is given up just as the goal ends would leave its limit to the next question.
unwatched :-
    nb_setval(surety_question, 0),
    \+ '$inference_limit_false'(9_223_372_036_854_775_807).   % it fails by design

stopped(surety_overdue, stopped(-3, "the law does not come to an end: too much time")) :- !.
stopped(error(resource_error(What), _), stopped(-3, Text)) :- !,
    shown("the law needs more than it may use: ~W", What, Text).
stopped(error(What, _), stopped(-2, Text)) :- !,
    shown("the law fails with an error: ~W", What, Text).
stopped(Error, stopped(-2, Text)) :-
    shown("the law fails with an error: ~W", Error, Text).

%   What a law says may be endless, or hold itself many times over: people see its outline.

shown(Format, Term, Text) :-
    outline(Term, 6, Outline),
    format(string(Text), Format, [Outline, [quoted(true)]]).

outline(Term, _, Term) :-
    \+ compound(Term), !.
outline(_, 0, '...') :- !.
outline(Term, Depth, Outline) :-
    compound_name_arity(Term, Name, Arity),
    Shown is min(Arity, 4),
    length(Parts, Shown),
    Below is Depth - 1,
    outlines(Parts, 1, Term, Below),
    ( Shown < Arity -> append(Parts, ['...'], Arguments) ; Arguments = Parts ),
    compound_name_arguments(Outline, Name, Arguments).

outlines([], _, _, _).
outlines([Part|Parts], Index, Term, Depth) :-
    arg(Index, Term, Argument),
    outline(Argument, Depth, Part),
    Next is Index + 1,
    outlines(Parts, Next, Term, Depth).
