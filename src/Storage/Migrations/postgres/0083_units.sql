-- Under which policy organisations are judged and how far that got; while there is no row, nobody keeps anything of them.
create table unit_state (
  one         integer not null primary key check (one = 1),
  fingerprint text not null,
  generation  bigint not null,
  place       text collate "C",
  is_complete boolean not null,
  look        bigint not null,
  judged_at   timestamptz not null
);

-- What the policy made of an organisation: its items, and when time alone can change any of them, in units of 100 ns since 1970.
create table unit (
  organisation      text collate "C" not null primary key,
  generation        bigint not null,
  items             text,
  next_change       bigint
);
create index unit_next_change on unit (next_change) where next_change is not null;

-- The other organisations that what is kept of one rests on.
create table unit_other (
  other        text collate "C" not null,
  organisation text collate "C" not null,
  primary key (other, organisation)
);
create index unit_other_organisation on unit_other (organisation);

create index contact_alias_organisation on contact_alias (organisation);

-- Lines that came, changed or went since organisations were judged: their ids, and of what they were the people, the thread and what they were about.
create table line_touch (
  number bigint generated always as identity primary key,
  name   text collate "C" not null
);

create function touch_added() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name) select id from fresh;
  end if;
  return null;
end
$$;

create function touch_changed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name)
    select f.id
      from fresh f
      join former o on o.number = f.number
     where (f.id, f.kind, f.at, f.seen, f.class, f.direction, f.author, f.subject, f.thread, f.message_id, f.in_reply_to, f.question, f.acknowledgement,
            f.attachments, f.markers, f.reasons, f.phrases, f.uid, f.occurrence, f.starts_at, f.ends_at, f.all_day, f.cancelled_at, f.command, f.learned)
           is distinct from
           (o.id, o.kind, o.at, o.seen, o.class, o.direction, o.author, o.subject, o.thread, o.message_id, o.in_reply_to, o.question, o.acknowledgement,
            o.attachments, o.markers, o.reasons, o.phrases, o.uid, o.occurrence, o.starts_at, o.ends_at, o.all_day, o.cancelled_at, o.command, o.learned)
    union all
    select o.thread
      from former o
      join fresh f on f.number = o.number
     where o.thread is not null and o.thread is distinct from f.thread;
  end if;
  return null;
end
$$;

create function touch_removed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name) select id from former union all select thread from former where thread is not null;
  end if;
  return null;
end
$$;

create function touch_parts_changed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name) select i.id from interaction i where i.number in (select f.interaction from fresh f);
  end if;
  return null;
end
$$;

create function touch_people_removed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name) select distinct address from former where not internal;
  end if;
  return null;
end
$$;

create function touch_targets_removed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from unit_state) then
    insert into line_touch (name) select distinct name from former;
  end if;
  return null;
end
$$;

create trigger interaction_added_touch after insert on interaction referencing new table as fresh for each statement execute function touch_added();
create trigger interaction_changed_touch after update on interaction referencing new table as fresh old table as former
  for each statement execute function touch_changed();
create trigger interaction_removed_touch after delete on interaction referencing old table as former for each statement execute function touch_removed();
create trigger participant_changed_touch after update on participant referencing new table as fresh
  for each statement execute function touch_parts_changed();
create trigger participant_removed_touch after delete on participant referencing old table as former
  for each statement execute function touch_people_removed();
create trigger line_target_removed_touch after delete on line_target referencing old table as former
  for each statement execute function touch_targets_removed();
