"""Runs the course's notebooks in the Java kernel, and makes pages, slides and handouts of them; started by the launcher."""
import os
import sys

ME = "casebook" if os.name == "nt" else "./casebook"

# Jupyter's checks of notebooks import it for one format that none has, and it takes two seconds to compile its grammar.
sys.modules.setdefault("rfc3987_syntax", None)
