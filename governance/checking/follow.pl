/*  Follows a law step by step through one case, noting on what its way depends.

    Control is Prolog's own: clauses in order, cuts, conditions, negation, findall. Numbers are those of surety_numbers. Facts
    are given one by one: where the law looks at one that is not given, following stops and says which, so that whoever asks
    can try each thing that it may be. Every clause that is tried, entered and left is marked.
*/

:- module(surety_follow, [follow_case/5, follow_request/6]).

:- use_module(library(lists)).
:- use_module(library(apply)).
:- use_module(library(solution_sequences)).
:- use_module(clauses).
:- use_module(numbers).
:- use_module(sorting).
:- use_module(facts).

inference_limit(4_000_000).
most_answers(16).

:- thread_local marked/2.

mark(What, Id) :- ( marked(Id, What) -> true ; assertz(marked(Id, What)) ).

%!  follow_case(+Key:string, +Counts:string, +Terms:string, -Status, -Answer:string) is det.
%
%   Counts are seven numbers between blanks, Terms is the term of the figures. Answer is lines of fields between tabs: the
%   outcome first, then the notes in their order, then the marks. Status is always 1.

follow_case(Key, CountsText, TermsText, 1, Answer) :-
    split_string(CountsText, " ", "", Texts),
    maplist(string_number, Texts, Counts),
    findall(Counted, ( nth1(Index, Counts, Count), counted(Index, Count, Counted) ), [Samples, G, A, W, O, S, L]),
    term_string(Terms, TermsText),
    give_no_facts,
    Case = case(Samples, share(G, A), share(W, O), share(S, L), '$figures'(Terms)),
    most_answers(Most),
    followed(findall(Verdict-Clauses, limit(Most, asked(Key, decide(Case, Verdict, Clauses))), Answers), Outcome),
    (   Outcome == done -> judged(Answers, Judged) ; Judged = Outcome ),
    ( Outcome == done, varying(Answers) -> note_varying ; true ),
    written(Judged, Answer).

string_number(Text, Number) :- number_string(Number, Text).

%!  follow_request(+Key:string, +Goal:string, +Given:string, +Credentials:string, -Status, -Answer:string) is det.
%
%   Goal is one of judgement, or the indicator's name of a rule group. Given is a list term of the facts that are given.

follow_request(Key, GoalText, GivenText, CredentialsText, 1, Answer) :-
    term_string(Goal, GoalText),
    term_string(Given, GivenText),
    term_string(Credentials, CredentialsText),
    give_facts(Given, Credentials),
    followed(question(Goal, Key, Found), Outcome),
    (   Outcome == done -> Judged = found(Found) ; Judged = Outcome ),
    written(Judged, Answer).

question(judgement, Key, [Blocked, Routed, Resident, Ids]) :-
    findall(Id, asked(Key, route_inference(request, offer), Id), Every),
    sort(Every, Ids),
    ( Ids == [] -> Routed = no ; Routed = yes ),
    (   Routed == no -> Blocked = unasked, Resident = unasked
    ;   ( asked(Key, block_provider(request, offer)) -> Blocked = yes ; Blocked = no ),
        (   Blocked == no, given_fact(data_classification, phi)
        ->  ( asked(Key, enforce_residency(request)) -> Resident = yes ; Resident = no )
        ;   Resident = unasked
        )
    ).
question(every(Name), Key, [Count]) :-
    ( Name == enforce_residency -> Goal = enforce_residency(request) ; Goal =.. [Name, request, offer] ),
    findall(x, asked(Key, Goal), Every),
    length(Every, Count).
question(strategy, Key, Strategies) :-
    findall(Plain, ( asked(Key, strategy(request, Strategy)), plain(Strategy, Plain) ), Every),
    sort(Every, Strategies).

asked(Key, Goal) :- asked(Key, Goal, _).

asked(Key, Goal, Id) :-
    functor(Goal, Name, Arity),
    format(atom(Predicate), "~s ~q", [Key, Name/Arity]),
    called(Predicate, Goal, Id).

:- meta_predicate followed(0, -).

followed(Goal, Outcome) :-
    forget_notes,
    retractall(marked(_, _)),
    b_setval(surety_place, 0),
    inference_limit(Limit),
    catch(call_with_inference_limit(Goal, Limit, Result), Error, true),
    (   nonvar(Error) -> stopped(Error, Outcome)
    ;   Result == inference_limit_exceeded -> Outcome = stopped(limit, 0, inferences)
    ;   Outcome = done
    ).

stopped(law_error(resource_error(What), Offset), stopped(limit, Offset, What)) :- !.
stopped(law_error(What, Offset), stopped(error, Offset, What)) :- !.
stopped(fact_needed(Fact), needs(Fact)) :- !.
stopped(error(resource_error(What), _), stopped(limit, 0, What)) :- !.
stopped(error(What, _), stopped(error, 0, What)) :- !.
stopped(What, stopped(error, 0, What)).


%   The host's judgement of the answers: none, two that differ, no verdict, or one.

