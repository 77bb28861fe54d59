// Nothing here is needed to read: it adds keys, copying, both sides of a change, the choice of a day, and the search.
"use strict";

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const busy = event.target.closest("input, textarea, select, pre, summary, .scroll, [contenteditable]");
  const link = rel && !busy && document.querySelector(`a[rel=${rel}]`);
  if (link) link.click();
});

// The words of an element, what was deleted and inserted between signs.
const SIGNS = { DEL: ["[-", "-]"], INS: ["{+", "+}"], H3: ["\n", ""] };
const wordsOf = (node) => {
  if (!node.tagName) return node.nodeValue;
  if (node.matches("summary, h3 a, .key, .view, .sides")) return "";
  const [before, after] = SIGNS[node.tagName] || ["", ""];
  return before + [...node.childNodes].map(wordsOf).join("") + after;
};
for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(wordsOf(document.getElementById(button.dataset.copies)).trim());
    button.textContent = "Copied";
  });
}

// Both sides of each reworded clause, made from the one that the page holds.
const view = document.querySelector(".view");
if (view) {
  const sideOf = (unified, name, gone) => {
    const side = unified.cloneNode(true);
    side.hidden = false;
    side.querySelectorAll(gone).forEach((each) => each.remove());
    const heading = document.createElement("h4");
    heading.textContent = name;
    side.prepend(heading);
    return side;
  };
  view.addEventListener("change", (event) => {
    const asked = event.target.value === "sides";
    document.querySelectorAll(".sides").forEach((pair) => pair.remove());
    for (const unified of document.querySelectorAll(".unified")) {
      unified.hidden = asked;
      if (!asked) continue;
      const pair = document.createElement("div");
      pair.className = "sides";
      pair.append(sideOf(unified, "Before", "ins"), sideOf(unified, "After", "del"));
      unified.after(pair);
    }
  });
}

const dates = document.querySelector("[data-dates]");
if (dates) {
  dates.addEventListener("submit", (event) => {
    event.preventDefault();
    const links = [...document.querySelectorAll("[data-day]")];
    const asked = dates.querySelector("input").value;
    const found = links.find((link) => link.dataset.day <= asked) || links.at(-1);
    if (asked) found.click();
  });
}

// A link to a clause that is left out leads to the line that says so; one to a clause or an edit in another part of
// its page leads there.
const parts = [...document.querySelectorAll(".parts:first-of-type [data-first]")];
const seek = () => {
  const place = /^#[ce](\d+)$/.exec(location.hash);
  if (!place || document.getElementById(location.hash.slice(1))) return;
  const holds = (each) => Number(each.id.slice(1)) < Number(place[1]) && Number(place[1]) <= Number(each.dataset.last);
  const same = [...document.querySelectorAll(".same[data-last]")].find(holds);
  if (same) return same.scrollIntoView();
  const part = parts.filter((link) => Number(link.dataset.first) <= Number(place[1])).pop();
  if (part && !part.hasAttribute("aria-current")) location.replace(part.href + location.hash);
};
addEventListener("hashchange", seek);
seek();

