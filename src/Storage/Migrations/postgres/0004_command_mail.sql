-- What reached the command mailbox: to be read (0), carried out (1), or refused (2) with the reason. What it says is kept only until that is decided.
create table command_mail (
  id         text collate "C" not null primary key,
  arrived_at timestamptz not null,
  state      integer not null default 0,
  mail       text,
  sender     text collate "C",
  words      text
);
create index command_mail_open on command_mail (arrived_at, id) where state = 0;
