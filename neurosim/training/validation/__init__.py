"""Validation: folds and splits, cross-validation, several seeds, and what inputs matter.

Read `folds`, `spread`, `seeds`, `apart`, `cross_validation`, `seed_runs`, `learning_curve`,
`importance`, `saliency`.
"""
