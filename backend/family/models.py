"""Who is whose family, carer, neighbour: who may see what, and who is told."""
