"use strict";
// The browser of questions. All foreign text goes in as text nodes; blocks are unpacked when they are needed.
(() => {
  const id = (name) => document.getElementById(name);
  const root = document.documentElement;
  const { words, outcomes } = JSON.parse(id("words").textContent);
  const ROW = 50;
  const remember = (key, value) => { try { localStorage.setItem("report-" + key, value); } catch { /* file: may forbid it */ } };
  const recall = (key) => { try { return localStorage.getItem("report-" + key); } catch { return null; } };

  // ---- words ---------------------------------------------------------------------------------------------------
  const fill = (text, values) => values.reduce((done, value) => done.replace("{}", () => value), text);
  const say = (key, ...values) => fill(words[key][root.lang === "zh" ? 1 : 0], values.map(String));
  const outcomeName = (key) => (outcomes[key] || [key, key])[root.lang === "zh" ? 1 : 0];
  const letter = (place) => (place === null || place === undefined ? "–" : place < 26 ? String.fromCharCode(65 + place) : String(place));
  const percent = (share) => (share === null ? "–" : Math.round(100 * share) + " %");

  // ---- elements ------------------------------------------------------------------------------------------------
  const make = (tag, classes, ...children) => {
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  };

  const unpack = async (name) => {
    const raw = atob(id(name).textContent);
    const bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };
  const shards = new Map();
  const shard = (run, number) => {
    const name = `data-chains-${run}-${number}`;
    if (!shards.has(name)) {
      if (shards.size > 40) shards.delete(shards.keys().next().value);
      shards.set(name, unpack(name));
    }
    return shards.get(name);
  };

  // ---- state ---------------------------------------------------------------------------------------------------
  let index, texts, questions = [], visible = [], chosen = -1, isFolded = false, haystack = null;
  const filters = new Set();

  const read = () => {
    const { questions: rows, verdicts } = index;
    questions = rows.map(([name, family, level, split, size, gold, dispute], place) => {
      const found = verdicts.map((own) => own[place]).map((own) => own && {
        answer: own[0], votes_by_model: own[1], share: own[2], margin: own[3], tokens: own[4], stop: own[5], distinct: own[6],
        votes: own[1].flatMap(([, votes]) => votes),
      });
      const asked = found.filter(Boolean);
      const isRight = (own) => own && gold !== null && own.answer === gold;
      const flags = new Set();
      if (gold !== null && asked.some((own) => !isRight(own))) flags.add("wrong");
      if (asked.some((own) => new Set(own.votes.filter((vote) => vote !== null)).size > 1)) flags.add("split_vote");
      if (asked.some((own) => own.answer === null || own.votes.includes(null))) flags.add("no_answer");
      if (dispute !== null) flags.add("disputed");
      if (asked.length > 1 && new Set(asked.map((own) => own.answer)).size > 1) flags.add("changed");
      found.forEach((own, run) => {
        if (found.length > 1 && isRight(own) && found.every((other, at) => at === run || (other && !isRight(other)))) flags.add("only" + run);
      });
      const shares = asked.map((own) => own.share ?? 0);
      return { place, name, family, level, split, size, gold, dispute, found, flags,
        share: Math.min(...shares), samples: asked.reduce((sum, own) => sum + own.votes.length, 0) };
    });
  };
  const mark = (run) => String.fromCharCode(0x2460 + run); // ① ② …: letters would be taken for answers
  const several = () => index.runs.length > 1;
  const kinds = () => ["wrong", "split_vote", "no_answer", "disputed",
    ...(several() ? ["changed", ...index.runs.map((_, run) => "only" + run)] : [])];
  const kindName = (kind) => kind.startsWith("only") ? say("only", mark(+kind.slice(4))) : say(kind);
  const kindTip = (kind) => say(kind.startsWith("only") ? "only_tip" : kind + "_tip");

  // ---- controls ------------------------------------------------------------------------------------------------
  const drawControls = () => {
    id("search").placeholder = say("search");
    id("search").setAttribute("aria-label", say("search"));
    id("list").setAttribute("aria-label", say("list_label"));
    id("reset").textContent = say("reset");
    id("toggles").replaceChildren(...kinds().map((kind, place) => {
      const count = questions.filter((one) => one.flags.has(kind)).length;
      const button = make("button", "", kindName(kind) + " ", make("small", "", count.toLocaleString()));
      button.type = "button";
      button.title = `${kindTip(kind)} (${place + 1})`;
      button.dataset.kind = kind;
      button.setAttribute("aria-pressed", filters.has(kind));
      button.addEventListener("click", () => toggle(kind));
      return button;
    }));
    const before = Object.fromEntries([...id("selects").children].map((one) => [one.id, one.value]));
    id("selects").replaceChildren(
      choice("family", "every_family", (one) => one.family), choice("split", "every_split", (one) => one.split),
      choice("options", "every_options", (one) => one.size, (value) => say("options_n", value)), sortChoice());
    for (const select of id("selects").children) select.value = before[select.id] ?? select.value;
  };
  const option = (value, text) => { const made = make("option", "", text); made.value = value; return made; };
  const select = (name, label, options) => {
    const made = make("select", "", ...options);
    made.id = "select-" + name;
    made.setAttribute("aria-label", label);
    made.addEventListener("change", apply);
    return made;
  };
  const order = new Intl.Collator(undefined, { numeric: true }).compare;
  const choice = (name, all, value, shown = String) => {
    const values = [...new Set(questions.map(value))].filter((one) => one !== null).map(String).sort(order);
    const made = select(name, say(all), [option("", say(all)), ...values.map((one) => option("=" + one, shown(one)))]);
    made.hidden = values.length < 2;
    return made;
  };
  const sortChoice = () => select("sort", say("sort_by"),
    ["file", "share", "samples", "dispute"].map((one) => option(one, say("sort_" + one))));
  const toggle = (kind) => {
    if (!filters.delete(kind)) filters.add(kind);
    for (const button of id("toggles").children) button.setAttribute("aria-pressed", filters.has(button.dataset.kind));
    apply();
  };
  const reset = () => {
    filters.clear();
    id("search").value = "";
    for (const one of id("selects").children) one.selectedIndex = 0;
    for (const button of id("toggles").children) button.setAttribute("aria-pressed", false);
    apply();
  };

  // ---- the list ------------------------------------------------------------------------------------------------
  const searched = () => {
    if (!haystack) {
      haystack = questions.map((one, place) => {
        const text = texts && texts.questions[place];
        return [one.name, one.family ?? "", ...(text ? [texts.problems[text[0]], text[1], ...text[2]] : [])].join("\n").toLowerCase();
      });
    }
    return haystack;
  };
  const apply = () => {
    const query = id("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const chosenIn = (name) => id("select-" + name).value.slice(1);
    const [family, split, size] = ["family", "split", "options"].map(chosenIn);
    const hay = query.length ? searched() : null;
    const current = visible[chosen];
    visible = questions.filter((one) =>
      [...filters].every((kind) => one.flags.has(kind)) && (!family || String(one.family) === family) &&
      (!split || String(one.split) === split) && (!size || String(one.size) === size) &&
      (!hay || query.every((word) => hay[one.place].includes(word))));
    const by = { share: (a, b) => a.share - b.share, samples: (a, b) => b.samples - a.samples,
      dispute: (a, b) => (b.dispute ?? -1) - (a.dispute ?? -1) }[id("select-sort").value];
    if (by) visible.sort((a, b) => by(a, b) || a.place - b.place);
    id("count").textContent = say("shown", visible.length.toLocaleString(), questions.length.toLocaleString());
    chosen = Math.max(visible.indexOf(current), visible.length ? 0 : -1);
    drawList(true);
    drawDetail();
  };
  const drawList = (scroll = false) => {
    const list = id("list"), rows = id("rows");
    rows.style.height = visible.length * ROW + "px";
    if (scroll) reveal();
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 6);
    const last = Math.min(visible.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 6);
    rows.replaceChildren(...(visible.length ? visible.slice(first, last).map((one, at) => row(one, first + at))
      : [make("p", "empty", say("none_found"))]));
    if (chosen >= 0) list.setAttribute("aria-activedescendant", "row-" + visible[chosen].place);
    else list.removeAttribute("aria-activedescendant");
  };
  const reveal = () => {
    const list = id("list"), top = Math.max(chosen, 0) * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  };
  const judged = (one, own) => !own ? ["", ""] : one.gold === null ? ["quiet", "·"] : own.answer === one.gold ? ["good", "✓"] : ["bad", own.answer === null ? "∅" : "✗"];
  const voteText = (own) => own.votes_by_model.map(([, votes]) => votes.map((vote) => vote === null ? "?" : letter(vote)).join("")).join(" ");
  const row = (one, at) => {
    const bottom = make("div", "bottom", ...one.found.map((own, run) => {
      const [tone, sign] = judged(one, own);
      return make("span", "", several() ? make("b", "", mark(run) + " ") : "",
        own ? make("span", tone, `${sign} ${letter(own.answer)} `) : "–", own ? make("span", "quiet", voteText(own)) : "");
    }), one.dispute !== null ? make("span", "bad", "⚑") : "");
    const made = make("div", "row", make("div", "top", make("b", "", one.name), make("span", "", [one.family, one.split].filter(Boolean).join(" · "))), bottom);
    made.id = "row-" + one.place;
    made.style.top = at * ROW + "px";
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", at === chosen);
    made.setAttribute("aria-posinset", at + 1);
    made.setAttribute("aria-setsize", visible.length);
    made.addEventListener("click", () => choose(at));
    return made;
  };
  const choose = (at) => {
    if (!visible.length) return;
    chosen = Math.min(Math.max(at, 0), visible.length - 1);
    document.body.dataset.opened = "";
    history.replaceState(null, "", "#question=" + encodeURIComponent(visible[chosen].name));
    drawList(true);
    drawDetail();
  };

  // ---- one question --------------------------------------------------------------------------------------------
  let drawing = 0;
  const chip = (text, classes = "") => make("span", "chip " + classes, text);
  const drawDetail = async () => {
    const turn = ++drawing, one = visible[chosen], detail = id("detail");
    if (!one) { detail.replaceChildren(make("p", "quiet", say("pick"))); return; }
    const number = Math.floor(one.place / index.shard);
    const chains = index.has_chains
      ? await Promise.all(index.runs.map(async (_, run) => (await shard(run, number))[one.place % index.shard]))
      : index.runs.map(() => null);
    if (turn !== drawing) return;
    const text = texts.questions[one.place];
    detail.replaceChildren(head(one), ...(text ? prose(text) : [make("p", "quiet", say("no_text"))]),
      make("h4", "", say("options")), ...optionRows(one, text), ...one.found.flatMap((own, run) => runPart(one, own, run, chains[run])));
    detail.scrollTop = 0;
  };
  const head = (one) => {
    const move = make("span", "move", ...[["previous", -1, "←"], ["next", 1, "→"]].map(([key, step, sign]) => {
      const button = make("button", "", sign);
      button.type = "button";
      button.title = say(key);
      button.setAttribute("aria-label", say(key));
      button.addEventListener("click", () => choose(chosen + step));
      return button;
    }));
    return make("div", "head", make("h3", "", one.name), ...[one.family, one.split].filter(Boolean).map((part) => chip(part)),
      one.level !== null ? chip(say("level", one.level)) : "",
      one.dispute !== null ? chip("⚑ " + say("strength", one.dispute.toFixed(2)), "flag") : "",
      chip(say("position", chosen + 1, visible.length)), move);
  };
  const prose = ([problem, question]) => [
    make("h4", "", say("problem")), make("div", "text", texts.problems[problem]),
    make("h4", "", say("question")), make("div", "text question-text", question)];
  const optionRows = (one, text) => Array.from({ length: one.size }, (_, place) => {
    const shared = text ? text[3][place] : place;
    const badges = make("div", "badges");
    if (one.gold === shared) badges.append(make("span", "badge key", "★ " + say("key")));
    one.found.forEach((own, run) => {
      if (own && own.answer === shared) {
        const isRight = one.gold === shared;
        badges.append(make("span", "badge " + (one.gold === null ? "" : isRight ? "good" : "bad"),
          `${several() ? mark(run) + " " : ""}${say("answer")} ${one.gold === null ? "" : isRight ? "✓" : "✗"}`));
      }
    });
    const votes = make("div", "votes");
    one.found.forEach((own, run) => {
      const cast = own ? own.votes.filter((vote) => vote !== null).length : 0;
      if (!own || shared !== place) return;
      const count = own.votes.filter((vote) => vote === place).length;
      const filled = make("div", "fill");
      filled.style.width = (cast ? 100 * count / cast : 0) + "%";
      votes.append(make("span", "", several() ? mark(run) : ""), make("div", "track", filled), make("span", "num", `${count} / ${cast}`));
    });
    return make("div", "option", make("span", "letter", letter(place)), make("div", "text", text ? text[2][place] : ""), badges, votes);
  });
  const runPart = (one, own, run, chains) => {
    const title = make("h4", "", (several() ? mark(run) + " " : "") + index.runs[run].name);
    if (!own) return [title, make("p", "quiet", say("not_asked"))];
    const [tone, sign] = judged(one, own);
    const judgement = one.gold === null ? say("no_key") : own.answer === null ? say("without") : own.answer === one.gold ? say("right") : say("is_wrong");
    const line = [say("samples", own.votes.length), say("tokens", own.tokens.toLocaleString()), own.share === null ? "" : say("share", percent(own.share)), say("stopped", own.stop)];
    const verdict = make("p", "verdict", make("b", tone, `${sign} ${letter(own.answer)} ${judgement}`), " · " + line.filter(Boolean).join(" · "));
    if (!chains) return [title, verdict];
    const seen = new Map();
    return [title, verdict, make("div", "chains", ...chains.map((one) => chain(one, index.runs[run], seen)))];
  };
  const chain = (fields, run, seen) => {
    const [model, at, status, text, shown, vote, outcome, span, finish, isClosed, tokens, seconds, logprob, letterLogprob, retries, error] = fields;
    const name = say("chain", at + 1);
    const part = make("summary", "", make("span", "", name), make("b", vote === null ? "bad" : "", vote === null ? "?" : letter(vote)),
      chip(outcomeName(outcome)), shown !== null && vote !== null && shown !== letter(vote) ? chip(say("read_as", shown)) : "",
      finish === "length" ? chip(say("cut"), "flag") : "", run.models.length > 1 ? chip(run.models[model]) : "",
      make("span", "quiet num", `${say("tokens", tokens)} · ${seconds.toFixed(1)} s`));
    const body = make("div", "text");
    if (error) body.append(make("span", "bad", error));
    else if (!text) body.append(make("span", "quiet", say("empty")));
    else if (seen.has(text)) body.append(make("span", "quiet", say("same_text", seen.get(text))));
    else {
      seen.set(text, at + 1);
      if (span) body.append(text.slice(0, span[0]), make("mark", "", text.slice(span[0], span[1])), text.slice(span[1]));
      else body.append(text);
    }
    const meta = [logprob === null ? "" : say("logprob", logprob), letterLogprob === null ? "" : say("letter_logprob", letterLogprob),
      isClosed ? say("closed_tip") : "", retries ? say("retries", retries) : ""].filter(Boolean).join(" · ");
    const made = make("details", "chain", part, body, meta ? make("div", "meta", meta) : "");
    made.open = !isFolded;
    return made;
  };

  // ---- keys ----------------------------------------------------------------------------------------------------
  const setLanguage = (language) => {
    root.lang = language;
    remember("language", language);
    if (index) { drawControls(); apply(); }
  };
  const setTheme = (theme) => { root.dataset.theme = theme; remember("theme", theme); };
  const nextTheme = () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(isDark ? "light" : "dark");
  };
  const help = () => {
    const rows = [["/", "help_search"], ["j k", "help_move"], ["g G", "help_ends"], ["1 … " + kinds().length, "help_filters"],
      ["o", "help_fold"], ["Esc", "help_clear"], ["l", "help_language"], ["t", "help_theme"], ["?", "help_help"]];
    const close = make("button", "", say("close"));
    close.type = "button";
    close.addEventListener("click", () => id("help").close());
    id("help").setAttribute("aria-label", say("help_title"));
    id("help").replaceChildren(make("h3", "", say("help_title")), make("dl", "", ...rows.flatMap(([keys, key]) =>
      [make("dt", "", ...keys.split(" ").map((one) => one === "…" ? " … " : make("kbd", "", one))), make("dd", "", say(key))])), close);
    id("help").showModal();
  };
  const toQuestions = () => id("questions").scrollIntoView();
  const move = (to) => { toQuestions(); choose(to); };
  const actions = {
    "/": () => { toQuestions(); id("search").focus({ preventScroll: true }); id("search").select(); },
    j: () => move(document.body.dataset.opened === undefined ? chosen : chosen + 1), k: () => move(chosen - 1),
    g: () => move(0), G: () => move(visible.length - 1),
    o: () => { isFolded = !isFolded; for (const one of document.querySelectorAll(".chain")) one.open = !isFolded; },
    Escape: reset, l: () => setLanguage(root.lang === "zh" ? "en" : "zh"), t: nextTheme, "?": help,
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || id("help").open) return;
    const target = event.target;
    if (target.matches("input, select, textarea")) {
      if (event.key === "Escape") { target.blur(); id("list").focus({ preventScroll: true }); event.preventDefault(); }
      else if (event.key === "Enter" && target === id("search")) { id("list").focus({ preventScroll: true }); choose(chosen); }
      return;
    }
    let action = actions[event.key];
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (!action && target === id("list")) {
      if (event.key in steps) action = () => choose(chosen + steps[event.key]);
      else if (event.key === "Home") action = () => choose(0);
      else if (event.key === "End") action = () => choose(visible.length - 1);
      else if (event.key === "Enter") action = () => { choose(chosen); id("detail").focus({ preventScroll: true }); };
    }
    const kind = /^[1-9]$/.test(event.key) ? kinds()[event.key - 1] : undefined;
    if (kind) action = () => { toQuestions(); toggle(kind); };
    if (action) { event.preventDefault(); action(); }
  };

  // ---- begin ---------------------------------------------------------------------------------------------------
  const begin = async () => {
    if (recall("theme")) setTheme(recall("theme"));
    root.lang = recall("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
    id("language").addEventListener("click", actions.l);
    id("theme").addEventListener("click", nextTheme);
    if (typeof DecompressionStream === "undefined") { id("too-old").hidden = false; id("keys").hidden = true; return; }
    [index, texts] = await Promise.all([unpack("data-index"), unpack("data-texts")]);
    read();
    id("browser").hidden = false;
    drawControls();
    id("keys").addEventListener("click", help);
    id("reset").addEventListener("click", reset);
    id("search").addEventListener("input", apply);
    id("list").addEventListener("scroll", () => drawList(), { passive: true });
    addEventListener("resize", () => drawList());
    document.addEventListener("keydown", onKey);
    const open = () => {
      const found = /^#question=(.*)$/.exec(location.hash);
      const at = found ? visible.findIndex((one) => one.name === decodeURIComponent(found[1])) : -1;
      if (at >= 0) move(at);
    };
    apply();
    open();
    addEventListener("hashchange", open);
    document.body.dataset.ready = "";
  };
  begin();
})();
