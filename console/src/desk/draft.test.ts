import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { offline, Problem } from "@/api/problem";
import { inBrowser, useDraft, type Form, type Matter, type Server } from "@/desk/draft";

const EMPTY = {
  title: "", details: "", address: "", contact_name: "", type: null, category: null, area: null,
  urgency: null, secrecy: null, enterprise: false,
};

/** A server with one ticket; `fault` makes it refuse. */
class Tickets implements Server {
  matter = { ...EMPTY, number: "LC1", version: 1 } as unknown as Matter;
  saved: Partial<Form>[] = [];
  fault: Problem | null = null;

  async load(): Promise<Matter> {
    return { ...this.matter };
  }

  async save(_: string, version: number, changed: Partial<Form>): Promise<Matter> {
    if (this.fault) throw this.fault;
    if (version !== this.matter.version) throw new Problem(412, "ticket-changed", "");
    this.saved.push(changed);
    Object.assign(this.matter, changed, { version: version + 1 });
    return { ...this.matter };
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

test("what is typed is saved once, after a pause", async () => {
  const server = new Tickets();
  const draft = useDraft("LC1", server);
  await flushPromises();
  for (const text of ["路", "路灯", "路灯不亮"]) {
    draft.form.title = text;
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(600);
  expect(server.saved).toEqual([{ title: "路灯不亮" }]);
  expect(draft.saving.value).toBe("saved");
  expect(localStorage.length).toBe(0);
});

test("a network that is away loses no word, nor does a reload meanwhile", async () => {
  const server = new Tickets();
  const draft = useDraft("LC1", server);
  await flushPromises();
  server.fault = offline();
  draft.form.details = "三号楼没有水";
  await vi.advanceTimersByTimeAsync(700);
  expect(draft.saving.value).toBe("away");
  draft.close();

  server.fault = null;
  const again = useDraft("LC1", server);
  await flushPromises();
  await vi.advanceTimersByTimeAsync(700);
  expect(again.form.details).toBe("三号楼没有水");
  expect(server.matter.details).toBe("三号楼没有水");
  expect(inBrowser.read("LC1")).toEqual({});
});

test("what somebody else wrote meanwhile is taken, what was typed here is kept", async () => {
  const server = new Tickets();
  const draft = useDraft("LC1", server);
  await flushPromises();
  Object.assign(server.matter, { version: 5, address: "柳园路" });
  draft.form.title = "积水";
  await vi.advanceTimersByTimeAsync(1500);
  expect(server.matter).toMatchObject({ title: "积水", address: "柳园路", version: 6 });
  expect(draft.form.address).toBe("柳园路");
});

test("a field that is refused is told of and stays as it was typed", async () => {
  const server = new Tickets();
  const draft = useDraft("LC1", server);
  await flushPromises();
  server.fault = new Problem(400, "bad-matter", "'title' has 200 characters; 100 are possible.");
  draft.form.title = "长".repeat(200);
  await vi.advanceTimersByTimeAsync(700);
  expect(draft.saving.value).toBe("refused");
  expect(draft.problem.value?.detail).toContain("100");
  expect(draft.form.title).toHaveLength(200);
});
