/** Who is signed in. The cookie holds the session; this is only what the server said about it. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { useToken } from "@/api/client";
import { asProblem, offline, problemOf } from "@/api/problem";

export interface Person {
  name: string;
  shown: string;
  role: string;
  title: string;
  seat: string | null;
  unit: string | null;
  permissions: string[];
}

interface Answer {
  person: Person;
  csrf: string;
}

async function ask(method: string, body?: object, csrf = ""): Promise<Response> {
  const headers = { "Content-Type": "application/json", ...(csrf && { "X-CSRF-Token": csrf }) };
  const asked = fetch("/api/session", {
    method,
    headers,
    credentials: "same-origin",
    ...(body && { body: JSON.stringify(body) }),
  });
  const response = await asked.catch(() => {
    throw offline();
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

export const useSession = defineStore("session", () => {
  const person = ref<Person | null>(null);
  const asked = ref(false);
  let csrf = "";

  async function take(response: Response): Promise<void> {
    const found = (await response.json()) as Answer;
    person.value = found.person;
    csrf = found.csrf;
    useToken(csrf);
  }

  /** Ask the server once who this browser is. Throws a Problem only when it cannot be reached. */
  async function restore(): Promise<void> {
    if (asked.value) return;
    try {
      await take(await ask("GET"));
    } catch (error) {
      if (asProblem(error).offline) throw error;
      person.value = null;
    }
    asked.value = true;
  }

  async function signIn(name: string, password: string, totp: string): Promise<void> {
    await take(await ask("POST", { name, password, ...(totp && { totp }) }));
    asked.value = true;
  }

  async function signOut(): Promise<void> {
    await ask("DELETE", undefined, csrf).catch(() => {});
    forget();
  }

  function forget(): void {
    person.value = null;
  }

  /** Whether the person may do any of these; a page that needs nothing is for everybody. */
  function may(...permissions: string[]): boolean {
    if (!permissions.length) return true;
    return permissions.some((one) => person.value?.permissions.includes(one));
  }

  return { person, signedIn: computed(() => !!person.value), restore, signIn, signOut, forget, may };
});
