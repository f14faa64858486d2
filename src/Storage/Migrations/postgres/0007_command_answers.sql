-- What the author of a mail to the command mailbox is told about it: kept until a mail of ours tells it, at once (1) or with their next digest (0).
alter table command_mail add column reader text collate "C";
alter table command_mail add column answer text;
alter table command_mail add column at_once integer not null default 0;
alter table command_mail add column told_by text collate "C";
create index command_mail_untold on command_mail (reader, arrived_at, id) where answer is not null;
