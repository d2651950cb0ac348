"""What devices say goes onward to other systems: webhooks, MQTT brokers, Redis streams, tables of databases."""
