-- The calendars readers subscribe to. What a calendar asks with is not kept, only its hash.
create table feed (
  reader  text not null primary key,
  token   text not null unique,
  made_at text not null
);

-- When what a calendar shows of an item last changed. content: a hash of it.
create table feed_entry (
  reader     text not null,
  item       text not null,
  content    text not null,
  changed_at text not null,
  primary key (reader, item)
) without rowid;
create index feed_entry_item on feed_entry (item);
