"""The ingest process: takes what devices publish, and tells the broker so only after it is in the database.

    python -m iot.ingest

Topics are divided into partitions (`partitions`), each a session of its own at the broker under a fixed name (`session`): what is published
while nobody is there waits for it (QoS 1). Several processes share the partitions by leases in the database; those of a process that died or hangs
are taken over within seconds. While the database is away nothing is acknowledged, and the broker holds it.
"""
