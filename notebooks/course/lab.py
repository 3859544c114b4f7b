"""Opens JupyterLab at the notebooks."""
import json
import os
import sys
from pathlib import Path

from .notebooks import FOLDER


def page_config():
    """Settings of our own, beside the project: the learner's stay as they are, and Lab asks nothing of the network."""
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    (folder / "labconfig").mkdir(parents=True, exist_ok=True)
    disabled = {name: True for name in ("@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension",
                                        "@jupyterlab/lsp-extension", "@jupyterlab/fileeditor-extension:language-server",
                                        "@jupyterlab/notebook-extension:language-server")}
    (folder / "labconfig" / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled}, indent=1) + "\n", encoding="utf-8")
    settings = {
        # It looks for language servers and says at each start that there are none.
        "ServerApp": {"jpserver_extensions": {"jupyter_lsp": False}},
        # Lab brings a Python kernel, and the course has no use for it.
        "KernelSpecManager": {"allowed_kernelspecs": ["java"]},
        "MappingKernelManager": {"default_kernel_name": "java"},
    }
    (folder / "jupyter_server_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def lab(words):
    if "--full" in words:
        os.environ["CASEBOOK_SETTING"] = "full"
        words = [word for word in words if word != "--full"]
    os.environ.setdefault("CASEBOOK_SETTING", "quick")
    page_config()
    options = [
        f"--ServerApp.root_dir={FOLDER}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
        "--Application.log_level=WARN",
    ]
    first = FOLDER / "00-start-here.ipynb"
    if first.exists():
        options.append(f"--LabApp.default_url=/lab/tree/{first.name}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    # Lab stands in this process: Control-C is its own.
    sys.argv = ["jupyter-lab", *options, *words]
    from jupyterlab.labapp import main
    return main()
