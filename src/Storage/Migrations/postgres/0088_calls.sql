-- How long a call was; null where nobody answered, and for everything else.
alter table interaction add column seconds integer;

-- What telephone systems say of calls, row by row; the rows about one call make one line.
create table call_leg (
  account bigint not null references account (number),
  row_key text collate "C" not null,
  number  text collate "C" not null,
  leg     text collate "C" not null,
  primary key (account, row_key)
);
create index call_leg_number on call_leg (number);

drop view contact_log;
create view contact_log as
select i.id,
       i.at,
       i.seen,
       case i.kind when 0 then 'mail' when 1 then 'meeting' when 3 then 'call' else 'command' end as kind,
       case i.class when 0 then 'self' when 1 then 'calendar' when 2 then 'auto' when 3 then 'bulk' when 4 then 'mass' when 5 then 'internal' when 6 then 'human' end as class,
       case i.direction when 0 then 'inbound' when 1 then 'outbound' when 2 then 'internal' end as direction,
       i.subject,
       i.thread,
       i.message_id,
       i.uid,
       i.occurrence,
       i.starts_at as "start",
       i.ends_at as "end",
       case
         when i.kind = 3 then case when i.seconds is null then 'missed' else 'answered' end
         when i.kind <> 1 then null
         when i.cancelled_at < i.ends_at then 'cancelled'
         when not exists (select 1 from participant p where p.interaction = i.number and p.internal and coalesce(p.response, 0) <> 3) then 'declined'
         when exists (select 1 from participant p where p.interaction = i.number and not p.internal)
          and not exists (select 1 from participant p where p.interaction = i.number and not p.internal and coalesce(p.response, 0) <> 3) then 'declined'
         when i.ends_at <= now() then 'held'
         else 'booked'
       end as status,
       (select string_agg(a.name, ', ' order by a.name) from sighting s join account a on a.number = s.account where s.interaction = i.number) as accounts,
       i.body as "text",
       i.question,
       i.acknowledgement,
       i.attachments,
       replace(i.markers, chr(10), ', ') as markers,
       i.in_reply_to,
       replace(i.reasons, chr(10), '; ') as reasons,
       i.seconds
  from interaction i;

drop view contacts;
create view contacts as
select coalesce(c.contact, p.address) as address,
       coalesce(max(c.name), max(p.name)) as name,
       count(distinct p.address) as addresses,
       max(c.organisation) as organisation,
       max(c.owner) as owner,
       min(case when i.class = 4 or p.bounced is not null or (i.kind = 3 and i.seconds is null) then null
                when i.kind = 0 and i.direction = 0 and p.address <> i.author then null
                when i.kind = 0 and i.direction = 1 and p.role not in (1, 2) then null
                else i.at end) as first_contact,
       max(case when i.class = 4 or p.bounced is not null or (i.kind = 3 and i.seconds is null) then null
                when i.kind = 0 and i.direction = 0 and p.address <> i.author then null
                when i.kind = 0 and i.direction = 1 and p.role not in (1, 2) then null
                else i.at end) as last_contact,
       count(distinct case when i.class = 6 and i.direction = 0 and p.address = i.author then i.number end) as received,
       count(distinct case when i.class = 6 and i.direction = 1 and p.role in (1, 2) and p.bounced is null then i.number end) as sent,
       count(distinct case when i.class = 4 then i.number end) as mailings,
       count(distinct case when i.kind = 1 then i.number end) as meetings,
       count(distinct case when i.kind = 3 and i.seconds >= 30 then i.number end) as calls
  from participant p
  join interaction i on i.number = p.interaction
  left join contact_alias c on c.address = p.address
 where not p.internal
   and (   (i.kind = 0 and i.class in (4, 6) and (p.role in (0, 1, 2, 3) or p.address = i.author))
        or (i.kind = 1
            and not i.all_day
            and (i.cancelled_at is null or i.cancelled_at >= i.ends_at)
            and i.ends_at <= now()
            and coalesce(p.response, 0) <> 3
            and exists (select 1 from participant o where o.interaction = i.number and o.internal and coalesce(o.response, 0) <> 3)
            and (select count(distinct o.address) from participant o where o.interaction = i.number and not o.internal and coalesce(o.response, 0) <> 3) <= 20)
        or (i.kind = 3 and (i.seconds >= 30 or (i.direction = 0 and i.seconds is null))))
 group by coalesce(c.contact, p.address);
