# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A plan as text and as JSON, without secrets."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.deploy.change import Change, size_text
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.records import MANIFEST, Commit
from chargerctl.deploy.secrets import masked_lines

_VERBS = {"put": "write", "remove": "remove"}
_SIGNS = {"add": "+", "change": "~", "remove": "-"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """The changes, file by file, and the space they need."""
    if plan.snapshot.finished_earlier:
        yield "  an earlier deploy was interrupted after its commit: it is finished first"
    yield from _change_lines(plan)
    kept = len(plan.changes) - len(plan.touched)
    if plan.nothing_to_do:
        yield f"  nothing to do: all {kept} files are up to date"
        return
    yield f"  = keep    {kept} files"
    if plan.leftovers:
        yield f"  - remove  {len(plan.leftovers)} files left by a deploy that was interrupted before its commit"
    if plan.snapshot.stuck:
        yield (
            f"  an earlier deploy cannot be finished ({plan.snapshot.stuck}): this one takes its place; the board holds its "
            "outputs safe, and every file is written in place"
        )
    elif plan.work.held:
        yield "  the board is on hold: an earlier deploy could not be finished; every file is written in place"
    elif plan.work.in_place:
        yield (
            f"  the drive is too small for two copies: {len(plan.work.in_place)} files are replaced in place while the "
            "board holds its outputs safe; if that is interrupted, only another chargerctl deploy can finish it"
        )
    yield (
        f"  {size_text(plan.bytes_to_write)} to write; {size_text(max(plan.space.peak, 0))} needed for it, temporary "
        f"copies included, of {size_text(plan.space.free)} free (clusters of {plan.space.cluster} bytes)"
    )


def step_lines(commit: Commit) -> Iterator[str]:
    """What is left to do of a deploy that was interrupted, in its order."""
    for verb, *words in commit.steps:
        path = words[-1]
        yield f"  {verb:<7} {words[0]} to {path}" if verb == "move" else f"  {_VERBS[verb]:<7} {path}"


def _change_lines(plan: Plan) -> Iterator[str]:
    """A line for each file; one for all files of a top folder that are added, or removed, without a remark."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in plan.touched:
        folder = change.path.partition("/")[0] + "/" if "/" in change.path else change.path
        apart = change.kind == "change" or _remarks(change, plan)
        groups.setdefault((change.kind, change.path if apart else folder), []).append(change)
    for (kind, where), changes in groups.items():
        sizes, remarks = _sizes(changes[0]), _remarks(changes[0], plan)
        if len(changes) == 1:
            where = changes[0].path
        else:
            total = size_text(sum(change.after or change.before or 0 for change in changes))
            sizes, remarks = f"{len(changes)} files, {total}", ""
        yield f"  {_SIGNS[kind]} {kind:6}  {where}  {sizes}{remarks}"


def plan_json(plan: Plan) -> dict[str, object]:
    return {
        "changes": [
            {**change.as_json(), "in_place": True} if change.path in plan.work.in_place else change.as_json()
            for change in plan.touched
        ],
        "kept": len(plan.changes) - len(plan.touched),
        "nothing_to_do": plan.nothing_to_do,
        "bytes_to_write": 0 if plan.nothing_to_do else plan.bytes_to_write,
        "space": {**vars(plan.space), "missing": plan.space.missing},
    }


def diff(plan: Plan) -> Iterator[str]:
    """A unified diff of the text files that change, the settings' secrets masked."""
    import difflib  # only for --dry-run

    for change in plan.touched:
        if change.kind != "change" or change.path == MANIFEST:
            continue
        try:
            before = plan.snapshot.content[change.path].decode()
            after = plan.image[change.path].decode()
        except UnicodeDecodeError:
            continue  # compiled
        if change.path == SETTINGS_FILE:
            old, new = masked_lines(before), masked_lines(after, before)
        else:
            old, new = before.splitlines(), after.splitlines()
        yield from difflib.unified_diff(old, new, f"drive/{change.path}", f"new/{change.path}", lineterm="")


def _sizes(change: Change) -> str:
    if change.before is not None and change.after is not None:
        return f"{size_text(change.before)} -> {size_text(change.after)}"
    return size_text(change.after if change.after is not None else change.before or 0)


def _remarks(change: Change, plan: Plan) -> str:
    remarks = [change.note] if change.note else []
    if change.path in plan.work.in_place and not plan.work.held:
        remarks.append("in place")
    return f"  ({', '.join(remarks)})" if remarks else ""
