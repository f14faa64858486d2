-- Under which policy organisations are judged and how far that got; while there is no row, nobody keeps anything of them.
create table unit_state (
  one         integer not null primary key check (one = 1),
  fingerprint text not null,
  generation  integer not null,
  place       text,
  is_complete integer not null,
  look        integer not null,
  judged_at   text not null
);

-- What the policy made of an organisation: its items, and when time alone can change any of them, in units of 100 ns since 1970.
create table unit (
  organisation      text not null primary key,
  generation        integer not null,
  items             text,
  next_change       integer
) without rowid;
create index unit_next_change on unit (next_change) where next_change is not null;

-- The other organisations that what is kept of one rests on.
create table unit_other (
  other        text not null,
  organisation text not null,
  primary key (other, organisation)
) without rowid;
create index unit_other_organisation on unit_other (organisation);

create index contact_alias_organisation on contact_alias (organisation);

-- Lines that came, changed or went since organisations were judged: their ids, and of what they were the people, the thread and what they were about.
create table line_touch (
  number integer primary key autoincrement,
  name   text not null
);

create trigger interaction_added_touch after insert on interaction when exists (select 1 from unit_state)
begin
  insert into line_touch (name) values (new.id);
end;

create trigger interaction_changed_touch
 after update of id, kind, at, seen, class, direction, author, subject, thread, message_id, in_reply_to, question, acknowledgement, attachments, markers,
                 reasons, phrases, uid, occurrence, starts_at, ends_at, all_day, cancelled_at, command, learned
    on interaction when exists (select 1 from unit_state)
begin
  insert into line_touch (name) values (new.id);
  insert into line_touch (name) select old.thread where old.thread is not null and old.thread is not new.thread;
end;

create trigger interaction_removed_touch after delete on interaction when exists (select 1 from unit_state)
begin
  insert into line_touch (name) values (old.id);
  insert into line_touch (name) select old.thread where old.thread is not null;
end;

create trigger participant_changed_touch after update on participant when exists (select 1 from unit_state)
begin
  insert into line_touch (name) select id from interaction where number = new.interaction;
end;

create trigger participant_removed_touch after delete on participant when not old.internal and exists (select 1 from unit_state)
begin
  insert into line_touch (name) values (old.address);
end;

create trigger line_target_removed_touch after delete on line_target when exists (select 1 from unit_state)
begin
  insert into line_touch (name) values (old.name);
end;
