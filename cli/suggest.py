"""`suggest`: category and unit from the text, learnt from the city's own closed tickets."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.reading import read
from cli.screen import Steps, out, print_json, print_table
from core.clock import utc_now
from core.settings import get_settings
from tickets.city import load_city
from tickets.routes import Route
from tickets.suggesting.model import Card, current, save
from tickets.suggesting.service import Suggestion, Told, examples, suggest

app = typer.Typer(help="Category and unit from the text, learnt from closed tickets.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("train")
def train_(as_json: AsJson = False) -> None:
    """Learn from the newest closed tickets and measure on those held out; also every night."""
    from tickets.suggesting.training import train

    found = read(examples)
    if as_json:
        model = train(found, utc_now())
        save(model, get_settings().models_dir)
        print_json(asdict(model.card))
        return
    with Steps().working(f"learning from {len(found)} tickets"):
        model = train(found, utc_now())
        save(model, get_settings().models_dir)
    _tell(model.card)


@app.command("try")
def try_(
    text: Annotated[str, typer.Argument(help="What a citizen says.")],
    area: Annotated[str | None, typer.Option(help="Area: 371502.")] = None,
    enterprise: Annotated[bool, typer.Option(help="An enterprise asks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Suggest three categories for a text, with the unit that each leads to."""
    settings = get_settings()
    told = Told(text, area, enterprise, utc_now())
    card, found = suggest(settings.models_dir, load_city(settings.config_dir), told)
    if as_json:
        print_json({"model": asdict(card), "suggestions": [_as_dict(one) for one in found]})
        return
    print_table(
        ("category", "name", "confidence", "unit", "because of"),
        (
            (one.guess.category, one.name, f"{one.guess.confidence:.0%}", _unit(one),
             " ".join(one.guess.words)) for one in found
        ),
        right="confidence",
    )  # fmt: skip
    if not found:
        out.print("Nothing in this text is known.")
    _tell(card)


@app.command()
def model(as_json: AsJson = False) -> None:
    """Show the model in use and how often it was right on tickets it never saw."""
    card = current(get_settings().models_dir).card
    if as_json:
        print_json(asdict(card))
        return
    _tell(card)


def _tell(card: Card) -> None:
    out.print(
        f"Model {card.version}, of {card.learnt_from} tickets in {card.categories} categories. "
        f"Of {card.held_out} held out it was right {card.right:.1%}, among three "
        f"{card.right_among_three:.1%}; always saying the commonest: {card.always_commonest:.1%}."
    )


def _unit(one: Suggestion) -> str:
    if isinstance(one.route, Route):
        return " + ".join((one.route.lead, *one.route.co))
    return f"review desk: {one.route.reason}"


def _as_dict(one: Suggestion) -> dict[str, object]:
    return {
        "category": one.guess.category, "name": one.name, "confidence": one.guess.confidence,
        "words": one.guess.words, "unit": _unit(one),
    }  # fmt: skip
