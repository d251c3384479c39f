/*  The host's side of an amendment: grants its facts, and asks one law whether it agrees.

    Permitting is asked of the running law, accepting of the proposed one. A law that does not say agrees to nothing.
*/

:- module(surety_amendment, [agrees/11]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(amendment_facts, []).

:- use_module(host, [bounded/4]).

inference_limit(500_000).

%!  agrees(+Law, +Question, +Consent, +Seat, +Place, +Running, +Proposed, +Revision, +Notice, -Status, -Why) is det.
%
%   Consent is permit_amendment or accept_establishment. All but Law are strings. Status 1: the law agrees; 0: it does not, or
%   does not say. Status -2 and -3 are those of a case.

agrees(Law, QuestionText, ConsentText, Seat, Place, Running, Proposed, RevisionText, NoticeText, Status, Why) :-
    number_string(Question, QuestionText),
    number_string(Revision, RevisionText),
    number_string(Notice, NoticeText),
    atom_string(Consent, ConsentText),
    facts([Seat, Place, Running, Proposed], Revision, Notice, Facts),
    inference_limit(Limit),
    setup_call_cleanup(
        grant(Facts),
        bounded(Question, surety_amendment:answer(Law, Consent, Status0-Why0), Limit, Outcome),
        withdraw),
    (   Outcome == done
    ->  Status = Status0, Why = Why0
    ;   Outcome = stopped(Status, Why)
    ).

answer(Law, Consent, Answer) :-
    (   \+ current_predicate(Law:Consent/1)
    ->  Answer = 0-"it does not define what it agrees to"
    ;   Goal =.. [Consent, amendment],
        once(Law:Goal)
    ->  Answer = 1-""
    ;   Answer = 0-"no clause of it holds"
    ).

facts(Texts, Revision, Notice, Facts) :-
    maplist(string_atom, Texts, [Seat, Place, Running, Proposed]),
    Facts = [ amendment_seat(amendment, Seat), amendment_place(amendment, Place), amendment_running(amendment, Running),
              amendment_proposed(amendment, Proposed), amendment_revision(amendment, Revision),
              amendment_notice_s(amendment, Notice) ].

string_atom(String, Atom) :- atom_string(Atom, String).

grant(Facts) :-
    withdraw,
    forall(member(Fact, Facts), assertz(surety_amendment_facts:Fact)).

withdraw :-
    forall(( surety_amendment_facts:granted(Name/Arity), functor(Fact, Name, Arity) ),
           retractall(surety_amendment_facts:Fact)).
