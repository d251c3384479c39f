/*  The host's side of a question to a law: bounded, caught, and answered with one status whatever happens.

    Nothing here fails and nothing throws: an answer of no is a status of its own, so that an error can never look like one.
*/

:- module(surety_host, [decide/12, bounded/4, start_thread/2, stop_question/4]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(solution_sequences)).

:- meta_predicate bounded(+, 0, +, -), watched(+, 0, +, -).

inference_limit(500_000).
most_answers(16).
most_clauses_cited(32).

%!  start_thread(-Status, -Text) is det.
%
%   To be called once in each thread: flags are the thread's own. No debugger may ever open, for it would end the process.

start_thread(1, "") :-
    set_prolog_flag(debug_on_error, false),
    set_prolog_flag(report_error, false),
    nb_setval(surety_question, 0).

%!  stop_question(+Thread:string, +Question:string, -Status, -Text) is det.
%
%   Has a thread give up a question, if it is still at it. To be called from another thread.

stop_question(ThreadText, QuestionText, 1, "") :-
    number_string(Thread, ThreadText),
    number_string(Question, QuestionText),
    catch(thread_signal(Thread, surety_host:give_up(Question)), error(existence_error(_, _), _), true).

%   Once is enough: signals pile up while one step takes long, and those that are left must not meet the next call.
give_up(Question) :-
    (   nb_getval(surety_question, Question)
    ->  nb_setval(surety_question, 0),
        throw(surety_overdue)
    ;   true
    ).

%!  decide(+Law, +Question, +Terms, +Samples, +UptimeGood, +UptimeAll, +Within, +Ok, +Seen, +Slots, -Answer, -Clauses) is det.
%
%   Answer above 0 is a verdict in one number: from its lowest bit, the outcome in 2 bits (1 met, 2 breach, 3 insufficient
%   data), the tier in 8, the credit in 14, the slash in 14; Clauses is then a list. Else Answer is 0 no verdict, -1 verdicts
%   that differ, -2 an exception, -3 a limit, -4 an answer that is no verdict; Clauses is then a text.

decide(Law, Question, Terms, Samples, UptimeGood, UptimeAll, Within, Ok, Seen, Slots, Answer, Clauses) :-
    Case = case(Samples, share(UptimeGood, UptimeAll), share(Within, Ok), share(Seen, Slots), Terms),
    inference_limit(Limit),
    bounded(Question, answers(Law, Case, Answers), Limit, Outcome),
    (   Outcome == done
    ->  settled(Answers, Answer, Clauses)
    ;   Outcome = stopped(Answer, Clauses)
    ).

answers(Law, Case, Answers) :-
    most_answers(Most),
    findall(Verdict-Clauses, limit(Most, Law:decide(Case, Verdict, Clauses)), Answers).

settled([], 0, "the law gives no verdict") :- !.
settled(Answers, Answer, Clauses) :-
    (   member(Unsound, Answers), \+ sound(Unsound)
    ->  Answer = -4, shown("this is no verdict with its clauses: ~W", Unsound, Clauses)
    ;   Answers = [Verdict-First|More],
        (   member(Other-_, More), Other \== Verdict
        ->  Answer = -1, shown("the law gives two verdicts: ~W", Verdict/Other, Clauses)
        ;   packed(Verdict, Answer),
            cited(More, First, Clauses)
        )
    ).

packed(met, 1).
packed(insufficient_data, 3).
packed(breach(Tier, Credit, Slash), Answer) :-
    Answer is 2 + (Tier << 2) + (Credit << 10) + (Slash << 24).

cited([], Clauses, Clauses).
cited([_-Clauses|More], Before, All) :-
    append(Before, Clauses, Both),
    list_to_set(Both, Next),
    cited(More, Next, All).

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
    ;   Result == inference_limit_exceeded -> Outcome = stopped(-3, "the law does not come to an end: too many inferences")
    ;   Outcome = done
    ).

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

shown(Format, Term, Text) :-
    format(string(Text), Format, [Term, [max_depth(8), quoted(true)]]).
