"""Measurements, as ratios between things that ran one after the other on the same machine in the same minute."""
