-- How far events were sent; while there is no row, nobody asks for any and nothing is noted.
create table event_state (
  one          integer not null primary key check (one = 1),
  sent         integer not null,
  knows_items  integer not null,
  token        integer not null,
  renewed_at   text
);

-- What happened, in the order in which it is told: a new line by its id, an item that opened or closed with what is told of it.
create table event (
  number       integer primary key autoincrement,
  type         text not null,
  at           text not null,
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
) without rowid;
create index event_item_organisation on event_item (organisation);

-- Lines that were taken out: one that is written again is not new.
create table event_gone (
  line text not null primary key
) without rowid;

create trigger interaction_removed_event after delete on interaction when exists (select 1 from event_state)
begin
  insert or ignore into event_gone (line) values (old.id);
end;

create trigger interaction_added_event after insert on interaction when exists (select 1 from event_state)
begin
  insert into event (type, at, line) select 'line.added', crmsync_now(0), new.id where not exists (select 1 from event_gone g where g.line = new.id);
  delete from event_gone where line = new.id;
end;
