"""Which question gets the next sample; the loop around it; where samples are stored; what came out."""
