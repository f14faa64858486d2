-- Small values by name: installation, salts, the configuration the derived columns rest on.
create table meta (
  name  text not null primary key,
  value text not null
) without rowid;

-- One mailbox or calendar.
create table account (
  number               integer primary key,
  name                 text not null unique,
  kind                 text not null,
  address              text,
  first_read_done      integer not null default 0,
  read_until           text,
  last_attempt         text,
  last_success         text,
  last_error           text,
  last_error_permanent integer not null default 0,
  error_since          text,
  cursor               text
);

-- One folder of an account as its server names it, and how far it has been listed.
create table folder (
  number           integer primary key,
  account          integer not null references account (number),
  remote_id        text not null,
  path             text not null,
  role             text,
  excluded_reason  text,
  epoch            integer not null default 1,
  uid_validity     integer,
  frontier         integer not null default 0,
  modseq           integer,
  snapshot         text,
  cursor           text,
  last_full_at     text,
  validity_resets  integer not null default 0,
  parked_until     text,
  parked_reason    text,
  unique (account, remote_id)
);

-- One item on a server or in a file: found, then read. The number ascends with the order of discovery.
create table remote_item (
  number          integer primary key,
  folder          integer not null,
  epoch           integer not null,
  item_key        text not null,
  account         integer not null,
  state           integer not null default 0,
  size            integer,
  dated           text,
  backlog         integer not null default 0,
  attempts        integer not null default 0,
  deaths          integer not null default 0,
  lone_deaths     integer not null default 0,
  in_flight       integer not null default 0,
  next_attempt_at text,
  place           text,
  reason          text,
  remedy          text,
  interaction     integer,
  gone_at         text,
  unique (folder, epoch, item_key)
);
create index remote_item_open on remote_item (account, deaths, dated) where state = 0;
create index remote_item_interaction on remote_item (interaction) where interaction is not null;

-- One line of the contact log: facts of the sources and what the configuration makes of them.
-- Tables that hang on it, and items, carry no foreign keys: one writer fills them together, and the check of every row would cost more than the row.
create table interaction (
  number          integer primary key,
  id              text not null unique,
  kind            integer not null,
  at              text not null,
  seen            text not null,
  class           integer,
  direction       integer,
  author          text,
  subject         text,
  thread          text,
  message_id      text,
  in_reply_to     text,
  body            text,
  body_kept       integer not null default 0,
  question        integer not null default 0,
  acknowledgement integer not null default 0,
  attachments     integer not null default 0,
  markers         text,
  reasons         text,
  phrases         text,
  sent_at         text,
  arrived_at      text,
  refs            text,
  facts           text,
  series          text,
  uid             text,
  occurrence      text,
  starts_at       text,
  ends_at         text,
  all_day         integer not null default 0,
  cancelled_at    text,
  command         text
);
create index interaction_at on interaction (at, id);
create index interaction_thread on interaction (thread);
create index interaction_series on interaction (series) where series is not null;

create table participant (
  interaction integer not null,
  role        integer not null,
  address     text not null,
  place       integer not null default 0,
  name        text,
  internal    integer not null,
  response    integer,
  bounced     text,
  primary key (interaction, role, address)
) without rowid;
create index participant_address on participant (address, interaction);

-- In which accounts a line was seen, since when, and the direction as that account sees it.
create table sighting (
  interaction integer not null,
  account     integer not null,
  seen        text,
  direction   integer,
  primary key (interaction, account)
) without rowid;

-- Every identity the copies of a mail had; line_id ascends with the date and begins the fingerprint.
create table mail_identity (
  line_id     text not null,
  fingerprint text not null,
  message_id  text not null default '',
  message_key text,
  dated       text,
  interaction integer not null,
  primary key (line_id, fingerprint, message_id)
) without rowid;
create index mail_identity_message on mail_identity (message_key) where message_key is not null;
create index mail_identity_interaction on mail_identity (interaction);

-- Hashed keys under which mails of one thread meet. Relation: 0 its own Message-ID, 1 one it refers to, 2 subject and person, which meet only within fourteen days;
-- moment: 0, or of a subject the second since 1970.
create table thread_key (
  thread_key  integer not null,
  moment      integer not null,
  interaction integer not null,
  relation    integer not null,
  primary key (thread_key, moment, interaction)
) without rowid;
create index thread_key_interaction on thread_key (interaction);

-- Which mail did not reach whom, and which mail said so.
create table bounce (
  message_hash integer not null,
  address      text not null,
  interaction  integer not null,
  primary key (message_hash, address, interaction)
) without rowid;
create index bounce_interaction on bounce (interaction);

-- What each account knows of a meeting, and what mails say of it: merged anew when one of them changes. A series is a clean UID, with its organiser when it is short.
create table meeting_copy (
  account    integer not null references account (number),
  series     text not null,
  occurrence text not null,
  copy       text not null,
  primary key (account, series, occurrence)
) without rowid;
create index meeting_copy_series on meeting_copy (series);

