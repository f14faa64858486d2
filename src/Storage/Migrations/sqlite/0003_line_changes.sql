-- Who wants to hear which lines changed, and how far each has heard; while nobody does, nothing is written down.
create table line_watch (
  name     text not null primary key,
  heard    integer not null,
  alive_at text not null
) without rowid;

-- The ids of lines that were written, changed or taken out, in the order of it.
create table line_change (
  number integer primary key autoincrement,
  line   text not null
);

create trigger interaction_added after insert on interaction when exists (select 1 from line_watch)
begin
  insert into line_change (line) values (new.id);
end;

create trigger interaction_changed after update on interaction when exists (select 1 from line_watch)
begin
  insert into line_change (line) values (new.id);
end;

create trigger interaction_removed after delete on interaction when exists (select 1 from line_watch)
begin
  insert into line_change (line) values (old.id);
end;

create trigger participant_changed after update on participant when exists (select 1 from line_watch)
begin
  insert into line_change (line) select id from interaction where number = new.interaction;
end;

create trigger sighting_added after insert on sighting when exists (select 1 from line_watch)
begin
  insert into line_change (line) select id from interaction where number = new.interaction;
end;
