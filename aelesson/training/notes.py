"""What the steps of an epoch measured, on the model's device until it is read, once."""

from collections.abc import Sequence

import torch
from torch import Tensor

from aelesson.training.terms import Terms, not_finite


class Notes:
    """The terms of each step of an epoch, a row per step.

    Attributes:
        spoilt: 0, and 1 from the first loss on that is not finite: a scalar. As its
            `found_inf`, PyTorch's fused Adam asks it on the device, and takes no step.
    """

    def __init__(self, device: torch.device, steps: int) -> None:
        self.spoilt = torch.zeros((), device=device)
        self._row = torch.zeros(1, dtype=torch.int64, device=device)
        self._names: list[str] = []
        self._values = torch.zeros(steps, 0, device=device)

    def begin(self) -> None:
        """Go back to the first row."""
        self.spoilt.zero_()
        self._row.zero_()

    def add(self, terms: dict[str, Tensor]) -> None:
        """Write down one step's terms, without waiting for them.

        Raises:
            ValueError: These are other terms than before.
        """
        if not self._names:
            self._names = [*terms]
            self._values = self._values.new_zeros(len(self._values), len(terms))
        if [*terms] != self._names:
            raise ValueError(
                f"objective returned {', '.join(terms)}; it returned "
                f"{', '.join(self._names)} before: its terms must keep their names"
            )
        parts = [value.detach().to(self._values) for value in terms.values()]
        self._values.index_copy_(0, self._row, torch.stack(parts)[None])
        self._row.add_(1)
        # 0 times a loss that is not finite is nan: one pass less than isfinite takes.
        self.spoilt.logical_or_((terms["loss"].detach() * 0).isnan())

    def read(self, counts: Sequence[int]) -> Terms:
        """Wait for the device, and return each term's mean per image.

        Args:
            counts: The images of each step.

        Raises:
            FloatingPointError: A loss was not finite; names the first such step.
        """
        values = self._values[: len(counts)].cpu().double()  # (steps, terms)
        bad = ~values[:, self._names.index("loss")].isfinite()
        if bad.any():
            step = int(bad.nonzero()[0])
            row = dict(zip(self._names, values[step].tolist(), strict=True))
            raise not_finite(row, step + 1)
        weights = torch.tensor(counts, dtype=torch.float64)
        means = (weights @ values / weights.sum()).tolist()
        return dict(zip(self._names, means, strict=True))