judged([], failed) :- !.
judged(Answers, Judged) :-
    plain(Answers, Plain),
    (   member(Unsound, Plain), \+ sound(Unsound)
    ->  Judged = misstated(Unsound)
    ;   Plain = [Verdict-_|More],
        (   member(Other-_, More), Other \== Verdict
        ->  Judged = conflict(Verdict, Other)
        ;   Judged = verdict(Verdict)
        )
    ).

%   A verdict that was computed from the counts is the case's alone.
varying(Answers) :-
    member(Verdict-_, Answers),
    plain(Verdict, Plain),
    Plain \== Verdict, !.

sound(Verdict-Clauses) :-
    ground(Verdict),
    sound_verdict(Verdict),
    is_list(Clauses),
    length(Clauses, Count),
    between(1, 32, Count),
    forall(member(Clause, Clauses), sound_clause(Clause)).

sound_verdict(met).
sound_verdict(insufficient_data).
sound_verdict(breach(Tier, Credit, Slash)) :- within(Tier, 255), within(Credit, 10_000), within(Slash, 10_000).

within(Value, Most) :- integer(Value), Value >= 0, Value =< Most.

sound_clause(Clause) :-
    callable(Clause),
    Clause =.. [Name|Arguments],
    length(Arguments, Count),
    Count =< 8,
    forall(member(Word, [Name|Arguments]), ( integer(Word) ; atom(Word), atom_length(Word, Length), Length =< 64 )).


written(Judged, Answer) :-
    findall(Line, line_of(Judged, Line), Lines),
    atomic_list_concat(Lines, '\n', Joined),
    atom_string(Joined, Answer).

line_of(Judged, Line) :- format(string(Line), "~W", [Judged, [quoted(true), max_depth(0), ignore_ops(false)]]).
line_of(_, Line) :- noted(Note), note_line(Note, Line).
line_of(_, Line) :-
    findall(Id-What, marked(Id, What), Marks),
    member(Id-What, Marks),
    format(string(Line), "~w\t~d", [What, Id]).

note_line(sign(Form, Sign, Offset), Line) :- listed(Form, Text), format(string(Line), "sign\t~d\t~d\t~s", [Offset, Sign, Text]).
note_line(at_least(Form, Truth, Offset), Line) :-
    listed(Form, Text), format(string(Line), "at_least\t~d\t~d\t~s", [Offset, Truth, Text]).
note_line(unfollowed(Offset, Why), Line) :- format(string(Line), "unfollowed\t~d\t~s", [Offset, Why]).
note_line(figures, "figures").
note_line(varying, "varying").

%   Decimals in a law make fractions of coefficients: scaled up, they are whole.
listed(Form, Text) :-
    foldl(common_denominator, Form, 1, Scale),
    maplist(scaled(Scale), Form, Whole),
    atomic_list_concat(Whole, ' ', Text).

common_denominator(Coefficient, Before, After) :- After is lcm(Before, denominator(Coefficient)).

scaled(Scale, Coefficient, Whole) :- Whole is Coefficient * Scale.


%   Control.

solve(true, _).
solve(fail, _) :- fail.
solve(cut, Cut) :- prolog_cut_to(Cut).
solve(and(A, B), Cut) :- solve(A, Cut), solve(B, Cut).
solve(or(A, B), Cut) :- ( solve(A, Cut) ; solve(B, Cut) ).
solve(if(C, T, E), Cut) :- ( local(C) -> solve(T, Cut) ; solve(E, Cut) ).
solve(soft(C, T, E), Cut) :- ( local(C) *-> solve(T, Cut) ; solve(E, Cut) ).
solve(not(G), _) :- \+ local(G).
solve(once(G), _) :- once(local(G)).
solve(forall(C, A), _) :- \+ ( local(C), \+ local(A) ).
solve(findall(Template, G, List), _) :- findall(Template, local(G), Found), unified(List, Found).
solve(is(Result, Tree, Offset), _) :-
    worth(Tree, integer, Offset, Number),
    b_setval(surety_place, Offset),
    unified(Result, Number).
solve(compared(Operator, A, B, Offset), _) :-
    worth(A, number, Offset, First),
    worth(B, number, Offset, Second),
    holds(Operator, First, Second, Offset).
solve(own(Predicate, Goal, _), _) :- called(Predicate, Goal, _).
solve(granted(Goal, _), _) :- granted_fact(Goal).
solve(builtin(Goal, Offset), _) :- b_setval(surety_place, Offset), builtin(Goal, Offset).

local(Goal) :- prolog_current_choice(Cut), solve(Goal, Cut).

called(Predicate, Goal, Id) :-
    no_facts, !,
    prolog_current_choice(Cut),
    law_clause(Predicate, Id, Head, Body, _),
    mark(tried, Id),
    Place is -1 - Id,                       % in notes: the clause with that number
    b_setval(surety_place, Place),
    heads(Head, Goal),
    mark(entered, Id),
    solve(Body, Cut),
    mark(left, Id).

