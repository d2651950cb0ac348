"""One sending of a wording to an audience: drafted, approved, frozen, pumped out, accounted for."""
