"""Who does the work: a module for each engine, and one for each family that it has workloads of.

`ENGINE.start()` is what the engine does once, before any work. `FAMILY.ENGINE` has a function for
each workload of the family that the engine can do, named as the workload is behind its dot:
`clean(source, destination)` of `text.ours` does `text.clean` from files to files, with every core.
What makes data is given a data set instead of a source. `ENGINE.transform(source, destination,
function)` does the same with a function of a user's. Folders are paths or `s3://BUCKET/FOLDER`. All
give back a `Split` where they know how their tasks spent their time.
"""
