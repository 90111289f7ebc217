"""What a savings plan is worth: delivery by risk, what comes back next year, and which assumption matters."""
