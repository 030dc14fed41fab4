"""The checks of lesson 04: sizes, an encoder, a decoder, what units see, neighbours."""

from aelesson.checks.conv.build_conv_decoder import check as build_conv_decoder
from aelesson.checks.conv.build_conv_encoder import check as build_conv_encoder
from aelesson.checks.conv.conv_size import check as conv_size
from aelesson.checks.conv.receptive_field import check as receptive_field
from aelesson.checks.conv.shuffler import check as shuffler
from aelesson.checks.conv.transposed_conv_size import check as transposed_conv_size
from aelesson.checks.conv.twenty_thousand import check as twenty_thousand

__all__ = [
    "build_conv_decoder",
    "build_conv_encoder",
    "conv_size",
    "receptive_field",
    "shuffler",
    "transposed_conv_size",
    "twenty_thousand",
]
