% Routing under European duties of documentation: DORA for the financial sector, the AI Act for systems of high risk.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it; the clause names the duty
%   strategy(Request, Strategy)            what those that may are ordered by
%
% Provider is one offer, at its spot price or on demand, and the only one in sight. Personal data need the GDPR's papers besides.
% Health data go nowhere: enforce_residency/1 is not defined, and they are routed by eu_health.


% Who may serve.

route_inference(Request, _) :-
    data_classification(Request, public).

route_inference(Request, Provider) :-
    data_classification(Request, pii),
    provider_compliant(Provider, gdpr).


% DORA: a financial entity may use a provider only if it holds the rights to audit it.
block_provider(Request, Provider) :-
    european(Request),
    sector(Request, finance),
    \+ provider_compliant(Provider, dora_audit).

% The AI Act: a system of high risk needs its technical documentation, whoever runs it.
block_provider(Request, Provider) :-
    european(Request),
    risk_class(Request, high),
    \+ provider_compliant(Provider, ai_act_documentation).


% Where a duty holds, the provider with the most credentials; else the one with the fewest errors.
strategy(Request, compliance_first) :- dutiful(Request).
strategy(Request, sla_first) :- \+ dutiful(Request).

dutiful(Request) :- european(Request), sector(Request, finance).
dutiful(Request) :- european(Request), risk_class(Request, high).


% A request is European by where its user is protected, by the law it is under, or by where its data come from. One is enough.
european(Request) :- user_jurisdiction(Request, Place), of_the_union(Place).
european(Request) :- jurisdiction(Request, Place), of_the_union(Place).
european(Request) :- country(Request, Place), of_the_union(Place).

of_the_union(eu).
of_the_union(at). of_the_union(be). of_the_union(bg). of_the_union(cy). of_the_union(cz). of_the_union(de).
of_the_union(dk). of_the_union(ee). of_the_union(es). of_the_union(fi). of_the_union(fr). of_the_union(gr).
of_the_union(hr). of_the_union(hu). of_the_union(ie). of_the_union(it). of_the_union(lt). of_the_union(lu).
of_the_union(lv). of_the_union(mt). of_the_union(nl). of_the_union(pl). of_the_union(pt). of_the_union(ro).
of_the_union(se). of_the_union(si). of_the_union(sk).


% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
