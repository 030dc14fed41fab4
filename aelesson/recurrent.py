"""Recurrent autoencoders, and the two ways to train their decoders."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from aelesson import layers, require, runtime
from aelesson.data.sequences import (
    check_padded,
    decode_sequence,
    encode_sequence,
    follow_sequence,
    forwards,
    lengths_to_mask,
    masked_mse,
)


class GRUDecoder(nn.Module):
    """One step of a decoder: a GRU cell, and a linear layer that reads its state.

    Source: Cho et al. (2014), "Learning phrase representations using RNN
    encoder-decoder for statistical machine translation".

    Args:
        features: `F`, how many numbers a step has.
        hidden: The size `H` of the hidden state.
    """

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        require.whole("features", features)
        require.whole("hidden", hidden)
        self.features = features
        self.cell = nn.GRUCell(features, hidden)
        self.readout = nn.Linear(hidden, features)

    def forward(self, x_t: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Make one step, from `(B, F)` and `(B, H)` to the next ones."""
        try:
            h_next = self.cell(x_t, h)
        except (RuntimeError, TypeError, ValueError, AttributeError):
            self._refuse(x_t, h)  # only now, as this is the inner loop
            raise
        if h is None:  # for which PyTorch takes zeros
            self._refuse(x_t, h)
        return self.readout(h_next), h_next

    def _refuse(self, x_t: Tensor, h: Tensor) -> None:
        require.tensor("x_t", x_t, f"(B, {self.features})")
        require.tensor("h", h, f"(B, {self.cell.hidden_size})")
        require.same_length("x_t", x_t, "h", h)


@torch.no_grad()
def remember(rnn: nn.GRU | nn.GRUCell) -> None:
    r"""Set the update gates of a GRU so that it starts out with a long memory.

    A GRU's state is $h' = (1 - u)\,n + u\,h$ with the gate $u$. At its usual start
    $u$ is about 0.5, and 20 steps leave a millionth of what $h$ held. A bias of 2 makes
    it 0.88, and 20 steps leave 8 %.

    Source: for LSTMs, Gers et al. (2000), "Learning to forget", and Jozefowicz et al.
    (2015), "An empirical exploration of recurrent network architectures".

    Args:
        rnn: Of one layer; changed in place.

    Raises:
        TypeError: If it is no GRU: the gates of others stand elsewhere.
    """
    require.kind("rnn", rnn, (nn.GRU, nn.GRUCell))
    for name, bias in rnn.named_parameters():
        if name.startswith("bias_ih"):  # gates: reset, update, new
            bias.chunk(3)[1].fill_(2.0)


class RecurrentAutoencoder(nn.Module):
    """Send a sequence of any length through a code of fixed size and back.

    The code is a linear map of the encoder's last hidden state. The decoder's first
    hidden state is a linear map of the code, and a tanh: a GRU's states lie in (-1, 1).

    Source: Sutskever et al. (2014), "Sequence to sequence learning with neural
    networks"; as an autoencoder: Srivastava et al. (2015), "Unsupervised learning of
    video representations using LSTMs".

    Args:
        features: `F`, how many numbers a step has.
        hidden: The size of both hidden states.
        latent_dim: The size `D` of a code.
        order: The order in which the encoder reads, from padded sequences and lengths
            to padded sequences: `sequences.forwards` or `sequences.backwards`.
    """

    def __init__(
        self,
        features: int,
        hidden: int,
        latent_dim: int,
        order: Callable[[Tensor, Tensor], Tensor] = forwards,
    ) -> None:
        super().__init__()
        require.whole("features", features)
        require.whole("hidden", hidden)
        require.whole("latent_dim", latent_dim)
        require.function("order", order, "a function of sequences and lengths")
        (hidden,) = runtime.widths([hidden])
        self.order = order
        self.rnn = nn.GRU(features, hidden, batch_first=True)
        self.to_code = nn.Linear(hidden, latent_dim)
        self.from_code = nn.Sequential(nn.Linear(latent_dim, hidden), nn.Tanh())
        self.decoder = GRUDecoder(features, hidden)
        remember(self.rnn)
        remember(self.decoder.cell)

    def encode(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the codes `(B, D)` of padded sequences `(B, T, F)`."""
        check_padded(x, lengths, least=1)
        last = encode_sequence(self.rnn, self.order(x, lengths), lengths)
        return self.to_code(last)  # type: ignore[no-any-return]

    def decode(self, z: Tensor, length: int) -> Tensor:
        """Return sequences `(B, length, F)` from codes alone, running freely."""
        return decode_sequence(self.decoder, self._start(z), length)

    def follow(self, z: Tensor, x: Tensor) -> Tensor:
        """Return each next step, `(B, T, F)`, given codes and the true steps before."""
        return follow_sequence(self.decoder, self._start(z), x)

    def _start(self, z: Tensor) -> Tensor:
        require.tensor("z", z, "(B, D)")
        return layers.through("z", z, self.from_code)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return reconstructions `(B, T, F)` of padded sequences, running freely."""
        return self.decode(self.encode(x, lengths), x.shape[1])


Batch = tuple[Tensor, Tensor]


def teacher_forcing(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Ask for each step, given the code and the *true* steps before it.

    This is an objective itself: train with `fit(model, (x, lengths), ...)`.

    Source: Williams and Zipser (1989), "A learning algorithm for continually running
    fully recurrent neural networks".

    Args:
        model: A `RecurrentAutoencoder`.
        batch: Padded sequences `(B, T, F)`, and their lengths, int64 `(B,)`.
    """
    model, x, lengths, mask = _taken(model, batch)
    return {"loss": masked_mse(model.follow(model.encode(x, lengths), x), x, mask)}


def free_running(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Ask for the whole sequence, given the code alone; see `teacher_forcing`.

    The errors of early steps reach later ones through the inputs, in training as in
    use. It takes a Python loop over the steps, and so more time.
    """
    model, x, lengths, mask = _taken(model, batch)
    return {"loss": masked_mse(model(x, lengths), x, mask)}


def _taken(
    model: nn.Module, batch: Batch
) -> tuple[RecurrentAutoencoder, Tensor, Tensor, Tensor]:
    """Check a batch; return it with its mask, and with zeros as padding.

    What stands there, even nan, would reach the weights by way of steps that do not
    count: 0 times nan is nan, in a gradient too.
    """
    require.model("model", model, RecurrentAutoencoder)
    assert isinstance(model, RecurrentAutoencoder)
    x, lengths = require.couple("batch", batch, "sequences", "lengths")
    require.tensor("batch[0]", x, "(B, T, F)")
    require.whole_numbers("batch[1]", lengths, "(B,)", 1, x.shape[1])
    require.same_length("batch[0]", x, "batch[1]", lengths)
    mask = lengths_to_mask(lengths, x.shape[1])
    x = x.masked_fill(~mask[:, :, None], 0)
    require.finite("batch[0], padding left out,", x)
    return model, x, lengths, mask
