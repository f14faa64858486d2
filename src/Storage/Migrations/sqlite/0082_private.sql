-- Mails whose threads are private: what was written in them is not kept, whichever copy is read when. By any id a line of theirs has or had.
create table private_mail (
  line_id text not null primary key,
  said_at text not null
);
