-- Which addresses of the command mailbox a mail names that lies among what somebody sent: it proves who wrote a command, and that it was meant as one.
create table sent_command (
  item    bigint not null,
  address text not null,
  account bigint not null,
  mail    text not null,
  primary key (item, address)
);
create index sent_command_mail on sent_command (mail);

-- The mail as it came, where its signatures are verified by ourselves; kept until it is decided. The seal tells a mail that is sent once more under another Message-ID.
alter table command_mail add column bytes bytea;
alter table command_mail add column seal text;
create index command_mail_seal on command_mail (seal) where seal is not null;

-- When the account was listed for the first time: what was old by then is history.
alter table account add column first_listed_at timestamptz;
