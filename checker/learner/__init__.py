"""What a learner has: work, its history, hints, predictions, progress; for notebook and terminal.

desk       one learner in one course folder: start, save, reset, hint, solution, progress
history    everything that was ever checked or replaced, in SQLite
files      texts, saved so that no crash loses one
"""
