"""Sample logs of other tools as run folders of this one; a tool is a module here and a line in ``registry``."""
