"""No event is lost and none is applied twice, whatever is killed."""

from chaos.crew import NewCrew
from chaos.ledger import NewLedger
from chaos.places import Place, Workshop
from chaos.scale import SCALE, Report
from chaos.storm import Storm
from chaos.town import Town

PUBLISHERS = 4


def test_three_services_under_kills_of_every_process(
    town: Town, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    endure(town, new_crew, new_ledger, report)


def test_two_services_guarded_by_the_inbox_alone_under_kills_of_every_process(
    workshop: Workshop, new_crew: NewCrew, new_ledger: NewLedger, report: Report
) -> None:
    endure(workshop, new_crew, new_ledger, report)


def endure(place: Place, new_crew: NewCrew, new_ledger: NewLedger, report: Report) -> None:
    """Events flow, every failpoint kills its share, processes and servers are struck at random."""
    ledger, hopeless = new_ledger("events"), new_ledger("hopeless")
    crew = new_crew(place)
    storm = Storm(
        place, crew, ledger, hopeless, report.dice, SCALE.flow_published, SCALE.flow_kills
    )
    storm.run(PUBLISHERS)
    report.facts |= {"sigkills": crew.sigkills(), "kills": dict(sorted(crew.kills.items()))}
    settled = place.settle(ledger, timeout=180 + len(ledger.accepted) / 20)
    report.judged(ledger.judge(place.places()), settled=settled, handled=place.handled())
    parked = place.parked()
    aside = hopeless.judge({"parked": set(parked) & hopeless.attempted})
    report.facts |= {"parked": len(parked), "hopeless lost": len(aside.lost)}
    assert not aside.lost, aside
    assert settled, "what was accepted has arrived, yet something is still on its way"
    assert not crew.crashes, crew.crashes
