% starting_law: what a period was worth.
%
%   decide(+Case, -Verdict, -Clauses)
%
% There must be exactly one verdict for every case. So each figure stands twice: once with >=, once with <.

% Fewer than a hundred samples, or less than 95 % of the slots: nobody is judged.
decide(Case, insufficient_data, [too_little_measured]) :-
    \+ measured(Case).

% The objective: 99.9 %.
decide(Case, met, [objective_met]) :-
    measured(Case),
    uptime(Case, Good, All),
    Good * 1000 >= All * 999.

% From 99 %, and below 99.9 %: 10 % of the fee is paid back.
decide(Case, breach(1, 1000, 0), [uptime_tier(1)]) :-
    measured(Case),
    uptime(Case, Good, All),
    Good * 1000 < All * 999,
    Good * 100 >= All * 99.

% Below 99 %: the whole fee is paid back.
decide(Case, breach(2, 10_000, 0), [uptime_tier(2)]) :-
    measured(Case),
    uptime(Case, Good, All),
    Good * 100 < All * 99.

measured(case(Samples, share(_, All), _, share(Seen, Slots), _)) :-
    Samples >= 100,
    All > 0,
    Slots > 0,
    Seen * 100 >= Slots * 95.

uptime(case(_, share(Good, All), _, _, _), Good, All).

% Who may change the law: it gives way to another, and takes another's place, where settlement is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, settlement),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
