"""Who does the work: a module for each engine, all with the same three functions.

`start()` is what the engine does once, before any work. `generate(spec, destination)`,
`clean(source, destination)` and `transform(source, destination, function)` do a workload from files
to files, with every core; folders are paths or `s3://BUCKET/FOLDER`. They give back a `Split` where
they know how their tasks spent their time. An engine has only those that it can do.
"""

# The documents' regular expression, given to every engine as it is.
PATTERN = r"[^가-힣a-zA-Z0-9\s]"
