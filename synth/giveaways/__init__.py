"""How far questions can be answered without being read: what ``synth giveaways`` measures."""
