"""Validation: folds and splits, cross-validation, several seeds, and what inputs matter.

Read `folds`, `spread`, `apart`, `cross_validation`, `learning_curve`, `importance`, `saliency`.
"""
