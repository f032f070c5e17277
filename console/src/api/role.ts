/** In which of the ticket table's roles the person signed in acts; the API knows it by itself. */
import type { Person } from "@/stores/session";

export type Acting = "agent" | "reviewer" | "follow-up" | "unit" | "reader";

const ROLES: Record<string, Acting> = {
  agent: "agent",
  senior: "agent",
  "shift-leader": "agent",
  reviewer: "reviewer",
  "follow-up": "follow-up",
  "unit-clerk": "unit",
  "unit-head": "unit",
  "task-force": "unit",
};

export function actsAs(person: Person | null): Acting {
  return ROLES[person?.role ?? ""] ?? "reader";
}
