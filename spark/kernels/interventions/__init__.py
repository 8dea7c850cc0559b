"""What plans change in a world beside seeds: coins of take-up, levels of readiness, added ties."""
