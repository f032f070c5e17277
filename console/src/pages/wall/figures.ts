/** What the wall makes of the live picture: one word for each agent, callers in order, ages. */
import type { LiveAgent, LiveQueue } from "@/desk/live";

export interface Waiting {
  call: string;
  queue: string;
  joined: number;
}

const AT_WORK = ["talking", "ringing", "on-hold", "wrap-up", "unreachable"];
/** The order of states on the wall: who is free first, who is away last. */
export const STATES = [
  "available", "ringing", "talking", "on-hold", "wrap-up", "break", "unreachable", "offline",
];

/** What the phone does, unless it is idle or the agent signed out; then what the agent declared. */
export function stateOf(agent: LiveAgent): string {
  if (agent.declared === "offline") return "offline";
  return AT_WORK.includes(agent.observed) ? agent.observed : agent.declared;
}

/** Everybody who waits, the longest first. */
export function waiting(queues: Record<string, LiveQueue>): Waiting[] {
  const all = Object.entries(queues).flatMap(([queue, { callers }]) =>
    callers.map(({ call, joined }) => ({ call, queue, joined: Date.parse(joined) })),
  );
  return all.sort((a, b) => a.joined - b.joined);
}

/** How many agents are in each state, in the order of the wall, without empty ones. */
export function tally(agents: Record<string, LiveAgent>): [string, number][] {
  const counts = new Map<string, number>();
  for (const agent of Object.values(agents)) {
    const state = stateOf(agent);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return STATES.filter((state) => counts.has(state)).map((state) => [state, counts.get(state)!]);
}

export function percent(share: number | null | undefined): string {
  return share == null ? "–" : `${(share * 100).toFixed(1)}%`;
}
