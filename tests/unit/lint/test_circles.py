"""No call goes round for ever, none without a pause, and no node lies apart."""

import pytest

from tests.unit.lint.case import END, HUMAN, POLICE, findings, said

pytestmark = pytest.mark.unit


def test_a_node_apart_is_found() -> None:
    nodes = '  first: {verb: menu, prompt: busy, keys: {"0": human}, edges: {else: human}}\n'
    nodes += HUMAN + POLICE + "  island: {verb: goto, next: end}\n" + END
    assert said("unreachable", nodes) == [("yellow", "island", 8)]


def test_a_part_without_an_end_is_found() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {answered: again, else: again}}\n"
    nodes += "  again: {verb: menu, prompt: busy, keys: {'0': first}, edges: {else: first}}\n"
    assert said("endless", nodes) == [("red", "first", 5)]
    assert said("endless", nodes.replace("answered: again", "answered: end") + END) == []


def test_a_full_queue_that_leads_to_itself_is_restless() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {answered: end, else: first}}\n" + END
    assert said("restless", nodes) == [("red", "first", 5)]


def test_a_choice_in_between_is_a_pause() -> None:
    nodes = '  first: {verb: menu, prompt: busy, keys: {"0": human}, edges: {else: human}}\n'
    assert said("restless", nodes + HUMAN + POLICE + END) == []


def test_waiting_again_after_a_time_out_is_no_circle() -> None:
    nodes = "  first: {verb: queue, queue: GEN, edges: {timeout: first, else: end}}\n" + END
    assert said("restless", nodes) == []


def test_a_partner_that_is_rung_for_ever_is_no_help() -> None:
    nodes = "  first: {verb: play, prompt: police, next: line}\n"
    nodes += '  line: {verb: partner, partner: "110", edges: {answered: end, else: first}}\n' + END
    assert [node for _, node, _ in said("unanswered-circle", nodes)] in (["first"], ["line"])
    assert said("restless", nodes) == []


def test_one_circle_is_one_finding() -> None:
    nodes = '  first: {verb: partner, partner: "110", edges: {answered: end, else: first}}\n' + END
    assert [one.rule for one in findings(nodes) if "round" in one.sentence] == ["restless"]
