/**
 * The form of a ticket, saved as one types. What is not saved yet is kept in this browser as well, so
 * that neither a reload nor a network that is away loses a word; it goes when the server has it.
 */
import { reactive, ref, watch } from "vue";

import { api, type Schema } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";

export type Matter = Schema["MatterAnswer"];
export type Form = Required<
  Pick<
    Schema["Draft"],
    | "title"
    | "details"
    | "address"
    | "contact_name"
    | "type"
    | "category"
    | "area"
    | "urgency"
    | "secrecy"
    | "enterprise"
  >
>;
export type Saving = "saved" | "waiting" | "saving" | "away" | "refused";

const FIELDS: (keyof Form)[] = [
  "title", "details", "address", "contact_name", "type", "category", "area", "urgency", "secrecy",
  "enterprise",
];
const PAUSE = 500;
const AGAIN = 3000;

export interface Store {
  read(number: string): Partial<Form>;
  keep(number: string, unsaved: Partial<Form>): void;
}

/** What is unsaved, in this browser's own memory, by the ticket's number. */
export const inBrowser: Store = {
  read(number) {
    try {
      return JSON.parse(localStorage.getItem(`draft:${number}`) ?? "{}") as Partial<Form>;
    } catch {
      return {};
    }
  },
  keep(number, unsaved) {
    try {
      if (Object.keys(unsaved).length) {
        localStorage.setItem(`draft:${number}`, JSON.stringify(unsaved));
      } else localStorage.removeItem(`draft:${number}`);
    } catch {
      // a full memory: the server is asked all the same
    }
  },
};

export interface Server {
  load(number: string): Promise<Matter>;
  save(number: string, version: number, changed: Partial<Form>): Promise<Matter>;
}

export const overApi: Server = {
  async load(number) {
    const params = { path: { number } };
    return (await api.GET("/api/tickets/{number}/life", { params })).data!;
  },
  async save(number, version, changed) {
    const header = { "if-match": `"${version}"` };
    const params = { path: { number }, header };
    return (await api.PATCH("/api/tickets/{number}/matter", { params, body: changed })).data!;
  },
};

export type Draft = ReturnType<typeof useDraft>;

export function useDraft(number: string, server: Server = overApi, store: Store = inBrowser) {
  const form = reactive<Form>({
    title: "", details: "", address: "", contact_name: "", type: null, category: null, area: null,
    urgency: null, secrecy: null, enterprise: false,
  }); // prettier-ignore
  const matter = ref<Matter | null>(null);
  const saving = ref<Saving>("saved");
  const problem = ref<Problem | null>(null);
  const savedAt = ref<Date | null>(null);
  let known: Partial<Form> = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;
  let closed = false;

  /** What differs from what the server has. */
  function unsaved(): Partial<Form> {
    const entries = FIELDS.filter((name) => form[name] !== known[name]).map((n) => [n, form[n]]);
    return Object.fromEntries(entries) as Partial<Form>;
  }

  function take(found: Matter, mine: Partial<Form>): void {
    matter.value = found;
    known = Object.fromEntries(FIELDS.map((name) => [name, found[name]])) as Partial<Form>;
    Object.assign(form, known, mine);
  }

  async function load(): Promise<void> {
    try {
      take(await server.load(number), matter.value ? unsaved() : store.read(number));
      problem.value = null;
    } catch (error) {
      problem.value = asProblem(error);
    }
  }

  watch(form, () => {
    if (!matter.value) return;
    const open = unsaved();
    store.keep(number, open);
    if (!Object.keys(open).length || saving.value === "saving") return;
    saving.value = "waiting";
    later(PAUSE);
  });

  function later(pause: number): void {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void flush(), pause);
  }

  /** Save now what is unsaved; resolves when nothing is, or when it cannot be. */
  async function flush(): Promise<void> {
    clearTimeout(timer);
    if (running) await running;
    if (!matter.value || !Object.keys(unsaved()).length) return;
    running = save().finally(() => (running = null));
    await running;
  }

  async function save(): Promise<void> {
    saving.value = "saving";
    const sent = unsaved();
    try {
      const found = await server.save(number, matter.value!.version, sent);
      const typed = Object.entries(unsaved()).filter(([n, v]) => sent[n as keyof Form] !== v);
      take(found, Object.fromEntries(typed) as Partial<Form>);
      store.keep(number, unsaved());
      [saving.value, savedAt.value, problem.value] = ["saved", new Date(), null];
      if (typed.length) [saving.value] = ["waiting", later(PAUSE)];
    } catch (error) {
      await failed(asProblem(error));
    }
  }

  /** Somebody else wrote meanwhile: take theirs, keep what was typed here. Away: try again. */
  async function failed(found: Problem): Promise<void> {
    if (found.status === 412) {
      await load();
      saving.value = "waiting";
      later(0);
      return;
    }
    const passes = found.offline || found.status >= 500 || found.status === 401;
    saving.value = passes ? "away" : "refused";
    problem.value = passes ? null : found;
    if (passes) later(AGAIN);
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
  }

  void load();
  return { number, form, matter, saving, savedAt, problem, load, flush, close, take };
}
