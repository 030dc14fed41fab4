"""Recurrent autoencoders, and the two ways to train their decoders."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from aelesson.data.sequences import (
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
        self.features = features
        self.cell = nn.GRUCell(features, hidden)
        self.readout = nn.Linear(hidden, features)

    def forward(self, x_t: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """Make one step, from `(B, F)` and `(B, H)` to the next ones."""
        h_next = self.cell(x_t, h)
        return self.readout(h_next), h_next


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
    """
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
        self.order = order
        self.rnn = nn.GRU(features, hidden, batch_first=True)
        self.to_code = nn.Linear(hidden, latent_dim)
        self.from_code = nn.Sequential(nn.Linear(latent_dim, hidden), nn.Tanh())
        self.decoder = GRUDecoder(features, hidden)
        remember(self.rnn)
        remember(self.decoder.cell)

    def encode(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the codes `(B, D)` of padded sequences `(B, T, F)`."""
        last = encode_sequence(self.rnn, self.order(x, lengths), lengths)
        return self.to_code(last)  # type: ignore[no-any-return]

    def decode(self, z: Tensor, length: int) -> Tensor:
        """Return sequences `(B, length, F)` from codes alone, running freely."""
        return decode_sequence(self.decoder, self.from_code(z), length)

    def follow(self, z: Tensor, x: Tensor) -> Tensor:
        """Return each next step, `(B, T, F)`, given codes and the true steps before."""
        return follow_sequence(self.decoder, self.from_code(z), x)

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
    x, lengths = batch
    model = _require_recurrent(model)
    x_hat = model.follow(model.encode(x, lengths), x)
    mask = lengths_to_mask(lengths, x.shape[1])
    return {"loss": masked_mse(x_hat, x, mask)}


def free_running(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Ask for the whole sequence, given the code alone; see `teacher_forcing`.

    The errors of early steps reach later ones through the inputs, in training as in
    use. It takes a Python loop over the steps, and so more time.
    """
    x, lengths = batch
    x_hat = _require_recurrent(model)(x, lengths)
    mask = lengths_to_mask(lengths, x.shape[1])
    return {"loss": masked_mse(x_hat, x, mask)}


def _require_recurrent(model: nn.Module) -> RecurrentAutoencoder:
    if not isinstance(model, RecurrentAutoencoder):
        raise TypeError(
            f"model must be a RecurrentAutoencoder, got {type(model).__name__}"
        )
    return model
