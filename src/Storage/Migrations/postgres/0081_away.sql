-- Which of our people a line says are away, as JSON: asked at every look at the policy, by an index that holds these lines alone.
alter table interaction add column away text;
create index interaction_away on interaction (number) where away is not null;

-- Calendars are listed once more: how an entry shows the time it takes was not kept before. What has not changed otherwise is not read again.
update folder
   set cursor = null
 where account in (select number from account where kind in ('caldav', 'ics', 'google'))
    or (remote_id = 'calendar' and account in (select number from account where kind = 'graph'));
