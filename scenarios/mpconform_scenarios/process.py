"""Processes: how they begin, run, end and are waited for."""

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_process
from mpconform_scenarios.process_asking import asking
from mpconform_scenarios.process_beginnings import identities, misuses, parents
from mpconform_scenarios.process_endings import crowds, endings, exits, terminations, zombies
from mpconform_scenarios.process_faults import interrupts, needs
from mpconform_scenarios.process_running import closes, lifetimes, outputs, sentinels

__all__ = ("FAMILY",)


#: Programs take as long as some dozens of other scenarios.
_SELDOM = 8


def _needs(*capabilities: str) -> frozenset[str]:
    return frozenset({"Process", *capabilities})


FAMILY = Family(
    name="process",
    title="Processes",
    litmus=of_process(),
    themes=(
        Theme(name="identity", scenarios=identities, needs=_needs("current_process")),
        Theme(name="parents", scenarios=parents, needs=_needs("current_process", "parent_process")),
        Theme(name="misuse", scenarios=misuses, needs=_needs("current_process")),
        Theme(
            name="life", scenarios=lifetimes, needs=_needs("active_children", "Process.exitcode"), weight=2
        ),
        Theme(name="exits", scenarios=exits, needs=_needs("Process.exitcode")),
        Theme(name="endings", scenarios=endings, needs=_needs("Process.exitcode")),
        Theme(
            name="terminate", scenarios=terminations, needs=_needs("Process.terminate", "Process.exitcode")
        ),
        Theme(
            name="crowd",
            scenarios=crowds,
            needs=_needs("Process.terminate", "Process.kill", "Process.exitcode", "active_children"),
            weight=2,
        ),
        Theme(name="close", scenarios=closes, needs=_needs("Process.close", "Process.sentinel")),
        Theme(name="sentinel", scenarios=sentinels, needs=_needs("Process.sentinel", "connection.wait")),
        Theme(name="zombies", scenarios=zombies, needs=_needs("active_children")),
        Theme(
            name="interrupts",
            scenarios=interrupts,
            needs=_needs("current_process", "Process.exitcode", "Process.terminate"),
        ),
        Theme(name="needs", scenarios=needs, needs=_needs("Process.exitcode")),
        Theme(name="output", scenarios=outputs, needs=_needs("Lock"), weight=2),
        Theme(
            name="programs",
            scenarios=asking,
            needs=_needs("Process.exitcode", "active_children", "Pipe", "module.get_context"),
            timed=True,
            every=_SELDOM,
        ),
    ),
)