called(Predicate, Goal, Id) :-              % no counts are about, so heads are Prolog's own to fit
    prolog_current_choice(Cut),
    law_clause(Predicate, Id, Goal, Body, _),
    mark(entered, Id),
    solve(Body, Cut),
    mark(left, Id).

heads(Head, Goal) :- Head == Goal, !.
heads(Head, Goal) :- unified(Head, Goal).

%   The guard that the fence weaves in: what stands for a number in the text must be one.
worth(v(Value), Kind, Offset, Value) :- !,
    (   number_for(Kind, Value) -> true
    ;   plain(Value, Plain), law_error(type_error(Kind, Plain), Offset)
    ).
worth(n(Number), _, _, Number) :- !.
worth(f(Function, Trees), Kind, Offset, Number) :-
    each_worth(Trees, Kind, Offset, Values),
    computed(Function, Values, Offset, Number).

each_worth([], _, _, []).
each_worth([Tree|Trees], Kind, Offset, [Value|Values]) :-
    worth(Tree, Kind, Offset, Value),
    each_worth(Trees, Kind, Offset, Values).

number_for(_, Value) :- integer(Value), !.
number_for(number, Value) :- rational(Value), !.
number_for(_, Value) :- nonvar(Value), Value = '$counted'(_, _).


%   The vocabulary.

builtin(A = B, _) :- unified(A, B).
builtin(A \= B, _) :- \+ unified(A, B).
builtin(A == B, _) :- same(A, B).
builtin(A \== B, _) :- \+ same(A, B).
builtin(A @< B, Offset) :- order(A, B, <, Offset).
builtin(A @> B, Offset) :- order(A, B, >, Offset).
builtin(A @=< B, Offset) :- order(A, B, Order, Offset), Order \== (>).
builtin(A @>= B, Offset) :- order(A, B, Order, Offset), Order \== (<).
builtin(compare(Order, A, B), Offset) :- order(A, B, Found, Offset), Order = Found.
builtin(var(A), _) :- var(A).
builtin(nonvar(A), _) :- nonvar(A).
builtin(atom(A), _) :- atom(A).
builtin(atomic(A), _) :- ( atomic(A) -> true ; nonvar(A), A = '$counted'(_, _) ).
builtin(integer(A), _) :- ( integer(A) -> true ; nonvar(A), A = '$counted'(_, _) ).
builtin(compound(A), _) :- compound(A), A \= '$counted'(_, _).
builtin(ground(A), _) :- ground(A).
builtin(between(Low, High, X), Offset) :-
    plain(Low-High-X, A-B-C),
    ( Low-High-X == A-B-C -> true ; note_unfollowed(Offset, "counts up to a number of the case") ),
    checked(between(A, B, C), Offset),
    ( var(X) -> X = C ; true ).
builtin(length(List, Length), Offset) :-
    (   is_list(List) -> length(List, Found), unified(Length, Found)
    ;   plain(Length, Plain),
        ( Length == Plain -> true ; note_unfollowed(Offset, "makes a list as long as a number of the case") ),
        checked(length(List, Plain), Offset),
        ( var(Length) -> Length = Plain ; true )
    ).
builtin(sort(List, Sorted), Offset) :- sorted(0, @<, List, Found, Offset), unified(Sorted, Found).
builtin(msort(List, Sorted), Offset) :- sorted(0, @=<, List, Found, Offset), unified(Sorted, Found).
builtin(sort(Key, Order, List, Sorted), Offset) :- sorted(Key, Order, List, Found, Offset), unified(Sorted, Found).
builtin(member(X, List), _) :- a_member(List, X).
builtin(memberchk(X, List), _) :- once(a_member(List, X)).
builtin(append(A, B, C), _) :- appended(A, B, C).
builtin(reverse(List, Reversed), Offset) :- checked(reverse(List, Found), Offset), unified(Reversed, Found).
builtin(nth0(Index, List, X), _) :- a_place(List, 0, Index, X).
builtin(nth1(Index, List, X), _) :- a_place(List, 1, Index, X).
builtin(last(List, X), _) :- a_last(List, X).

a_member(List, X) :- unified(List, [First|Rest]), ( unified(X, First) ; nonempty(Rest), a_member(Rest, X) ).

nonempty(Rest) :- Rest \== [].

appended(A, B, C) :- unified(A, []), unified(B, C).
appended(A, B, C) :- unified(A, [First|More]), unified(C, [First|Rest]), appended(More, B, Rest).

a_place(List, Index, Wanted, X) :- unified(List, [First|_]), unified(Wanted, Index), unified(X, First).
a_place(List, Index, Wanted, X) :- unified(List, [_|Rest]), Next is Index + 1, nonempty(Rest), a_place(Rest, Next, Wanted, X).

a_last(List, X) :- unified(List, [First|Rest]), ( unified(Rest, []), unified(X, First) ; nonempty(Rest), a_last(Rest, X) ).

checked(Goal, Offset) :- catch(Goal, error(What, _), law_error(What, Offset)).
