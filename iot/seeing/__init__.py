"""What devices said, for people's eyes: the board of the duty desk, charts, meters, maps, where somebody is, what a camera saw."""
