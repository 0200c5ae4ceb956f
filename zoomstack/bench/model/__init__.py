"""The model, the ladders and the settings that zooms are sampled with."""
