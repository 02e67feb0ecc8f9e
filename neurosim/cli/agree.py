"""``neurosim agree``: both engines on a scenario's data, and the worst difference of each kind."""

import click

from neurosim.scenario import agree_scenario


@click.command()
@click.argument("file")
@click.option("--updates", default=100, show_default=True, type=click.IntRange(min=0),
              help="How many batches to train before parameters are compared.")  # fmt: skip
def agree(file: str, updates: int) -> int:
    """Compare the two engines on FILE: do they say the same numbers?

    FILE is a scenario with data. Prints the worst difference of the outputs, the loss, the
    gradients and the trained parameters, and where it is; 1e-12 * max(1, |x|) is allowed, 1e-10
    after training.
    """
    agreement = agree_scenario(file, updates=updates)
    for difference in agreement.differences:
        click.echo(str(difference))
    click.echo("the engines agree" if agreement.passed else "the engines do not agree")
    return 0 if agreement.passed else 1
