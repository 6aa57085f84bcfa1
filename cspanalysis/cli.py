"""The command `csp`: parses, validates before anything runs, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from cspanalysis.domain import inert, rubbish
from cspanalysis.domain.errors import CspError, UsageError, of_disk, paragraph

_MEMORY = paragraph(
    "the computer's memory does not suffice",
    do="Close other programs, or take fewer areas or months at a time. The last good output is "
    "untouched.",
)


class _Parser(argparse.ArgumentParser):
    """Usage errors in the one-paragraph form of all other errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(paragraph(message, do=f"See: {self.prog} --help"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code (0, 1, 2, 3 or 4: see cspanalysis.domain.errors)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    rubbish.collect_seldom()
    try:
        options = _parse(given)
        code = options.run(options)
        sys.stdout.flush()
        return code
    except CspError as error:
        if "--debug" in given:
            traceback.print_exc()
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("csp: interrupted; finished reports stay as they are", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        if "--debug" in given:
            traceback.print_exc()
        _complain(of_disk(error, kept="The last good output is untouched."))
        return 1
    except MemoryError:
        if "--debug" in given:
            traceback.print_exc()
        _complain(_MEMORY)
        return 1


def _complain(said: object) -> None:
    print(inert.seen(f"csp: {said}"), file=sys.stderr)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    options, unknown = _parser().parse_known_args(given)
    if "passed_on" in options:
        options.passed_on = unknown
    elif unknown:
        raise UsageError(
            paragraph(
                f"csp {options.command} does not know {' '.join(unknown)}",
                do=f"See: csp {options.command} --help",
            )
        )
    return options


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="csp",
        description="The strategic assessment of a Community Safety Partnership.",
        epilog="Documentation, with all calls in JupyterLab: csp docs. Of a command: csp COMMAND "
        "--help.",
    )
    version = sys.modules[__package__].__version__
    parser.add_argument("--version", action="version", version=f"cspanalysis {version}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )

    def command(name: str, run, help: str, *, workspace: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
        if workspace:
            sub.add_argument(
                "--workspace",
                type=Path,
                metavar="DIR",
                help="folder with partnership.toml (default: here or above)",
            )
        return sub

    sub = command("review", _review, "clean what changed, run the chapters, write the reports")
    sub.add_argument("--csp", action="append", default=[], metavar="NAME", help="area; repeatable")
    sub.add_argument("--all", action="store_true", help="every area that the data cover")
    sub.add_argument("--period", metavar="YYYY-MM/YYYY-MM")
    sub.add_argument("--compare", metavar="YYYY-MM/YYYY-MM")
    sub.add_argument("--edition", default="public", metavar="public|partner")
    sub.add_argument("--chapter", action="append", default=[], metavar="NAME", help="repeatable")
    sub.add_argument(
        "--jobs", type=int, metavar="N",
        help="areas at the same time (default: the processors, memory allowing)",
    )  # fmt: skip
    sub.add_argument("--out", type=Path, metavar="DIR", help="default: reports/ of the workspace")
    sub.add_argument("--resume", action="store_true", help="skip areas already finished")
    sub.add_argument("--single-file", action="store_true", help="also one HTML file of it all")
    sub.add_argument("--pdf", action="store_true", help="also a PDF, where Chromium is installed")
    sub.add_argument("--docx", action="store_true", help="also a Word file, to be worked on")
    sub.add_argument(
        "--template", type=Path, metavar="FILE.docx",
        help="Word file whose styles, header and footer the docx takes",
    )  # fmt: skip
    sub.add_argument(
        "--shard", metavar="K/N",
        help="with --all: only the Kth of N parts of the areas, for several machines at once",
    )  # fmt: skip

    sub = command("compare", _compare, "one indicator of all areas, after csp review --all")
    sub.add_argument("indicator", metavar="INDICATOR", help="its name, or the id of a finding")
    sub.add_argument("--edition", default="public", metavar="public|partner")
    sub.add_argument("--out", type=Path, metavar="DIR", help="where the reports are")

    sub = command("clean", _clean, "clean the raw files; show rows read, kept and set aside")
    sub.add_argument("--check", action="store_true", help="write nothing")
    sub.add_argument("--files", action="store_true", help="show every partner's file, not new ones")

    sub = command("init", _init, "make a workspace for an area", workspace=False)
    sub.add_argument("directory", type=Path, metavar="DIR")
    sub.add_argument("--csp", required=True, metavar="NAME")

    sub = command("fetch", _fetch, "download the open data of the workspace's area")
    sub.add_argument("sources", nargs="*", metavar="SOURCE")
    sub.add_argument("--months", type=int, default=36, metavar="N", help="newest months of crime")

    sub = command("bulletin", _bulletin, "one short public page on a month, quarter or half year")
    sub.add_argument("--csp", metavar="NAME")
    when = sub.add_mutually_exclusive_group(required=True)
    when.add_argument("--month", metavar="YYYY-MM")
    when.add_argument(
        "--quarter", metavar="YYYY-Qn",
        help="of the financial year: 2025-Q1 or 2025/26-Q1 is April to June 2025",
    )  # fmt: skip
    when.add_argument(
        "--half", metavar="YYYY-Hn",
        help="of the financial year: 2025-H2 or 2025/26-H2 is October 2025 to March 2026",
    )  # fmt: skip
    sub.add_argument("--edition", default="public", metavar="public|partner")
    sub.add_argument("--out", type=Path, metavar="DIR")

    sub = command("map", _map, "propose the column and value map of an unknown extract")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--source", default="", metavar="SOURCE", help="what it is, where you know")
    sub.add_argument("--sheet", default="", metavar="NAME", help="the sheet that is meant")
    sub.add_argument(
        "--place", action="store_true", help="also copy the file into data/raw of the workspace"
    )

    sub = command("check", _check, "what each file of a folder is, what is wrong with it")
    sub.add_argument("folder", type=Path, metavar="FOLDER")

    sub = command(
        "check-disclosure",
        _check_disclosure,
        "try to recover protected values of a report",
        workspace=False,
    )
    sub.add_argument(
        "report",
        type=Path,
        metavar="REPORT_DIR",
        help="folder of a review, a bulletin, or a folder with several of them, taken together",
    )

    sub = command("published", _published, "what the record of published reports holds")
    sub.add_argument("--forget", metavar="REPORT", help="take out what nobody was ever given")

    command("partners", _partners, "what to ask which partner for, and what it would answer")
    sub = command("weights", _weights, "severity weights of offences: those in force, or others")
    sub.add_argument("file", nargs="?", type=Path, metavar="FILE", help="weights to take instead")
    sub.add_argument("--replace", action="store_true", help="in place of those of the workspace")
    sub = command("commentary", _commentary, "the analyst's text on a review: skeleton, confirming")
    sub.add_argument("--csp", metavar="NAME")
    sub.add_argument("--period", metavar="YYYY-MM/YYYY-MM", help="default: the newest review")
    sub.add_argument(
        "--confirm", action="store_true", help="what is written holds for the figures of today"
    )

    command("priorities", _priorities, "what an issue can rest on, and the order of the issues")
    command("audit", _audit, "published figures against recomputed ones")
    sub = command("chapter", _chapter, "write a chapter of your own to begin with")
    sub.add_argument("name", metavar="NAME", help="of a new chapter, or of one to change")
    sub.add_argument("--offence", default="", metavar="NAME", help="what a new one counts")
    sub = command("lab", _lab, "open JupyterLab on the notebooks; its own options are passed on")
    sub.set_defaults(passed_on=[])
    command("docs", _docs, "open the documentation in a browser", workspace=False)
    command(
        "dictionary",
        _dictionary,
        "write the data dictionary, the lists of labels and of questions",
        workspace=False,
    )
    sub = command(
        "sample",
        _sample,
        "copy the extracts of the synthetic sample, or the workspace of a synthetic town of today",
        workspace=False,
    )
    sub.add_argument("directory", type=Path, metavar="DIR")
    sub.add_argument(
        "--today", action="store_true",
        help="write the workspace of Harrowmere: an invented partnership in today's layouts",
    )  # fmt: skip
    return parser


def _review(options: argparse.Namespace) -> int:
    from cspanalysis.report import review_command, runner

    outcome = runner.run(review_command.review_request(options))
    inert.say(outcome.text())
    return outcome.exit_code


def _compare(options: argparse.Namespace) -> int:
    from cspanalysis.report import national_table
    from cspanalysis.workspace import workspace

    reports = options.out or workspace.load(options.workspace).reports
    inert.say(national_table.told(reports, options.indicator, options.edition))
    return 0


def _clean(options: argparse.Namespace) -> int:
    from cspanalysis.store import clean_run
    from cspanalysis.workspace import workspace

    space = workspace.load(options.workspace)
    settings = dict(space.settings)
    report = clean_run.clean(space.root, settings, check=options.check, report=inert.say)
    inert.say(report.text())
    labels = set(report.parts if options.files else report.labels_read)
    if not options.check and labels:
        from cspanalysis.explore import question_list
        from cspanalysis.workspace import file_account

        for text in file_account.of_workspace(space.root, labels, question_list.of_source):
            inert.say(f"\n{text}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from cspanalysis.explore import question_list
    from cspanalysis.workspace import folder_check, workspace

    space = workspace.load(options.workspace) if options.workspace else None
    settings = dict(space.settings) if space else {}
    area = space.area().name if space else ""
    found = folder_check.run(options.folder, settings, question_list.of_source, area)
    for one in found:
        inert.say(f"{one.text()}\n")
    inert.say(folder_check.summary(found))
    return 3 if any(one.state == folder_check.REFUSED for one in found) else 0


def _init(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import init

    inert.say(init.init(options.directory, options.csp))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import fetch, workspace

    if options.months < 1:
        raise UsageError(paragraph(f"--months {options.months}", allowed="1 or more"))
    space = workspace.load(options.workspace)
    fetch.run(
        space.root,
        dict(space.settings),
        space.area(),
        list(options.sources),
        months=options.months,
        report=inert.say,
    )
    return 0


def _bulletin(options: argparse.Namespace) -> int:
    from cspanalysis.report import bulletin_command

    period = bulletin_command.period(options)
    from cspanalysis.report import bulletin_page  # not for a period that is refused

    told = bulletin_page.write(
        options.workspace, options.csp, period, edition=options.edition, out=options.out,
        report=inert.say,
    )  # fmt: skip
    inert.say(told)
    return 0


def _map(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import mapping, workspace

    if options.place and not options.workspace:
        raise UsageError(paragraph("--place needs --workspace DIR", do="Name the workspace."))
    space = workspace.load(options.workspace) if options.workspace else None
    given = space.settings.get("sources", {}) if space else {}
    area = space.area().name if space else ""
    proposal = mapping.propose(
        options.file, given, source=options.source, sheet=options.sheet, area=area
    )
    inert.say(proposal.text())
    if space is not None:
        inert.say(mapping.write(proposal, space.root, place=options.place))
    return 0


def _check_disclosure(options: argparse.Namespace) -> int:
    from cspanalysis.report import review_command

    review_command.check_disclosure(options.report)
    inert.say(f"{options.report}: no protected value can be recovered from what is published.")
    return 0


def _published(options: argparse.Namespace) -> int:
    from cspanalysis.report import publication_list

    inert.say(publication_list.told(options.workspace, options.forget))
    return 0


def _audit(options: argparse.Namespace) -> int:
    from cspanalysis.audit import outcome

    text, unexplained = outcome.run(options.workspace)
    inert.say(text)
    return 1 if unexplained else 0


def _partners(options: argparse.Namespace) -> int:
    from cspanalysis.explore import partners

    _, told = partners.write(options.workspace)
    inert.say(told)
    return 0


def _weights(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import severity_file, workspace

    root = workspace.find_root(options.workspace)
    if options.file is None:
        told = severity_file.in_force(root)
    else:
        told = severity_file.take(root, options.file, replace=options.replace)
    for line in told:
        inert.say(line)
    return 0


def _commentary(options: argparse.Namespace) -> int:
    from cspanalysis.report import commentary

    _, told = commentary.run(
        options.workspace, options.csp, options.period, confirm=options.confirm
    )
    inert.say(told)
    return 0


def _priorities(options: argparse.Namespace) -> int:
    from cspanalysis.explore import issue_measures

    inert.say(issue_measures.text(options.workspace))
    return 0


def _lab(options: argparse.Namespace) -> int:
    from cspanalysis.explore import lab_server
    from cspanalysis.workspace import notebook_files, workspace

    notebooks = notebook_files.for_workspace(workspace.find_root(options.workspace))
    return lab_server.run(notebooks, options.passed_on)


def _chapter(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import chapter_file, workspace

    root = workspace.find_root(options.workspace)
    inert.say(chapter_file.write(root, options.name, options.offence))
    return 0


def _docs(options: argparse.Namespace) -> int:
    from cspanalysis.explore import documentation

    inert.say(documentation.show())
    return 0


def _dictionary(options: argparse.Namespace) -> int:
    from cspanalysis.domain import label_lists
    from cspanalysis.explore import question_list
    from cspanalysis.sources import dictionary

    inert.say(dictionary.write())
    inert.say(label_lists.write())
    inert.say(question_list.write())
    return 0


def _sample(options: argparse.Namespace) -> int:
    from cspanalysis.workspace import sample

    write = sample.town if options.today else sample.copy
    for path in write(options.directory):
        inert.say(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
