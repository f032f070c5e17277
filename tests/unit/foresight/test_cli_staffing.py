import json

import pytest
from typer.testing import CliRunner

from cli.main import app

pytestmark = pytest.mark.unit


def ask(*words: str) -> str:
    result = CliRunner().invoke(app, ["staffing", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_table_says_how_many_agents_a_prefecture_needs() -> None:
    told = json.loads(ask("table", "--json"))
    assert told["handling_seconds"] == 308
    assert told["sizes"][0]["of_day"] == 3478
    assert told["sizes"][0]["strict"]["agents"] == 38
    assert "415150" in ask("table")


def test_any_demand_can_be_sized_both_ways() -> None:
    assert "38 agents" in ask("size", "--calls", "330")
    told = json.loads(ask("size", "--calls", "330", "--agents", "24", "--json"))
    assert told["abandon"] == pytest.approx(0.193, abs=1e-3)
    assert told["scheduled"] == 24


def test_what_grows_without_end_is_null_for_programs() -> None:
    told = json.loads(ask("size", "--calls", "330", "--agents", "0", "--json"))
    assert told["mean_wait"] is None
    assert told["abandon"] == 1


def test_a_plan_from_invented_days_says_so_and_needs_no_database() -> None:
    printed = ask("plan", "--synthetic", "--interval", "60", "--day", "2026-11-25")
    assert "Invented" in printed
    assert "chance alone" in printed
    assert "predicts answer_rate_gross" in printed
    told = json.loads(ask("plan", "--synthetic", "--day", "2026-11-25", "--json"))
    assert told["source"] == "synthetic"
    assert told["kind"] == "Wednesday"
    assert len(told["intervals"]) == 96


def test_agents_can_be_given_room_to_breathe() -> None:
    asked = ("plan", "--synthetic", "--interval", "60", "--day", "2026-11-25", "--json")
    usual, rested = (
        json.loads(ask(*asked, *more))["intervals"][10] for more in ((), ("--most-busy", "0.65"))
    )
    assert usual["occupancy"] > 0.7
    assert rested["occupancy"] <= 0.65
    assert rested["agents"] > usual["agents"]
