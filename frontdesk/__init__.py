"""The front desk of a gym, in a terminal."""
