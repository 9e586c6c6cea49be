"""Direct preference optimisation of an adapter, a thin layer over trl and peft."""
