-- JSON: how far the work of a run has come, for the attempt that follows. An attempt writes it behind its fence, and it
-- goes when the run has ended.
ALTER TABLE runs ADD COLUMN checkpoint TEXT;
