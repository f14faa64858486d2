-- Nobody asks for them: a mail that goes from the server keeps its line, and counters of folders are kept together in the snapshot.
alter table folder drop column modseq;
alter table remote_item drop column gone_at;
