-- How far events were sent; while there is no row, nobody asks for any and nothing is noted.
create table event_state (
  one          integer not null primary key check (one = 1),
  sent         bigint not null,
  knows_items  boolean not null,
  token        bigint not null,
  renewed_at   timestamptz
);

-- What happened, in the order in which it is told: a new line by its id, an item that opened or closed with what is told of it.
create table event (
  number       bigint generated always as identity primary key,
  type         text not null,
  at           timestamptz not null,
  line         text,
  item         text,
  contact      text,
  organisation text,
  data         text
);

-- The items that are open as far as was told.
create table event_item (
  item         text not null primary key,
  organisation text not null
);
create index event_item_organisation on event_item (organisation);

-- Lines that were taken out: one that is written again is not new.
create table event_gone (
  line text not null primary key
);

create function event_line_removed() returns trigger language plpgsql as $$
begin
  if exists (select 1 from event_state) then
    insert into event_gone (line) select id from former on conflict do nothing;
  end if;
  return null;
end
$$;

create function event_line_added() returns trigger language plpgsql as $$
begin
  if exists (select 1 from event_state) then
    insert into event (type, at, line)
    select 'line.added', crmsync_now(0), f.id from fresh f where not exists (select 1 from event_gone g where g.line = f.id) order by f.number;
    delete from event_gone where line in (select id from fresh);
  end if;
  return null;
end
$$;

create trigger interaction_removed_event after delete on interaction
  referencing old table as former for each statement execute function event_line_removed();
create trigger interaction_added_event after insert on interaction
  referencing new table as fresh for each statement execute function event_line_added();
