"""The checklist on a page: a run that went wrong, a guess at the cause, what each check found, and cures tried."""

from collections.abc import Generator
from functools import partial
from typing import Any

import streamlit as st

from optim_viz.figures.training import curves
from optim_viz.labs.checklist import EXAMPLES, Case, Finding, Fix, look
from optim_viz.labs.checklist.trial import SEEDS, Tried, estimate, trial
from optim_viz.ui import cached, cures, jobs, training
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict
from optim_viz.ui.said import bullets, table
from optim_viz.ui.state import named
from optim_viz.words import Text

PREFIX = "ck."
VIEWS = {"check": Text("The checklist"), "cards": Text("Parameters and hyper-parameters")}
LAST, INSTEAD = "last", "rate"
NAMES = {
    "missing": Text("Missing values"), "imbalance": Text("Class imbalance and metric"),
    "scale": Text("Scale of the columns"), "loss": Text("Loss function"), "init": Text("First weights"),
    "rate": Text("Learning rate"), "few": Text("Too little data"), "large": Text("Too large a network"),
}  # fmt: skip
NOTHING, MARK = "nothing", ":material/warning:"
_CASES, _FOUND = cached.Bounded(16), cached.Bounded(32)
DESK = jobs.Desk("checklist")
Chosen = tuple[Any, str, Case]  # a key of the run, the id of the example ("" for one's own), the run


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "check", required=True,
                 label_visibility="collapsed")  # fmt: skip


def choose() -> Chosen:
    """The last run of this session on the page Train a network, or a worked example."""
    names = {LAST: Text("My last training"), **{key: example.name for key, example in EXAMPLES.items()}}
    name = named(st.selectbox, t("Which training"), f"{PREFIX}case", names, LAST)
    last = training.DESK.result
    if name == LAST and last is not None:
        st.caption(t("The last result of the page Train a network, in this session."))
        made = Case(last.chosen.data, last.chosen.split, last.history, last.chosen.source, last.setup.batch,
                    last.trainer.how.epochs)  # fmt: skip
        return (LAST, last.number), "", made
    if name == LAST:
        st.caption(t("Nothing was trained in this session yet, so a worked example stands in."))
        name = INSTEAD
    example = EXAMPLES[name]
    st.markdown(t(example.story))
    return name, name, _CASES.make(name, example.case)


def facts(case: Case) -> None:
    """The run in a few lines."""
    sizes = "-".join(("×".join(map(str, case.net.input_shape)), *map(str, case.units)))
    batch = case.batch or len(case.split.train)
    lines = [t("{a} training, {b} validation, {c} test samples", a=len(case.split.train),
               b=len(case.split.validation), c=len(case.split.test)),
             t("Units: {sizes}; {count:,} parameters", sizes=sizes, count=case.net.parameter_count),
             t("{rule}, batches of {batch}, {epochs} epochs", rule=_rule(case), batch=batch,
               epochs=case.epochs)]  # fmt: skip
    st.markdown(bullets(*lines))
    if len(case.history.runs) > 1:
        st.caption(t("Of {n} optimizers, the one that did worst is looked at.", n=len(case.history.runs)))


def _rule(case: Case) -> str:
    lr = getattr(case.rule, "lr", None)
    return case.rule.label() if lr is None else f"{case.rule.label()}, lr {lr:g}"


def picture(chosen: Chosen) -> None:
    """Loss and score over the epochs: lines for what changes in time, side by side for what is to be compared."""
    key, _, case = chosen
    with st.container(key="curves"):
        for what, alt in (("loss", t("Training and validation loss over the epochs.")),
                          ("score", t("Training and validation score over the epochs."))):  # fmt: skip
            chart(f"{PREFIX}{what}", partial(curves, case.history, what), alt, None, key)


def found(chosen: Chosen) -> dict[str, Finding]:
    key, _, case = chosen
    return _FOUND.make(key, lambda: look(case))


def fixes(findings: dict[str, Finding]) -> list[Fix]:
    return [fix for finding in findings.values() if finding.found for fix in finding.fixes]


def guess(chosen: Chosen) -> bool:
    """What is the cause? True once it was answered."""
    options = {**NAMES, NOTHING: Text("nothing is wrong")}
    question = t("The curves are above. What is wrong with this training?")
    return predict(f"{PREFIX}cause", question, options, lambda: _cause(found(chosen)), chosen[0])


