"""A fleet of believable homes whose devices publish days of life: for the demo, for tests and for benchmarks."""
