/*  Trial questions: what a law that nobody knows is asked in a process that may die of it, before any other process loads it.

    The answers do not matter. What matters is that each question ends, by itself or by its limits, and that the process lives.
*/

:- module(surety_trial, [prepare/2, load/4, put/4]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(solution_sequences)).
:- use_module(amendment_facts, []).
:- use_module(fence, [fence_law/5]).
:- use_module(routing, [keep/3, judge/7, strategy/5]).

law('surety law 1').
stack_limit(16_777_216).
inference_limit(600_000).                       % more than the host's own, which ends a routing question first
most_answers(16).
again_after_s(0.02).

%!  prepare(-Status, -Text) is det.
%
%   To be called once, before the process is forked: there may be no second thread then, which collecting garbage would start.

prepare(1, "") :-
    set_prolog_flag(gc_thread, false),
    set_prolog_flag(debug_on_error, false),
    set_prolog_flag(report_error, false),
    stack_limit(Limit),
    set_prolog_flag(stack_limit, Limit),
    nb_setval(surety_trial_question, false),
    nb_setval(surety_given_up_s, -1.0),
    on_signal(prof, _, surety_trial:give_up).

give_up(_) :-
    (   nb_getval(surety_trial_question, true),
        statistics(cputime, Now_s),
        nb_getval(surety_given_up_s, Last_s),
        again_after_s(Pause_s),
        abs(Now_s - Last_s) > Pause_s
    ->  nb_setval(surety_given_up_s, Now_s),
        throw(surety_overdue)
    ;   true
    ).

%!  load(+Text:string, +Entry:string, -Status, -Why) is det.
%
%   Fences and loads the law, as fence_law/5 does.

load(Text, Entry, Status, Why) :-
    law(Law),
    fence_law(Law, Text, Entry, Status, Why).

%!  put(+Entry:string, +Number:string, -Status, -Text) is det.
%
%   Puts one question, counted from 1, to what the law defines as Entry. Status is 1 when it was put and came to an end, 0 where
%   there is none of that number, and -2 for an error and -3 for a limit, as for a case; Text is what came of it.

put(EntryText, NumberText, Status, Text) :-
    term_string(Entry, EntryText),
    number_string(Number, NumberText),
    law(Law),
    findall(Goal, question(Entry, Law, Goal), Goals),
    (   nth1(Number, Goals, Goal)
    ->  bounded(Goal, Outcome),
        outcome(Outcome, Status, Text)
    ;   Status = 0, Text = "no such question"
    ).

bounded(Goal, Outcome) :-
    inference_limit(Limit),
    catch(watched(Goal, Limit, Result), Error, nb_setval(surety_trial_question, false)),
    (   nonvar(Error) -> Outcome = error(Error)
    ;   Result == inference_limit_exceeded -> Outcome = limit
    ;   Outcome = done
    ).

%   An alarm is heard at the next call, which may be the first after the question: so both lie within the catch.
watched(Goal, Limit, Result) :-
    nb_setval(surety_trial_question, true),
    call_with_inference_limit(surety_trial:Goal, Limit, Result),
    nb_setval(surety_trial_question, false).

outcome(done, 1, "ended").
outcome(limit, -3, "inferences").
outcome(error(surety_overdue), -3, "time") :- !.
outcome(error(error(resource_error(What), _)), -3, Text) :- !, term_string(What, Text).
outcome(error(_), -2, "error").


%!  question(+Entry, +Law, -Goal) is nondet.
%
%   For a case: everything kept, the worst, nothing counted, and a boundary.

question(decide/3, Law, decided(Law, Case)) :-
    terms(Terms),
    member(Counts, [ counts(1_000, 1_000/1_000, 1_000/1_000, 100/100), counts(1_000, 0/1_000, 0/1_000, 100/100),
                     counts(0, 0/0, 0/0, 0/0), counts(20, 999/1_000, 950/1_000, 95/100) ]),
    Counts = counts(Samples, Good/All, Within/Ok, Seen/Slots),
    Case = case(Samples, share(Good, All), share(Within, Ok), share(Seen, Slots), Terms).
question(route_inference/2, Law, judged(Law, Group, Request)) :-
    request(Request),
    member(Group, ["block_provider", "route_inference", "prefer_provider", "enforce_residency"]).
question(route_inference/2, Law, ordered(Law, Request)) :-
    current_predicate(Law:strategy/2),
    request(Request).
question(permit_amendment/1, Law, amended(Law, permit_amendment(amendment))).
question(accept_establishment/1, Law, amended(Law, accept_establishment(amendment))).

terms(terms(share(999, 1_000),
            [ tier(1, share(99, 100), share(999, 1_000), 1_000, 0), tier(2, share(95, 100), share(99, 100), 2_500, 0),
              tier(3, share(0, 1), share(95, 100), 10_000, 1_000) ],
            latency(2_000, share(95, 100), 1_000), share(95, 100), 20)).

decided(Law, Case) :-
    most_answers(Most),
    findall(Verdict-Clauses, limit(Most, Law:decide(Case, Verdict, Clauses)), _).

request("eu\tde\tde\tphi\trealtime\thealth\thigh\tconfidential\t\t").
request("us\tus\tus\tpublic\tbatch\tgeneral\tminimal\tstandard\t1500000\t2000").

judged(Law, Group, Request) :-
    (   surety_routing:kept(1, _)
    ->  true
    ;   keep("1\tspot\tprovider\tde\teu_west\tde\tgdpr hipaa soc2\t1200000\t150\t1800", _, _)
    ),
    judge(Law, "1", Group, Request, "[1]", Status, Why),
    ended(Status, Why).

ordered(Law, Request) :-
    strategy(Law, "1", Request, Status, Why),
    ended(Status, Why).

ended(Status, Why) :-
    (   Status =:= -3 -> throw(error(resource_error(Why), _))
    ;   Status =:= -2 -> throw(error(Why, _))
    ;   true
    ).

amended(Law, Question) :-
    maplist(granted, [ amendment_seat(amendment, routing), amendment_place(amendment, seat),
                       amendment_running(amendment, '0x00'), amendment_proposed(amendment, '0x01'),
                       amendment_revision(amendment, 1), amendment_notice_s(amendment, 172_800) ]),
    ignore(once(Law:'$cite'(Question, _, _))).

granted(Fact) :-
    retractall(surety_amendment_facts:Fact),
    assertz(surety_amendment_facts:Fact).
