% Cloudflare R2 and Queues: monthly uptime below 99.9 % is paid back in tiers.
%
% Written by `surety law from-terms` from the tier table cloudflare-r2-queues. The tiers, or some of them, are common
% knowledge, which no page that was seen confirms: check before use. See cloudflare.com/r2-service-level-agreement.
%
%   uptime                         credit
%   99 % to below 99.9 %             10 %
%   below 99 %                       25 %
%
% Uptime is share(Good, All), counts that are never rounded, and is compared by cross-multiplication. The law sees nothing
% else of a case: latency, coverage and the terms of the agreement do not move it.

% What a period without requests counts as is not stated: where nothing was counted, nothing is known.
decide(case(_, share(_, 0), _, _, _), insufficient_data, [nothing_counted]).

% The objective is 99.9 %.
decide(case(_, share(Good, All), _, _, _), met, [objective_met]) :-
    All > 0,
    Good * 1000 >= All * 999.

% Tier 1: from 99 %, and below 99.9 %.
decide(case(_, share(Good, All), _, _, _), breach(1, 1000, 0), [uptime_tier(1)]) :-
    All > 0,
    Good * 1000 < All * 999,
    Good * 100 >= All * 99.

% Tier 2: below 99 %.
decide(case(_, share(Good, All), _, _, _), breach(2, 2500, 0), [uptime_tier(2)]) :-
    All > 0,
    Good * 100 < All * 99.

% Who may change the law: it gives way to another, and takes another's place, where settlement is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, settlement),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
