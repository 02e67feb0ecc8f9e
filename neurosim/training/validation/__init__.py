"""Validation: folds and splits, cross-validation, several seeds, and what inputs matter.

Read `folds`, `spread`, `cross_validation`, `importance`, `saliency`.
"""
