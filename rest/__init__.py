"""What every REST resource shares: problems, strict bodies, conditional writes, pages, permissions."""
