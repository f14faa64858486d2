-- Mails that bear a label, or lie in a folder, the policy names as private, and whose threads are still to be made so.
create table private_mark (
  line_id text not null primary key,
  said_at text not null,
  because text not null
);
