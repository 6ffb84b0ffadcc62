"""Schedules in the files of other programs: Microsoft Project XML, iCalendar, CSV."""
