"""The checks of lesson 07: stack, pretrain, classify, freeze, choose, judge."""

from aelesson.checks.stacked.accuracy import check as accuracy
from aelesson.checks.stacked.build_classifier import check as build_classifier
from aelesson.checks.stacked.encode_through import check as encode_through
from aelesson.checks.stacked.freeze import check as freeze
from aelesson.checks.stacked.hundred_labels import check as hundred_labels
from aelesson.checks.stacked.label_curve import check as label_curve
from aelesson.checks.stacked.pretrain_layer import check as pretrain_layer
from aelesson.checks.stacked.stratified_subset import check as stratified_subset

__all__ = [
    "accuracy",
    "build_classifier",
    "encode_through",
    "freeze",
    "hundred_labels",
    "label_curve",
    "pretrain_layer",
    "stratified_subset",
]
