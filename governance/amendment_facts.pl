/*  The granted facts of an amendment: all that a law may know of a change that it is asked to permit, or of its own
    establishment. They are kept per thread. In all of them the first argument is the amendment.
*/

:- module(surety_amendment_facts,
          [ granted/1,
            amendment_seat/2, amendment_place/2, amendment_running/2, amendment_proposed/2, amendment_revision/2,
            amendment_notice_s/2
          ]).

:- thread_local
    amendment_seat/2, amendment_place/2, amendment_running/2, amendment_proposed/2, amendment_revision/2,
    amendment_notice_s/2.

%!  granted(?Indicator)

granted(amendment_seat/2).                      % settlement or routing: whose running law is asked
granted(amendment_place/2).                     % seat: the proposed law would follow it; beside: both would be in force
granted(amendment_running/2).                   % the hash of the running law, as '0x...'
granted(amendment_proposed/2).                  % the hash of the proposed law
granted(amendment_revision/2).                  % how many laws ran in the seat so far
granted(amendment_notice_s/2).                  % the seconds between proposal and effect, at least
