-- The last moment that digests may tell of beside the items of an organisation, in units of 100 ns since 1970.
alter table unit add column told_until bigint;
create index unit_told_until on unit (told_until) where told_until is not null;
