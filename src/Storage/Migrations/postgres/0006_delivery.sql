-- When a mail that could not leave is tried again, and what is known of the copy that tells, after a crash, whether it left: nothing yet (0), it goes along (1),
-- there is none (2).
alter table digest add column attempts integer not null default 0;
alter table digest add column next_try_at timestamptz;
alter table digest add column copy integer not null default 0;
alter table digest add column copy_problem text collate "C";
