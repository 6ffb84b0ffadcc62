"""Content with several tax rates."""

from decimal import Decimal

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from shared.language.events.estimation import TaxLine
from shared.language.money import Money, allocated, quantised
from tests.support.proposal.samples import events

THREE = {"services": (Decimal("0.06"), 7), "goods": (Decimal("0.13"), 3), "works": (Decimal("0.06"), 2)}


def content_of(rates=None, off=Decimal(0), name="lending", size=3):
    """The sample with its net price taxed at `rates` (category: rate, weight) after a discount of `off`."""
    found = events(name, size)
    price = found.price
    currency, listed = price.currency, price.price_excl_tax.amount
    net = listed - off
    lines = ()
    if rates is not None:
        parts = allocated(net, [Decimal(weight) for _, weight in rates.values()], currency)
        lines = tuple(
            TaxLine(category=category, rate=rate, net=part, tax=quantised(part * rate, currency))
            for (category, (rate, _)), part in zip(rates.items(), parts, strict=True)
        )
    tax = sum((line.tax for line in lines), Decimal(0))
    shares = [Decimal(str(one.share)) for one in price.milestones]
    paid = allocated(net + tax, shares, currency)
    changed = price.model_copy(
        update={
            "price_excl_tax": Money.of(net, currency),
            "tax": Money.of(tax, currency),
            "tax_rate": float(tax / net) if net else 0.0,
            "price_incl_tax": Money.of(net + tax, currency),
            "tax_lines": lines,
            "list_price": Money.of(listed, currency),
            "discount": Money.of(off, currency),
            "milestones": tuple(
                one.model_copy(update={"amount": part}) for one, part in zip(price.milestones, paid, strict=True)
            ),
        }
    )
    return for_client(assemble(Ingredients(found.baseline, found.estimate, changed, found.risk)))
