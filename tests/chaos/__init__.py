"""Whole gateways on loopback: journeys, kills, races, and the proof at the end of each."""
