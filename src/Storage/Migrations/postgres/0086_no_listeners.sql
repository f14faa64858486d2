-- Nobody listens for changed lines any more: what changed is noted in line_touch.
drop trigger interaction_added on interaction;
drop trigger interaction_changed on interaction;
drop trigger interaction_removed on interaction;
drop trigger participant_changed on participant;
drop trigger sighting_added on sighting;
drop function note_lines();
drop function note_parts();
drop table line_change;
drop table line_watch;
