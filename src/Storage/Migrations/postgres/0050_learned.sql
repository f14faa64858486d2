-- What counts, with the configuration of now, of what the text of a mail told about people: derived like the class. What was told is among the facts.
alter table interaction add column learned text;
