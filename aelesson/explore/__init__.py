"""Things to move and to break: explorables, the same in JupyterLab and on the site.

Each is one JavaScript module in `static/`, made from `src/` by `make explore`. Here it
gets what it needs from Python; on the site it loads the same from beside itself.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aelesson import require

if TYPE_CHECKING:
    from anywidget import AnyWidget

STATIC = Path(__file__).parent / "static"
HIDDEN = (32, 64, 128, 256)
LATENT_DIMS = (2, 8, 16, 32, 64)
CODES = ("linear", "relu")
LOSSES = ("mse", "bce")
SCHEDULES = ("cycle", "constant")
EPOCHS = (10, 20, 40, 100)
SEEDS = (0, 1, 2, 3, 4)
BROKEN = (*map(str, range(8)), "codes", "heart")


def break_it() -> "AnyWidget":
    """Show four faults of autoencoders: guess each, then see the number that tells.

    Eight VAEs whose beta is hidden, a ReLU on the code, training images shown as test,
    and a sigmoid too many. The networks were trained by the library; nothing is
    computed in Python.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    networks = tuple(f"break_it_{name}.safetensors" for name in BROKEN)
    return _widget("break_it", {}, ("break_it.png", *networks))


def latents() -> "AnyWidget":
    """Show what latents like: those of a sparse autoencoder, and those of controls.

    Two latents stand side by side, first without their names: a test. The classifier,
    the codes and the images are those of lesson 12; nothing is computed in Python.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    networks = ("latents.safetensors", "latents_controls.safetensors")
    return _widget("latents", {}, (*networks, "digits.png"))


def draw() -> "AnyWidget":
    """Show what an autoencoder and PCA make of a digit that the reader draws.

    Both have codes of 32 numbers, and were fitted to the 3,500 training digits. The
    reader sees the code, both reconstructions and their errors, and the training images
    nearest in pixels and in code space; the numbers of the code can be changed.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    return _widget("draw", {}, ("digits.png", "draw.safetensors"))


def noise() -> "AnyWidget":
    """Show a digit that the reader spoils, and three answers to what it was.

    A small convolutional network, a linear map of rank 80 and the median filter, with
    their PSNR in dB beside the means over the 500 validation digits.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    return _widget("noise", {}, ("noise.safetensors", "noise.png"))


def train(
    *,
    hidden: int = 128,
    latent_dim: int = 32,
    code: str = "linear",
    loss: str = "mse",
    learning_rate: float = 5e-3,
    schedule: str = "cycle",
    epochs: int = 20,
    seed: int = 0,
) -> "AnyWidget":
    """Show an autoencoder that is trained in the page, on the 3,500 training digits.

    Nothing is computed in Python: the arguments are what the reader finds chosen.

    Args:
        hidden: Units of the layer before the code, and of the one behind it.
        latent_dim: Numbers in a code.
        code: The activation on the code, "linear" or "relu".
        loss: "mse" per pixel, or "bce", binary cross-entropy.
        learning_rate: Adam's rate; with a cycle, its peak.
        schedule: "cycle" or "constant", as `one_cycle` and `constant_rate`.
        epochs: Passes over the images.
        seed: Of the first weights and the order of the images.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ValueError: An argument is none of those on offer.
        TypeError: A number is none, or is not whole.
        ModuleNotFoundError: The package anywidget is not installed.
    """
    _check_number("hidden", hidden, HIDDEN)
    _check_number("latent_dim", latent_dim, LATENT_DIMS)
    require.choice("code", code, CODES)
    require.choice("loss", loss, LOSSES)
    require.number("learning_rate", learning_rate, above=0)
    require.choice("schedule", schedule, SCHEDULES)
    _check_number("epochs", epochs, EPOCHS)
    _check_number("seed", seed, SEEDS)
    settings = {
        "hidden": int(hidden),
        "latentDim": int(latent_dim),
        "code": code,
        "loss": loss,
        "rate": float(learning_rate),
        "schedule": schedule,
        "epochs": int(epochs),
        "seed": int(seed),
    }
    return _widget("train", settings, ("digits.png", "pca.png"))


def turn() -> "AnyWidget":
    """Show 500 digits by codes of three numbers, to turn: four codes, side by side.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    return _widget("turn", {}, ("turn.safetensors", "turn.png"))


def walk() -> "AnyWidget":
    """Show the plane of a VAE with a code of two numbers, and a point to drag on it.

    A digit, drawn or taken, appears as its posterior; a line leads to another digit.

    Returns:
        A widget. The last line of a cell shows it.

    Raises:
        ModuleNotFoundError: The package anywidget is not installed.
    """
    return _widget("walk", {}, ("walk.safetensors", "walk.png"))


def _check_number(name: str, value: int, offered: tuple[int, ...]) -> None:
    require.whole(name, value, at_least=0)
    require.choice(name, value, offered)


def _widget(
    name: str, settings: dict[str, object], assets: tuple[str, ...]
) -> "AnyWidget":
    """Return a widget that hands its module the settings, and the bytes of assets."""
    contents = {_trait(asset): (STATIC / asset).read_bytes() for asset in assets}
    return _widget_class(name, assets)(settings=settings, **contents)


def _trait(asset: str) -> str:
    """Name the trait of an asset: `digits.png` is `digits_png`."""
    return asset.replace(".", "_")


@cache
def _widget_class(name: str, assets: tuple[str, ...]) -> "type[AnyWidget]":
    """Make the class of a widget with a trait for each asset."""
    try:
        import anywidget
        from traitlets import Bytes, Dict
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"explore.{name} needs the package {error.name}: run `make lab` or "
            "`pip install -e '.[lab]'`",
            name=error.name,
        ) from None
    body: dict[str, object] = {"_esm": (STATIC / f"{name}.js").read_text("utf-8")}
    body["settings"] = Dict().tag(sync=True)
    body |= {_trait(asset): Bytes().tag(sync=True) for asset in assets}
    return type(name.title(), (anywidget.AnyWidget,), body)
