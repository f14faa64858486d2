-- Who wants to hear which lines changed, and how far each has heard; while nobody does, nothing is written down.
create table line_watch (
  name     text collate "C" not null primary key,
  heard    bigint not null,
  alive_at timestamptz not null
);

-- The ids of lines that were written, changed or taken out, in the order of it.
create table line_change (
  number bigint generated always as identity primary key,
  line   text collate "C" not null
);

create function note_lines() returns trigger language plpgsql as $$
begin
  if exists (select 1 from line_watch) then
    insert into line_change (line) select id from touched;
  end if;
  return null;
end
$$;

create function note_parts() returns trigger language plpgsql as $$
begin
  if exists (select 1 from line_watch) then
    insert into line_change (line) select i.id from interaction i where i.number in (select t.interaction from touched t);
  end if;
  return null;
end
$$;

create trigger interaction_added after insert on interaction referencing new table as touched for each statement execute function note_lines();
create trigger interaction_changed after update on interaction referencing new table as touched for each statement execute function note_lines();
create trigger interaction_removed after delete on interaction referencing old table as touched for each statement execute function note_lines();
create trigger participant_changed after update on participant referencing new table as touched for each statement execute function note_parts();
create trigger sighting_added after insert on sighting referencing new table as touched for each statement execute function note_parts();
