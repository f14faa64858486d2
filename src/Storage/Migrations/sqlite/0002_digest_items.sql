-- What each digest told, by the number an item had in it: answers name numbers, and the next digest marks what is new.
create table digest_item (
  message_id text not null,
  number     integer not null,
  item       text not null,
  state      integer not null,
  due_at     text,
  primary key (message_id, number)
) without rowid;

create index digest_unsent on digest (due_at) where state in (0, 1, 2);
