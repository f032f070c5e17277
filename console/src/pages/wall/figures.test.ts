import { expect, test } from "vitest";

import type { LiveAgent } from "@/desk/live";
import { percent, stateOf, tally, waiting } from "@/pages/wall/figures";

function agent(declared: string, observed: string): LiveAgent {
  return { declared, observed, reason: "", since: null, queues: {} } as LiveAgent;
}

test("an agent is what the phone does, unless signed out or idle", () => {
  expect(stateOf(agent("available", "talking"))).toBe("talking");
  expect(stateOf(agent("break", "idle"))).toBe("break");
  expect(stateOf(agent("available", "unknown"))).toBe("available");
  expect(stateOf(agent("offline", "talking"))).toBe("offline");
});

test("agents are counted once each, the free ones first", () => {
  const agents = {
    "8013": agent("break", "idle"),
    "8014": agent("available", "idle"),
    "8015": agent("available", "idle"),
  };
  expect(tally(agents)).toEqual([["available", 2], ["break", 1]]);
});

test("who waits longest stands first, whatever the queue", () => {
  const queues = {
    EN: { waiting: 1, callers: [{ call: "b", position: 1, joined: "2026-11-24T08:00:05Z" }] },
    GEN: { waiting: 1, callers: [{ call: "a", position: 1, joined: "2026-11-24T08:00:00Z" }] },
  };
  expect(waiting(queues).map((one) => one.call)).toEqual(["a", "b"]);
});

test("a rate of nothing is no rate", () => {
  expect(percent(null)).toBe("–");
  expect(percent(0.98765)).toBe("98.8%");
});
