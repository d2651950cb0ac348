from iot.ingest.process import main

main()
