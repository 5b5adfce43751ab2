"""Builds the image and runs it where no image registry can be reached: `make image-test`.

The base is made of Debian's packages by debootstrap, the image by buildah; both need root. All they make lies in
memory, in a mount namespace of its own, and is gone with the last process of this program, however that ends.
"""

import ast
import configparser
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.image_container import ImageFault
from scripts.image_proofs import prove

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("buildah", "debootstrap", "setpriv", "unshare", "nsenter", "mount", "chroot")
MEMORY_GIB = 3
INSIDE = "--inside"
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
SPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
SUITE = "bookworm"
BASE, IMAGE = "localhost/auren-base", "localhost/auren-admin"
# What of pip's settings says where packages come from; the others are this machine's own business.
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")


def main() -> None:
    """Go inside a namespace of our own, or say why not."""
    if sys.argv[1:2] == [INSIDE]:
        Workshop(Path(sys.argv[2])).test()
        return
    if why := what_is_in_the_way():
        print(f"image-test: SKIPPED, nothing was built: {why}")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("image-test: stopped"))
    with tempfile.TemporaryDirectory() as folder:
        again = [sys.executable, "-m", "scripts.image_test", INSIDE, folder]
        sys.exit(subprocess.run([*DIES_WITH_US, *SPACES, *again], cwd=ROOT).returncode)  # noqa: S603 - this program


def what_is_in_the_way() -> str:
    """Why this machine cannot do it, in words; empty if it can."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return f"{', '.join(lacking)} not found (Debian: apt install buildah debootstrap)"
    if os.geteuid() != 0:
        return "it needs root, to make a Debian and to mount"
    if subprocess.run([*SPACES, "true"], capture_output=True).returncode:  # noqa: S603
        return "root may not make namespaces here"
    return ""


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    print(f"  {time.monotonic() - start:5.1f} s  {what}", flush=True)


class Workshop:
    """A folder in memory where the image is made and tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def test(self) -> None:
        run("mount", "-t", "tmpfs", "-o", f"size={MEMORY_GIB}g,mode=700", "tmpfs", str(self.folder))
        for name in ("tmp", "store", "run"):
            (self.folder / name).mkdir()
        try:
            with timed("altogether"):
                with timed(f"base of Debian {SUITE} packages"):
                    self.make_base()
                with timed("image"):
                    self.build()
                prove(self.container(), self.inspect(), timed)
        except ImageFault as fault:
            sys.exit("\n".join([f"image-test: FAILED: {fault}", *getattr(fault, "__notes__", [])]))

    def buildah(self, *args: str) -> str:
        # vfs: works on every file system and in every sandbox.
        store = ["--storage-driver", "vfs", "--root", str(self.folder / "store")]
        return run(
            "buildah", *store, "--runroot", str(self.folder / "run"), *args, TMPDIR=str(self.folder / "tmp")
        )

    def make_base(self) -> None:
        """What `python:…-slim` is elsewhere: a small Debian with Python and its venv module."""
        container = self.buildah("from", "scratch").strip()
        root = Path(self.buildah("mount", container).strip())
        quick = root / "etc" / "dpkg" / "dpkg.cfg.d" / "quick"
        quick.parent.mkdir(parents=True)
        quick.write_text("force-unsafe-io\npath-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\n")
        options = ["--variant=minbase", "--include=python3-venv", "--force-check-gpg"]
        run("debootstrap", *options, SUITE, str(root), *debian_mirror())
        self.buildah("commit", "--quiet", "--rm", container, BASE)

    def build(self) -> None:
        secrets = self.secrets()
        self.buildah(
            "build", "--quiet", "--isolation", "chroot", "--format", "docker", "--pull-never",
            *(part for name, file in secrets.items() for part in ("--secret", f"id={name},src={file}")),
            "--build-arg", f"BASE_IMAGE={BASE}", "--tag", IMAGE, str(ROOT),
        )  # fmt: skip

    def secrets(self) -> dict[str, Path]:
        """Where this machine's pip finds packages and whom it trusts; for the build only."""
        config = configparser.RawConfigParser()
        config["global"] = pip_settings()
        bundle = ca_bundle()
        if bundle:
            config["global"]["cert"] = "/run/secrets/ca.pem"
        file = self.folder / "pip.conf"
        with file.open("w", encoding="utf-8") as out:
            config.write(out)
        return {"pip.conf": file} | ({"ca.pem": bundle} if bundle else {})

    def container(self) -> Path:
        """The root folder of a container made from the image."""
        return Path(self.buildah("mount", self.buildah("from", "--pull-never", IMAGE).strip()).strip())

    def inspect(self) -> str:
        """All that the image says about itself, as JSON."""
        return self.buildah("inspect", "--type", "image", IMAGE)


def run(*command: str, **environment: str) -> str:
    """What a command prints. Where it fails, the end of what it said is in the error."""
    done = subprocess.run(  # noqa: S603 - tools of this machine, and arguments of ours
        command, env=os.environ | environment, capture_output=True, text=True
    )
    if done.returncode:
        said = "\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[-30:])
        raise ImageFault(f"{command[0]} ended with {done.returncode}:\n{said}")
    return done.stdout


def debian_mirror() -> list[str]:
    """The mirror that this machine's apt takes packages of the suite from; empty where there is none."""
    if shutil.which("apt-get") is None:
        return []
    targets = run(
        "apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"
    )
    lines = [line.split() for line in targets.splitlines()]
    return [line[2] for line in lines if line[:2] == [SUITE, "main"] and line[2].startswith("http")][:1]


def pip_settings() -> dict[str, str]:
    """pip's own settings here, those of the environment last, without what lies in files of this machine."""
    lines = run(sys.executable, "-m", "pip", "config", "list").splitlines()
    settings = {}
    for line in sorted(lines, key=lambda line: line.startswith(":env:")):
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        kept = [part for part in str(ast.literal_eval(value)).split() if not part.startswith(("file:", "/"))]
        if name in PIP_SETTINGS and kept:
            settings[name] = "\n".join(kept)
    return settings


def ca_bundle() -> Path | None:
    """The certificate authorities this machine trusts."""
    paths = (
        os.environ.get("PIP_CERT"),
        os.environ.get("SSL_CERT_FILE"),
        ssl.get_default_verify_paths().cafile,
    )
    return next((Path(path) for path in paths if path and Path(path).is_file()), None)


if __name__ == "__main__":
    main()
