-- Since when a folder cannot be listed: how old what is known of it may be.
alter table folder add column parked_since text;
update folder set parked_since = (select a.read_until from account a where a.number = folder.account) where parked_until is not null;