def _cause(findings: dict[str, Finding]) -> tuple[str, str]:
    wrong = [name for name, finding in findings.items() if finding.found]
    if not wrong:
        return NOTHING, t("None of the eight checks finds a fault.")
    mine = st.session_state.get(f"{PREFIX}cause")
    right = mine if mine in wrong else wrong[0]
    return right, f"{t('Found: {names}.', names=', '.join(t(NAMES[name]) for name in wrong))} " \
                  f"{t(findings[right].said)}"  # fmt: skip


def report(chosen: Chosen) -> None:
    """Every check with its numbers; what was found with its cause, and a button that goes to the cure."""
    _, key, case = chosen
    findings = found(chosen)
    base = cures.of_example(key, EXAMPLES[key]) if key else None
    for name, finding in findings.items():
        if finding.found:
            with st.container(border=True):
                st.markdown(f"{MARK} **{t(NAMES[name])}.** {t(finding.said)} {t(finding.cause)}")
                for fix in finding.fixes:
                    cures.button(name, case, fix, base)
    if key in cures.STAND_INS and any(finding.found for finding in findings.values()):
        st.caption(t("The faulty table is only here; the page Train a network gets data without the fault."))
    fine = [f"- ✓ **{t(NAMES[name])}.** {t(finding.said)}" for name, finding in findings.items() if not finding.found]
    st.markdown("\n".join(fine))


def trials(chosen: Chosen) -> None:
    """The cures, each trained from several first weights, on the button."""
    key, _, case = chosen
    tried = fixes(found(chosen))
    if not tried:
        return
    cost = DESK.cost(key, lambda: estimate(case, tried))
    DESK.row(t("Try the cures"), cost, lambda: _job(chosen, tried), ("try", "trystop"))
    last = DESK.result
    if last is not None and last[0] == key:
        outcome(last[1])


def _job(chosen: Chosen, tried: list[Fix]) -> jobs.Job:
    def work() -> Generator[float | tuple[Any, list[Tried]], None, None]:
        for event in trial(chosen[2], tried):
            yield (chosen[0], event) if isinstance(event, list) else event

    return jobs.Job(work(), lambda: t("Training {n} networks …", n=SEEDS * (1 + len(tried))))


def outcome(tried: list[Tried]) -> None:
    """What came of each cure, and which of them beat chance."""
    rows = []
    for one in tried:
        name = t("as it was") if one.fix is None else t(one.fix.says)
        low, high = min(one.losses), max(one.losses)
        verdict = "" if one.fix is None else t("better") if one.better else t("no better")
        losses = "∞" if low == float("inf") else f"{low:.3g} … {high:.3g}".replace("inf", "∞")
        rows.append([name, f"{one.mean:.2f} ± {one.spread:.2f}", losses, verdict])
    head = [t("Training"), t("score on unseen samples"), t("training loss"), ""]
    st.markdown(table(head, ([cell.replace("-", "−") for cell in row] for row in rows), left=(0, 3)))
    st.caption(t("Mean and standard deviation over {n} draws of the first weights, all with as many steps as before. "
                 "Score: for classes the mean over the classes of the share that is right; for numbers 1 − mean error "
                 "/ mean error of always saying the median. Better: by more than twice the standard error.",
                 n=SEEDS))  # fmt: skip


def snippet(chosen: Chosen) -> str:
    """Python that looks at the same run in a notebook, an example's or one's own."""
    _, key, _ = chosen
    if key:
        made = f"case = EXAMPLES[{key!r}].case()\n"
        names = "EXAMPLES, look"
    else:
        from optim_viz.ui.training_code import snippet as training_snippet

        code = training_snippet(training.DESK.result)
        return (code + "\nfrom optim_viz.labs.checklist import Case, look\n\n"
                "# raw: the data before they were split, such as read_csv(...)[0]\n"
                f"case = Case(data.train, data, history, epochs={training.DESK.result.trainer.how.epochs})\n"
                "for name, finding in look(case).items():\n    print(name, finding.found, finding.said)\n")  # fmt: skip
    return (f"from optim_viz.labs.checklist import {names}\nfrom optim_viz.labs.checklist.trial import trial\n\n{made}"
            "findings = look(case)\nfor name, finding in findings.items():\n"
            "    print(name, finding.found, finding.said)\n"
            "*_, tried = trial(case, [fix for finding in findings.values() for fix in finding.fixes])\n"
            "for one in tried:\n    print(one.fix and one.fix.says, one.mean, one.better)\n")  # fmt: skip
