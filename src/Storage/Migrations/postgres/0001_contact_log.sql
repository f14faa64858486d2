-- Small values by name: installation, salts, the configuration the derived columns rest on.
create table meta (
  name  text collate "C" not null primary key,
  value text collate "C" not null
);

-- One mailbox or calendar.
create table account (
  number               bigint primary key,
  name                 text collate "C" not null unique,
  kind                 text collate "C" not null,
  address              text collate "C",
  first_read_done      boolean not null default false,
  read_until           timestamptz,
  last_attempt         timestamptz,
  last_success         timestamptz,
  last_error           text collate "C",
  last_error_permanent boolean not null default false,
  error_since          timestamptz,
  cursor               text collate "C"
);

-- One folder of an account as its server names it, and how far it has been listed.
create table folder (
  number           bigint primary key,
  account          bigint not null references account (number),
  remote_id        text collate "C" not null,
  path             text collate "C" not null,
  role             text collate "C",
  excluded_reason  text collate "C",
  epoch            integer not null default 1,
  uid_validity     bigint,
  frontier         bigint not null default 0,
  modseq           bigint,
  snapshot         text collate "C",
  cursor           text collate "C",
  last_full_at     timestamptz,
  validity_resets  integer not null default 0,
  parked_until     timestamptz,
  parked_reason    text collate "C",
  unique (account, remote_id)
);

-- One item on a server or in a file: found, then read. The number ascends with the order of discovery. Half of a page stays free: every row is changed as it is read.
create table remote_item (
  number          bigint primary key,
  folder          bigint not null,
  epoch           integer not null,
  item_key        text collate "C" not null,
  account         bigint not null,
  state           integer not null default 0,
  size            bigint,
  dated           timestamptz,
  backlog         boolean not null default false,
  attempts        integer not null default 0,
  deaths          integer not null default 0,
  lone_deaths     integer not null default 0,
  in_flight       boolean not null default false,
  next_attempt_at timestamptz,
  place           text collate "C",
  reason          text collate "C",
  remedy          text collate "C",
  interaction     bigint,
  gone_at         timestamptz,
  unique (folder, epoch, item_key)
) with (fillfactor = 50);
create index remote_item_open on remote_item (account, deaths, dated desc nulls last, number desc) where state = 0;
create index remote_item_interaction on remote_item (interaction) where interaction is not null;

-- One line of the contact log: facts of the sources and what the configuration makes of them.
-- Tables that hang on it, and items, carry no foreign keys: one writer fills them together, and the check of every row would cost more than the row.
create table interaction (
  number          bigint primary key,
  id              text collate "C" not null unique,
  kind            integer not null,
  at              timestamptz not null,
  seen            timestamptz not null,
  class           integer,
  direction       integer,
  author          text collate "C",
  subject         text collate "C",
  thread          text collate "C",
  message_id      text collate "C",
  in_reply_to     text collate "C",
  body            text collate "C",
  body_kept       integer not null default 0,
  question        boolean not null default false,
  acknowledgement boolean not null default false,
  attachments     integer not null default 0,
  markers         text collate "C",
  reasons         text collate "C",
  phrases         text collate "C",
  sent_at         timestamptz,
  arrived_at      timestamptz,
  refs            text collate "C",
  facts           text collate "C",
  series          text collate "C",
  uid             text collate "C",
  occurrence      timestamptz,
  starts_at       timestamptz,
  ends_at         timestamptz,
  all_day         boolean not null default false,
  cancelled_at    timestamptz,
  command         text collate "C"
);
create index interaction_at on interaction (at, id);
create index interaction_thread on interaction (thread);
create index interaction_series on interaction (series) where series is not null;

create table participant (
  interaction bigint not null,
  role        integer not null,
  address     text collate "C" not null,
  place       integer not null default 0,
  name        text collate "C",
  internal    boolean not null,
  response    integer,
  bounced     timestamptz,
  primary key (interaction, role, address)
);
create index participant_address on participant (address, interaction);

-- In which accounts a line was seen, since when, and the direction as that account sees it.
create table sighting (
  interaction bigint not null,
  account     bigint not null,
  seen        timestamptz,
  direction   integer,
  primary key (interaction, account)
);

-- Every identity the copies of a mail had; line_id ascends with the date and begins the fingerprint.
create table mail_identity (
  line_id     text collate "C" not null,
  fingerprint text collate "C" not null,
  message_id  text collate "C" not null default '',
  message_key text collate "C",
  dated       timestamptz,
  interaction bigint not null,
  primary key (line_id, fingerprint, message_id)
);
create index mail_identity_message on mail_identity (message_key) where message_key is not null;
create index mail_identity_interaction on mail_identity (interaction);

-- Hashed keys under which mails of one thread meet. Relation: 0 its own Message-ID, 1 one it refers to, 2 subject and person, which meet only within fourteen days;
-- moment: 0, or of a subject the second since 1970.
create table thread_key (
  thread_key  bigint not null,
  moment      bigint not null,
  interaction bigint not null,
  relation    integer not null,
  primary key (thread_key, moment, interaction)
);
create index thread_key_interaction on thread_key (interaction);

-- Which mail did not reach whom, and which mail said so.
create table bounce (
  message_hash bigint not null,
  address      text collate "C" not null,
  interaction  bigint not null,
  primary key (message_hash, address, interaction)
);
create index bounce_interaction on bounce (interaction);

-- What each account knows of a meeting, and what mails say of it: merged anew when one of them changes. A series is a clean UID, with its organiser when it is short.
create table meeting_copy (
  account    bigint not null references account (number),
  series     text collate "C" not null,
  occurrence text collate "C" not null,
  copy       text collate "C" not null,
  primary key (account, series, occurrence)
);
create index meeting_copy_series on meeting_copy (series);

create table meeting_mail (
  series  text collate "C" not null,
  hash    text collate "C" not null,
  message text collate "C" not null,
  primary key (series, hash)
);

-- Addresses the configuration counts as one person, as of the last derivation.
create table contact_alias (
  address      text collate "C" not null primary key,
  contact      text collate "C" not null,
  name         text collate "C",
  organisation text collate "C",
  owner        text collate "C"
);

-- Salted hashes of people who were erased.
create table erased (
  address_hash text collate "C" not null primary key,
  erased_at    timestamptz not null
);

-- Every mail of ours: planned (0), rendered (1), sending (2), sent (3), refused (4), nothing to say (5). The Message-ID follows from what the mail is, so there is one of each.
create table digest (
  message_id  text collate "C" not null primary key,
  digest      text collate "C" not null,
  reader      text collate "C" not null,
  local_date  text collate "C" not null,
  state       integer not null default 0,
  due_at      timestamptz not null,
  planned_at  timestamptz not null,
  rendered_at timestamptz,
  claimed_at  timestamptz,
  sent_at     timestamptz,
  bytes       bytea,
  problem     text collate "C",
  unique (digest, reader, local_date)
);

-- Which step of which item was told to whom, by which mail.
create table notification (
  item    text collate "C" not null,
  step    text collate "C" not null,
  reader  text collate "C" not null,
  sent_at timestamptz not null,
  message_id text collate "C" not null,
  primary key (item, step, reader)
);

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
       replace(i.reasons, chr(10), '; ') as reasons
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
            and i.ends_at <= now()
            and coalesce(p.response, 0) <> 3
            and exists (select 1 from participant o where o.interaction = i.number and o.internal and coalesce(o.response, 0) <> 3)
            and (select count(distinct o.address) from participant o where o.interaction = i.number and not o.internal and coalesce(o.response, 0) <> 3) <= 20))
 group by coalesce(c.contact, p.address);
