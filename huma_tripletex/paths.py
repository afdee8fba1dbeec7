"""Where templates, static files and migrations lie: inside an installed wheel, beside the package in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `name` that ships with the package.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    if (PACKAGE / name).is_dir():
        return PACKAGE / name
    checkout = PACKAGE.parent
    if (checkout / "setup.cfg").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise FileNotFoundError(f"huma_tripletex was installed without its {name} folder; install it again")
