-- Where the owner of a mailbox opens a mail of it in the browser, as its server says.
alter table remote_item add column web_link text;
