-- Whom a mail to the command mailbox names, by address: what was answered to it goes when one of them is erased.
alter table command_mail add column people text;
