"""The statistics of the report: one room per chapter, tidy frames in and out."""
