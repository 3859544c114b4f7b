"""Opens JupyterLab at the notebooks."""
import json
import os
import sys
from pathlib import Path

from . import copies, notebooks
from .files import put
from .notebooks import FOLDER, HOME


def page_config():
    """Settings of our own, beside the project: the learner's stay as they are, and Lab asks nothing of the network."""
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    disabled = {name: True for name in ("@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension",
                                        "@jupyterlab/lsp-extension", "@jupyterlab/fileeditor-extension:language-server",
                                        "@jupyterlab/notebook-extension:language-server")}
    put(folder / "labconfig" / "page_config.json", json.dumps({"disabledExtensions": disabled}, indent=1) + "\n")
    settings = {
        # It looks for language servers and says at each start that there are none.
        "ServerApp": {"jpserver_extensions": {"jupyter_lsp": False}},
        # Lab brings a Python kernel, and the course has no use for it.
        "KernelSpecManager": {"allowed_kernelspecs": ["java"]},
        "MappingKernelManager": {"default_kernel_name": "java"},
    }
    # RISE's other themes fetch their letters from the network. Of a fixed size it would put things in the wrong place: the browser's zoom enlarges.
    rise = {"theme": "white", "transition": "none", "slideNumber": True}
    # Some lines of code are longer than a cell on a small screen: their ends are not to be looked for.
    wrapped = {"codeCellConfig": {"lineWrap": True}}
    overrides = json.dumps({"jupyterlab-rise:plugin": rise, "@jupyterlab/notebook-extension:tracker": wrapped}, indent=1) + "\n"
    put(folder / "labconfig" / "default_setting_overrides.json", overrides)
    put(folder / "jupyter_server_config.json", json.dumps(settings, indent=1) + "\n")


def parse(words):
    """Our own options, the notebooks that are named, and what goes to JupyterLab word for word."""
    ours, named, theirs = set(), [], []
    value = False  # whether the word may be the value of JupyterLab's option before it
    for word in words:
        if word in ("--full", "--fresh", "--original"):
            ours.add(word)
        elif word.startswith("-"):
            theirs.append(word)
            value = "=" not in word and word not in ("--no-browser", "--debug", "-y")
            continue
        elif value:
            theirs.append(word)
        else:
            named.append(word)
        value = False
    return ours, named, theirs


def lab(words):
    ours, named, theirs = parse(words)
    if "--full" in ours:
        os.environ["CASEBOOK_SETTING"] = "full"
    os.environ.setdefault("CASEBOOK_SETTING", "quick")
    try:
        chosen = notebooks.choose(named)
    except notebooks.Unknown as unknown:
        print(unknown, file=sys.stderr)
        return 2
    if "--fresh" in ours and not named:
        print("--fresh takes the notebooks that you want to start anew: lab --fresh 05.", file=sys.stderr)
        return 2
    if ours >= {"--fresh", "--original"}:
        print("--fresh starts your copies anew, --original opens the project's notebooks: choose one.", file=sys.stderr)
        return 2
    folder = FOLDER
    if "--original" not in ours:
        folder = copies.place()
        copies.make(folder, chosen if "--fresh" in ours else [])
        copies.trust(folder)
    page_config()
    # From the project's folder the text's links to sources and data lead somewhere too.
    root = HOME if folder.is_relative_to(HOME) else folder
    options = [
        f"--ServerApp.root_dir={root}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
        "--Application.log_level=WARN",
    ]
    first = next((path.name for path in chosen), "")
    if first:
        options.append(f"--LabApp.default_url=/lab/tree/{(folder / first).relative_to(root).as_posix()}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    # Lab stands in this process: Control-C is its own.
    sys.argv = ["jupyter-lab", *options, *theirs]
    from jupyterlab.labapp import main
    return main()