create table meeting_mail (
  series  text not null,
  hash    text not null,
  message text not null,
  primary key (series, hash)
) without rowid;

-- Addresses the configuration counts as one person, as of the last derivation.
create table contact_alias (
  address      text not null primary key,
  contact      text not null,
  name         text,
  organisation text,
  owner        text
) without rowid;

-- Salted hashes of people who were erased.
create table erased (
  address_hash text not null primary key,
  erased_at    text not null
) without rowid;

-- Every mail of ours: planned (0), rendered (1), sending (2), sent (3), refused (4), nothing to say (5). The Message-ID follows from what the mail is, so there is one of each.
create table digest (
  message_id  text not null primary key,
  digest      text not null,
  reader      text not null,
  local_date  text not null,
  state       integer not null default 0,
  due_at      text not null,
  planned_at  text not null,
  rendered_at text,
  claimed_at  text,
  sent_at     text,
  bytes       blob,
  problem     text,
  unique (digest, reader, local_date)
) without rowid;

-- Which step of which item was told to whom, by which mail.
create table notification (
  item    text not null,
  step    text not null,
  reader  text not null,
  sent_at text not null,
  message_id text not null,
  primary key (item, step, reader)
) without rowid;

create view contact_log as
select i.id,
       i.at,
       i.seen,
       case i.kind when 0 then 'mail' when 1 then 'meeting' else 'command' end as kind,
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
         when i.kind <> 1 then null
         when i.cancelled_at < i.ends_at then 'cancelled'
         when not exists (select 1 from participant p where p.interaction = i.number and p.internal and coalesce(p.response, 0) <> 3) then 'declined'
         when exists (select 1 from participant p where p.interaction = i.number and not p.internal)
          and not exists (select 1 from participant p where p.interaction = i.number and not p.internal and coalesce(p.response, 0) <> 3) then 'declined'
         when i.ends_at <= strftime('%Y-%m-%dT%H:%M:%SZ', 'now') then 'held'
         else 'booked'
       end as status,
       -- An ordered subselect, because the ordered aggregate is unknown to the SQLite of many a reporting tool, which then refuses the whole file.
       (select group_concat(o.name, ', ')
          from (select a.name from sighting s join account a on a.number = s.account where s.interaction = i.number order by a.name) o) as accounts,
       i.body as "text",
       i.question,
       i.acknowledgement,
       i.attachments,
       replace(i.markers, char(10), ', ') as markers,
       i.in_reply_to,
       replace(i.reasons, char(10), '; ') as reasons
  from interaction i;

create view contact_log_participants as
select i.id,
       i.at,
       p.address,
       p.name,
       case p.role when 0 then 'from' when 1 then 'to' when 2 then 'cc' when 3 then 'bcc' when 4 then 'reply_to' when 5 then 'organizer' else 'attendee' end as role,
       p.internal,
       case p.response when 0 then 'unknown' when 1 then 'accepted' when 2 then 'tentative' when 3 then 'declined' end as response,
       p.bounced
  from participant p
  join interaction i on i.number = p.interaction;

create view contacts as
select coalesce(c.contact, p.address) as address,
       coalesce(max(c.name), max(p.name)) as name,
       count(distinct p.address) as addresses,
       max(c.organisation) as organisation,
       max(c.owner) as owner,
       min(case when i.class = 4 or p.bounced is not null then null
                when i.kind = 0 and i.direction = 0 and p.address <> i.author then null
                when i.kind = 0 and i.direction = 1 and p.role not in (1, 2) then null
                else i.at end) as first_contact,
       max(case when i.class = 4 or p.bounced is not null then null
                when i.kind = 0 and i.direction = 0 and p.address <> i.author then null
                when i.kind = 0 and i.direction = 1 and p.role not in (1, 2) then null
                else i.at end) as last_contact,
       count(distinct case when i.class = 6 and i.direction = 0 and p.address = i.author then i.number end) as received,
       count(distinct case when i.class = 6 and i.direction = 1 and p.role in (1, 2) and p.bounced is null then i.number end) as sent,
       count(distinct case when i.class = 4 then i.number end) as mailings,
       count(distinct case when i.kind = 1 then i.number end) as meetings
  from participant p
  join interaction i on i.number = p.interaction
  left join contact_alias c on c.address = p.address
 where not p.internal
   and (   (i.kind = 0 and i.class in (4, 6) and (p.role in (0, 1, 2, 3) or p.address = i.author))
        or (i.kind = 1
            and not i.all_day
            and (i.cancelled_at is null or i.cancelled_at >= i.ends_at)
            and i.ends_at <= strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
            and coalesce(p.response, 0) <> 3
            and exists (select 1 from participant o where o.interaction = i.number and o.internal and coalesce(o.response, 0) <> 3)
            and (select count(distinct o.address) from participant o where o.interaction = i.number and not o.internal and coalesce(o.response, 0) <> 3) <= 20))
 group by coalesce(c.contact, p.address);
