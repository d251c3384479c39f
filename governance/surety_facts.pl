/*  The granted facts: all that a routing rule may know of a request and of the offers.

    They are kept per thread, asserted for one decision and cleared with it. A law reads them and cannot change them.
    In all of them the first argument is what the fact is about: a request's id, or one offer (the rules call it Provider).
*/

:- module(surety_facts,
          [ granted/1,
            jurisdiction/2, user_jurisdiction/2, country/2, data_classification/2, inference_type/2,
            provider_name/2, provider_compliant/2, provider_region/2, provider_jurisdiction/2, provider_in_country/2,
            provider_spot_price/2, provider_spot_price_micro_usd/2, provider_on_demand_price_micro_usd/2,
            provider_error_rate_ppm/2, provider_p95_ms/2
          ]).

:- thread_local
    jurisdiction/2, user_jurisdiction/2, country/2, data_classification/2, inference_type/2,
    provider_name/2, provider_compliant/2, provider_region/2, provider_jurisdiction/2, provider_in_country/2,
    provider_spot_price/2, provider_spot_price_micro_usd/2, provider_on_demand_price_micro_usd/2,
    provider_error_rate_ppm/2, provider_p95_ms/2.

%!  granted(?Indicator)

granted(jurisdiction/2).                        % whose law governs the request: de, fr, us ...
granted(user_jurisdiction/2).                   % where the user is protected: eu, us ...
granted(country/2).                             % the country that the data comes from
granted(data_classification/2).                 % public, pii or phi
granted(inference_type/2).                      % realtime or batch
granted(provider_name/2).
granted(provider_compliant/2).                  % one fact per credential: gdpr, hipaa, soc2 ...
granted(provider_region/2).                     % eu_west ...
granted(provider_jurisdiction/2).               % the law that the provider's owner answers to
granted(provider_in_country/2).                 % where the machines stand
granted(provider_spot_price/2).                 % dollars an hour, an exact fraction: to be compared, not computed with
granted(provider_spot_price_micro_usd/2).       % the same in whole millionths of a dollar
granted(provider_on_demand_price_micro_usd/2).
granted(provider_error_rate_ppm/2).             % as last observed
granted(provider_p95_ms/2).
