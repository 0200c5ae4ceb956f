"""How a level shows a deeper one."""
