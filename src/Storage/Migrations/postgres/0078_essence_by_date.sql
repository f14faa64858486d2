-- The key begins with the date, as line_id does: mails that are read together then lie together, and an index of a million of them is
-- changed in a few pages at a time.
update mail_identity set essence_key = substr(line_id, 1, 7) || substr(essence_key, 1, 13) where essence_key is not null;