// Search. A word leads to the platforms that use it, a platform to its clauses; each file is loaded when it is needed,
// as a script, because a page that is read from a folder may load nothing else.
const form = document.querySelector("[data-search]");
if (form) {
  const PLATFORMS_AT_ONCE = 8, SHOWN = 60, AROUND = 160, SHORTEST_PART = 3;
  const base = form.dataset.search, root = form.dataset.root;
  const status = document.getElementById("found"), list = document.getElementById("results");
  const more = document.getElementById("more");
  const arrived = {}, asked = new Map();
  let round = 0, next = () => {};

  window.tostrack = {
    index: (platforms, topics, rules) => { arrived.index = { platforms, topics, rules }; },
    words: (prefix, words) => { arrived[`words ${prefix}`] = words; },
    platform: (slug, files, clauses, changes) => {
      const shelf = arrived[`platform ${slug}`] ||= { files, clauses: [], changes: [] };
      shelf.clauses.push(...clauses);
      shelf.changes.push(...changes);
    },
  };

  const load = (path, name) => {
    if (!asked.has(path)) asked.set(path, new Promise((done) => {
      const script = document.createElement("script");
      script.src = base + path;
      script.onload = script.onerror = () => { script.remove(); done(arrived[name]); };
      document.head.append(script);
    }));
    return asked.get(path);
  };
  const hex = (text) => [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");

  // Which platforms use a word that begins like this one.
  const users = async (word) => {
    const prefix = [...word].slice(0, 2).join("");
    const words = await load(`words/${hex(prefix)}.js`, `words ${prefix}`) || {};
    const found = new Set();
    for (const [known, steps] of Object.entries(words)) {
      if (known !== word && !(word.length >= SHORTEST_PART && known.startsWith(word))) continue;
      let place = 0;
      for (const step of steps.split(",")) found.add(place += parseInt(step, 36));
    }
    return found;
  };

  const parse = (query) => {
    const text = query.toLowerCase().replace(/[“”„]/g, '"');
    const phrases = [...text.matchAll(/"([^"]+)"/g)].map((m) => m[1].trim().split(/\s+/).join(" ")).filter(Boolean);
    const split = (t) => t.match(/[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*/gu) || [];
    return { phrases, words: [...new Set(split(text.replace(/"/g, " ")))] };
  };
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const starts = (word) => `(?<![\\p{L}\\p{N}])${escaped(word).replace(/-/g, "[-\\u2010\\u2011 ]?")}[\\p{L}\\p{M}\\p{N}]*`;
  // A word and its other forms; a hyphen is a hyphen, a space or nothing, and any ending is found.
  const forms = (word, rules) => [word, ...rules.flatMap(([pattern, others]) => {
    const whole = new RegExp(`^(?:${pattern})$`, "u");
    return whole.test(word) ? others.map((other) => word.replace(whole, other.replace("*", ""))) : [];
  })];
  const usersOf = async (all) => {
    const parts = all.flatMap((form) => form.includes("-") ? [form.replace(/-/g, ""), form.split("-").pop()] : [form]);
    return new Set((await Promise.all([...new Set(parts)].map(users))).flatMap((set) => [...set]));
  };

  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const linked = (href, text) => {
    const link = make("a", "", text);
    link.href = root + href;
    return link;
  };
  const quoted = (text, pattern) => {
    const first = text.search(pattern);
    const start = first > AROUND ? text.lastIndexOf(" ", first - AROUND / 2) + 1 : 0;
    const end = start + 3 * AROUND;
    // Between words; a text without spaces is cut where it must be.
    const cut = text.slice(start, end < text.length ? Math.max(text.lastIndexOf(" ", end), first + AROUND) : end);
    const paragraph = make("p", "", start ? "… " : "");
    let done = 0;
    for (const hit of cut.matchAll(pattern)) {
      paragraph.append(cut.slice(done, hit.index), make("mark", "", hit[0]));
      done = hit.index + hit[0].length;
    }
    paragraph.append(cut.slice(done), start + cut.length < text.length ? " …" : "");
    return make("blockquote", "", paragraph);
  };

  const show = (hit, pattern, topics) => {
    const kicker = make("p", "kicker", hit.kind, hit.place ? ` · ${hit.place}` : "");
    const title = make("h2", "", linked(hit.href, hit.title));
    const under = make("p", "under", hit.note, ...hit.topics.map((topic) => ` · ${topics[topic] || topic}`));
    return make("article", "story", kicker, title, quoted(hit.text, pattern), under);
  };

  // All files of a platform; the first says how many there are.
  const shelfOf = async (slug) => {
    const first = await load(`platforms/${slug}.js`, `platform ${slug}`);
    const others = Array.from({ length: first ? first.files - 1 : 0 }, (_, at) => `platforms/${slug}.${at + 2}.js`);
    await Promise.all(others.map((path) => load(path, "")));
    return first;
  };

  const hits = ([slug, name], { clauses, changes }, tests) => {
    const found = [];
    for (const [document, title, at, place, text, since, topics] of clauses) {
      if (!tests.every((test) => test.test(text))) continue;
      found.push({
        kind: "Stands today", place, text, topics, rank: topics.length ? 2 : 1,
        title: `${name}: ${title}`, note: since ? `since ${since}` : "",
        href: `platforms/${slug}/${document}/index.html#c${at}`,
      });
    }
    for (const [page, day, document, headline, words] of changes) {
      if (!tests.every((test) => test.test(`${headline} ${words}`))) continue;
      found.push({ kind: `Change of ${day}`, place: "", text: words || headline, topics: [], rank: 3,
        title: headline, note: `${name}, ${document}`, href: page });
    }
    return found.sort((a, b) => b.rank - a.rank);
  };

  const search = async (query) => {
    const mine = ++round;
    list.replaceChildren();
    more.hidden = true;
    status.textContent = "";
    const { words, phrases } = parse(query);
    if (!words.length) return;
    status.textContent = "Looking …";
    const { platforms, topics, rules } = await load("index.js", "index");
    // A platform's name narrows the search down, unless nothing else is asked.
    const named = (word) => platforms.flatMap(([slug, name], at) =>
      name.toLowerCase() === word || slug === word ? [at] : []);
    const names = words.flatMap(named);
    const rest = words.filter((word) => !named(word).length);
    const needed = rest.length ? rest : words;
    const all = needed.map((word) => forms(word, rules));
    const sets = await Promise.all(all.map(usersOf));
    let places = platforms.map((_, at) => at).filter((at) => sets.every((set) => set.has(at)));
    if (names.length && rest.length) places = places.filter((at) => names.includes(at));
    if (mine !== round) return;
    const sources = [...phrases.map(starts), ...all.map((each) => each.map(starts).join("|"))];
    const tests = sources.map((source) => new RegExp(source, "iu"));
    const pattern = new RegExp(sources.join("|"), "giu");
    let count = 0, looked = 0;
    next = async () => {
      const batch = places.splice(0, PLATFORMS_AT_ONCE);
      const shelves = await Promise.all(batch.map((at) => shelfOf(platforms[at][0])));
      if (mine !== round) return;
      const found = batch.flatMap((at, n) => shelves[n] ? hits(platforms[at], shelves[n], tests) : []);
      looked += batch.length;
      count += found.length;
      const shown = found.sort((a, b) => b.rank - a.rank).slice(0, SHOWN);
      list.append(...shown.map((hit) => show(hit, pattern, topics)));
      const left = found.length - shown.length;
      status.textContent = count
        ? `${count} found in ${looked} of ${looked + places.length} platforms that use these words.`
          + (left ? ` ${left} of them are not shown: add a word.` : "")
        : "Nothing found. Fewer words, or their beginnings, find more.";
      more.hidden = !places.length;
    };
    await next();
  };

  form.hidden = false;
  more.addEventListener("click", () => next());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(form.q.value)}`);
    search(form.q.value);
  });
  form.q.value = new URLSearchParams(location.search).get("q") || "";
  if (form.q.value) search(form.q.value);
}
