-- By which copies of one meeting under several UIDs find each other. slot: a number made of start, end and title, from which no word can be read.
create table meeting_slot (
  series text not null,
  slot   text not null,
  primary key (series, slot)
);
create index meeting_slot_slot on meeting_slot (slot);
