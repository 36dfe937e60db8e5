"""`python -m optim_viz`: what can be done without a browser."""

import sys

from optim_viz.experiments.command import main
from optim_viz.gallery import command as gallery

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], gallery.add))
