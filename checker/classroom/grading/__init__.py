"""Grades a batch: submissions to verdicts, over the cores or over many machines.

settings   what a batch is graded with
task       one attempt to grade, and the key under which its verdict is kept
crew       worker processes, each with its own jail; worker: such a process
cluster    the same work on Dask; cluster_worker, cluster_client, cluster_words: its parts
store      what was read and what was found, in SQLite
grader     what grades, and what hears how far it is
screen     tries hidden checks on the course's own answers, before anybody is graded
batch      from a download to the store
results    from the store to what gradebooks and reports are made of
papers     writes those
"""
