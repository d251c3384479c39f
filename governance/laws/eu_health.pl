% Routing under the GDPR, the US CLOUD Act and health-data residency, with cheap spot capacity for batch work.
%
%   route_inference(Request, Provider)     the provider may serve the request; nothing is permitted but by a clause here
%   block_provider(Request, Provider)      it may not, whatever permits it
%   prefer_provider(Request, Provider)     among those that may, it comes first
%   enforce_residency(Request)             asked for health data besides; must hold too
%   strategy(Request, Strategy)            what the rest is ordered by
%
% Provider is one offer, at its spot price or on demand, and the only one in sight. The facts used here are described in
% docs/laws.md.


% Who may serve.

% Requests that the GDPR protects: compliant providers inside the EEA.
route_inference(Request, Provider) :-
    protected(Request),
    provider_compliant(Provider, gdpr),
    provider_in_country(Provider, Country),
    eea(Country),
    fit(Request, Provider).

% All others: whoever holds the credentials for such data.
route_inference(Request, Provider) :-
    \+ protected(Request),
    fit(Request, Provider).


% The CLOUD Act reaches data that a US company controls, wherever its machines stand.
block_provider(Request, Provider) :-
    protected(Request),
    provider_jurisdiction(Provider, us).


% Batch work goes to spot capacity at 1.50 dollars an hour or less first.
prefer_provider(Request, Provider) :-
    inference_type(Request, batch),
    provider_spot_price_micro_usd(Provider, Price),
    Price =< 1_500_000.


% Health data stay in the country that they come from.
enforce_residency(Request) :-
    data_classification(Request, phi),
    country(Request, Country),
    provider_in_country(Provider, Country),
    route_inference(Request, Provider).


% All else being equal, the cheapest.
strategy(_, cost_first).


% A request is protected by where its user is, by the law it is under, or by where its data come from.
protected(Request) :- user_jurisdiction(Request, Place), european(Place).
protected(Request) :- jurisdiction(Request, Place), european(Place).
protected(Request) :- country(Request, Place), european(Place).

european(eu).
european(Country) :- eea(Country).

% The credentials that each class of data asks for.
fit(Request, _) :- data_classification(Request, public).
fit(Request, Provider) :- data_classification(Request, pii), provider_compliant(Provider, gdpr).
fit(Request, Provider) :- data_classification(Request, pii), provider_compliant(Provider, soc2).
fit(Request, Provider) :- data_classification(Request, phi), provider_compliant(Provider, hipaa).

eea(at). eea(be). eea(bg). eea(cy). eea(cz). eea(de). eea(dk). eea(ee). eea(es). eea(fi).
eea(fr). eea(gr). eea(hr). eea(hu). eea(ie). eea(is). eea(it). eea(li). eea(lt). eea(lu).
eea(lv). eea(mt). eea(nl). eea(no). eea(pl). eea(pt). eea(ro). eea(se). eea(si). eea(sk).


% Who may change the law: it gives way to another, and takes another's place, where routing is what both are for and notice
% was given. How long the notice is, the timelock says.
permit_amendment(Amendment) :- notified(Amendment).

accept_establishment(Amendment) :- notified(Amendment).

notified(Amendment) :-
    amendment_seat(Amendment, routing),
    amendment_notice_s(Amendment, NoticeS),
    NoticeS >= 0.
