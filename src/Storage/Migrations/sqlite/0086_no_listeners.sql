-- Nobody listens for changed lines any more: what changed is noted in line_touch.
drop trigger interaction_added;
drop trigger interaction_changed;
drop trigger interaction_removed;
drop trigger participant_changed;
drop trigger sighting_added;
drop table line_change;
drop table line_watch;
