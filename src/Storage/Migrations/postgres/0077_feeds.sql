-- The calendars readers subscribe to. What a calendar asks with is not kept, only its hash.
create table feed (
  reader  text collate "C" not null primary key,
  token   text collate "C" not null unique,
  made_at timestamptz not null
);

-- When what a calendar shows of an item last changed. content: a hash of it.
create table feed_entry (
  reader     text collate "C" not null,
  item       text collate "C" not null,
  content    text collate "C" not null,
  changed_at timestamptz not null,
  primary key (reader, item)
);
create index feed_entry_item on feed_entry (item);
